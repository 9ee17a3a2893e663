// SPDX-License-Identifier: GPL-2.0-or-later
// Where do commas, line ends and indentation go? Nowhere else than here. Strings are escaped by the
// one function that format 0.1 uses too.
#include "daemon/api/json_writer.h"

#include "daemon/api/json.h"
#include "daemon/base/assert.h"

namespace mp::api {

void JsonWriter::begin(std::string_view key) {
    if (!open_.empty()) {
        out_ += first_ ? "\n" : ",\n";
        out_.append(2 * open_.size(), ' ');
    }
    first_ = false;
    if (!key.empty()) {
        out_ += json_string(key) + ": ";
    }
}

JsonWriter& JsonWriter::open_object(std::string_view key) {
    begin(key);
    out_ += '{';
    open_ += '}';
    first_ = true;
    return *this;
}

JsonWriter& JsonWriter::open_array(std::string_view key) {
    begin(key);
    out_ += '[';
    open_ += ']';
    first_ = true;
    return *this;
}

JsonWriter& JsonWriter::close() {
    MP_ASSERT(!open_.empty());
    char bracket = open_.back();
    open_.pop_back();
    if (!first_) {
        out_ += '\n';
        out_.append(2 * open_.size(), ' ');
    }
    out_ += bracket;
    first_ = false;
    return *this;
}

JsonWriter& JsonWriter::text(std::string_view key, std::string_view value) {
    begin(key);
    out_ += json_string(value);
    return *this;
}

JsonWriter& JsonWriter::number(std::string_view key, std::int64_t value) {
    begin(key);
    out_ += std::to_string(value);
    return *this;
}

JsonWriter& JsonWriter::count(std::string_view key, std::uint64_t value) {
    begin(key);
    out_ += std::to_string(value);
    return *this;
}

JsonWriter& JsonWriter::flag(std::string_view key, bool value) {
    begin(key);
    out_ += value ? "true" : "false";
    return *this;
}

JsonWriter& JsonWriter::null(std::string_view key) {
    begin(key);
    out_ += "null";
    return *this;
}

JsonWriter& JsonWriter::text_or_null(std::string_view key, std::string_view value) {
    return value.empty() ? null(key) : text(key, value);
}

JsonWriter& JsonWriter::number_or_null(std::string_view key, std::optional<std::int64_t> value) {
    return value ? number(key, *value) : null(key);
}

std::string JsonWriter::take() {
    MP_ASSERT(open_.empty());
    return std::move(out_) + "\n";
}

}  // namespace mp::api
