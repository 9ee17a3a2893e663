// SPDX-License-Identifier: GPL-2.0-or-later
// Builds one JSON document, indented by two blanks; the caller opens and closes in order.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mp::api {

class JsonWriter {
public:
    /// An object or array; `key` only inside an object.
    JsonWriter& open_object(std::string_view key = {});
    JsonWriter& open_array(std::string_view key = {});
    JsonWriter& close();

    JsonWriter& text(std::string_view key, std::string_view value);
    JsonWriter& number(std::string_view key, std::int64_t value);
    JsonWriter& count(std::string_view key, std::uint64_t value);
    JsonWriter& flag(std::string_view key, bool value);
    JsonWriter& null(std::string_view key);
    /// null when `value` is empty, or unset.
    JsonWriter& text_or_null(std::string_view key, std::string_view value);
    JsonWriter& number_or_null(std::string_view key, std::optional<std::int64_t> value);

    /// The document; everything must be closed.
    std::string take();

private:
    void begin(std::string_view key);
    std::string out_;
    std::string open_;   ///< '}' or ']' per level, innermost last
    bool first_ = true;  ///< nothing stands in the innermost level yet
};

}  // namespace mp::api
