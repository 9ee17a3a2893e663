// SPDX-License-Identifier: GPL-2.0-or-later
// What does a filter say? Conditions with blanks or the word "and" between them; each is a column,
// a test and a value: = and != compare whole, ~ and !~ look for a part, < <= > >= compare numbers.
// A value with blanks stands in single quotes. Values are those that the table prints, so that what
// is seen can be copied into a filter.
#include "daemon/api/filter.h"

#include <array>
#include <optional>

#include "daemon/base/strings.h"

namespace mp::api {
namespace {

using Test = Condition::Test;

struct Sign {
    std::string_view text;
    Test test;
};
constexpr std::array<Sign, 8> kSigns = {{{"!=", Test::not_equal},
                                         {"!~", Test::contains_not},
                                         {"<=", Test::less_equal},
                                         {">=", Test::more_equal},
                                         {"=", Test::equal},
                                         {"~", Test::contains},
                                         {"<", Test::less},
                                         {">", Test::more}}};
constexpr std::size_t kConditionsMax = 32;

void skip_blanks(std::string_view& text) {
    while (!text.empty() && text.front() == ' ') {
        text.remove_prefix(1);
    }
}

std::optional<std::string> take_value(std::string_view& text) {
    bool quotes = !text.empty() && text.front() == '\'';
    if (quotes) {
        text.remove_prefix(1);
    }
    std::size_t end = text.find(quotes ? '\'' : ' ');
    if (end == std::string_view::npos) {
        if (quotes) {
            return std::nullopt;
        }
        end = text.size();
    }
    std::string value(text.substr(0, end));
    text.remove_prefix(std::min(end + (quotes ? 1 : 0), text.size()));
    return value;
}

}  // namespace

std::variant<std::vector<Condition>, std::string> parse_filter(std::string_view text) {
    std::vector<Condition> conditions;
    skip_blanks(text);
    while (!text.empty()) {
        if (!conditions.empty() && starts_with(text, "and ")) {
            text.remove_prefix(4);
            skip_blanks(text);
        }
        Condition condition;
        std::size_t end = std::min(text.find_first_of("=!~<> "), text.size());
        condition.column = text.substr(0, end);
        text.remove_prefix(end);
        const Sign* found = nullptr;
        for (const Sign& sign : kSigns) {
            if (found == nullptr && starts_with(text, sign.text)) {
                found = &sign;
            }
        }
        if (condition.column.empty() || found == nullptr) {
            return "expected COLUMN=VALUE at '" + condition.column + std::string(text) + "'";
        }
        condition.test = found->test;
        text.remove_prefix(found->text.size());
        std::optional<std::string> value = take_value(text);
        if (!value) {
            return std::string("a single quote is not closed");
        }
        condition.value = std::move(*value);
        conditions.push_back(std::move(condition));
        if (conditions.size() > kConditionsMax) {
            return std::string("too many conditions");
        }
        skip_blanks(text);
    }
    if (conditions.empty()) {
        return std::string("the filter is empty");
    }
    return conditions;
}

bool holds(const Condition& condition, std::string_view printed) {
    switch (condition.test) {
        case Test::equal:
            return printed == condition.value;
        case Test::not_equal:
            return printed != condition.value;
        case Test::contains:
            return printed.find(condition.value) != std::string_view::npos;
        case Test::contains_not:
            return printed.find(condition.value) == std::string_view::npos;
        case Test::less:
        case Test::less_equal:
        case Test::more:
        case Test::more_equal:
            break;
    }
    Result<std::int64_t> left = parse_i64(printed);
    Result<std::int64_t> right = parse_i64(condition.value);
    if (!left || !right) {
        return false;
    }
    switch (condition.test) {
        case Test::less:
            return *left < *right;
        case Test::less_equal:
            return *left <= *right;
        case Test::more:
            return *left > *right;
        default:
            return *left >= *right;
    }
}

}  // namespace mp::api
