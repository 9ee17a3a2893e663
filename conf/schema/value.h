// SPDX-License-Identifier: GPL-2.0-or-later
// One value of one keyword: from the text in a file to a checked value and back to text.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "conf/schema/keyword.h"

namespace mp::conf {

/// A checked value. Numbers (also modes, users and groups) stand in `number`, everything else in
/// `text`, words in their canonical form.
struct Value {
    bool is_number = false;
    std::int64_t number = 0;
    std::string text;
    auto operator<=>(const Value&) const = default;
};

/// User and group names that a configuration may use; read elsewhere.
struct Accounts {
    std::map<std::string, std::uint32_t, std::less<>> users;
    std::map<std::string, std::uint32_t, std::less<>> groups;
};

struct ParsedValue {
    std::optional<Value> value;  ///< empty: refused, the old value stays
    bool unset = false;          ///< the text asks to go back to "unset"
    std::string problem;         ///< what to tell the user; may stand beside a value
};

ParsedValue parse_value(const Keyword& keyword, std::string_view text, const Accounts& accounts);

/// As printed behind the keyword: `5`, `"queue"`, `0644`.
std::string render_value(const Keyword& keyword, const Value& value);

/// `text` in double quotes, quotes inside doubled.
std::string quoted(std::string_view text);

}  // namespace mp::conf
