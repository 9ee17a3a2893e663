// SPDX-License-Identifier: GPL-2.0-or-later
// `where`: which rows of a table are shown.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "daemon/api/fields.h"

namespace mp::api {

/// One comparison of a filter, before it is known what of.
struct Condition {
    enum class Test {
        equal,
        not_equal,
        contains,
        contains_not,
        less,
        less_equal,
        more,
        more_equal
    };
    std::string column;  ///< "%T", or a header with '_' for blanks
    Test test = Test::equal;
    std::string value;
};

/// All must hold. A text is what was wrong with the filter: one line without newline.
std::variant<std::vector<Condition>, std::string> parse_filter(std::string_view text);

/// Compares `printed`, the value as the table prints it. Orders numbers only; a text is in no
/// order.
bool holds(const Condition& condition, std::string_view printed);

/// The column that a condition names; null when there is none.
template <class View>
const Field<View>* column_of(std::span<const Field<View>> fields, const std::string& name) {
    if (name.size() == 2 && name.front() == '%') {
        return find_field(fields, name[1]);
    }
    for (const Field<View>& field : fields) {
        std::string header(field.header);
        for (char& c : header) {
            c = c == ' ' ? '_' : c;
        }
        if (header == name) {
            return &field;
        }
    }
    return nullptr;
}

/// The views for which all conditions hold, or what was wrong with the filter.
template <class View>
std::variant<std::vector<const View*>, std::string> filtered(const std::vector<const View*>& views,
                                                             std::span<const Field<View>> fields,
                                                             std::string_view filter, Instant now) {
    std::variant<std::vector<Condition>, std::string> parsed = parse_filter(filter);
    if (std::string* problem = std::get_if<std::string>(&parsed)) {
        return std::move(*problem);
    }
    const std::vector<Condition>& conditions = std::get<std::vector<Condition>>(parsed);
    std::vector<const Field<View>*> columns;
    for (const Condition& condition : conditions) {
        columns.push_back(column_of(fields, condition.column));
        if (columns.back() == nullptr) {
            return "there is no column '" + condition.column + "'; see show wildcards";
        }
    }
    std::vector<const View*> out;
    for (const View* view : views) {
        bool all = true;
        for (std::size_t i = 0; i < conditions.size() && all; ++i) {
            std::string printed;
            columns[i]->write(printed, *view, now);
            all = holds(conditions[i], printed);
        }
        if (all) {
            out.push_back(view);
        }
    }
    return out;
}

}  // namespace mp::api
