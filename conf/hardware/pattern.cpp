// SPDX-License-Identifier: GPL-2.0-or-later
// Does this text match this regular expression? The C library's regcomp decides what an expression
// means (POSIX.1-2017, XBD 9.4); two things are added.
//
// Most expressions of the hardware table and of real blacklists are plain text, at most with
// anchors or as one list of alternatives, `^(RAID|DISK|VRAID)`. Those are compared directly, which
// costs nanoseconds and needs no compiled automaton.
//
// Expressions come from files that anybody may have edited, and regcomp is not safe against all of
// them: nested repetition counts multiply into gigabytes, deep parentheses eat the stack, and back
// references make matching exponential. Such expressions are refused before they reach it.
#include "conf/hardware/pattern.h"

#include <regex.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <optional>

#include "daemon/base/strings.h"

namespace mp::conf {
namespace {

constexpr std::size_t kMaxExpression = 4096;
constexpr std::size_t kMaxParentheses = 64;
constexpr std::uint64_t kMaxRepetitions = 1024;

bool is_plain(std::string_view text) {
    return text.find_first_of(".[]{}()*+?|^$\\") == std::string_view::npos;
}

/// The alternatives of "abc" or "(a|b|c)"; empty when the expression is anything more.
std::optional<std::vector<std::string>> literals_of(std::string_view expression) {
    if (is_plain(expression)) {
        return std::vector<std::string>{std::string(expression)};
    }
    if (expression.size() < 2 || expression.front() != '(' || expression.back() != ')') {
        return std::nullopt;
    }
    std::vector<std::string> literals;
    for (std::string_view part : split(expression.substr(1, expression.size() - 2), '|')) {
        if (part.empty() || !is_plain(part)) {
            return std::nullopt;
        }
        literals.emplace_back(part);
    }
    return literals;
}

bool matches_literal(std::string_view text, std::string_view literal, bool start, bool end) {
    if (start && end) {
        return text == literal;
    }
    if (start) {
        return starts_with(text, literal);
    }
    if (end) {
        return ends_with(text, literal);
    }
    return text.find(literal) != std::string_view::npos;
}

/// The product of all upper repetition counts, at most a little above the limit.
std::uint64_t repetitions(std::string_view expression) {
    std::uint64_t product = 1;
    for (std::size_t i = 0; i < expression.size(); ++i) {
        if (expression[i] != '{') {
            continue;
        }
        std::uint64_t highest = 1;
        std::uint64_t number = 0;
        for (++i; i < expression.size() && expression[i] != '}'; ++i) {
            const char c = expression[i];
            number = c >= '0' && c <= '9'
                         ? std::min<std::uint64_t>(number * 10 + static_cast<unsigned>(c - '0'),
                                                   kMaxRepetitions + 1)
                         : 0;
            highest = std::max(highest, number);
        }
        product *= highest;
        if (product > kMaxRepetitions) {
            return product;
        }
    }
    return product;
}

Result<void> check_cost(std::string_view expression) {
    if (expression.size() > kMaxExpression) {
        return fail(Errc::limit, "the regular expression is too long");
    }
    const auto parentheses = static_cast<std::size_t>(std::ranges::count(expression, '('));
    if (parentheses > kMaxParentheses) {
        return fail(Errc::limit, "the regular expression has too many parentheses");
    }
    if (repetitions(expression) > kMaxRepetitions) {
        return fail(Errc::limit, "the repetition counts of the regular expression are too large");
    }
    for (std::size_t i = 0; i + 1 < expression.size(); ++i) {
        if (expression[i] == '\\') {
            ++i;
            if (expression[i] >= '1' && expression[i] <= '9') {
                return fail(Errc::limit, "back references are not supported");
            }
        }
    }
    return {};
}

const char* regex_error_text(int code) {
    switch (code) {
        case REG_EBRACK:
            return "invalid regular expression: '[' is not closed";
        case REG_EPAREN:
            return "invalid regular expression: unbalanced parentheses";
        case REG_EBRACE:
            return "invalid regular expression: '{' is not closed";
        case REG_BADBR:
            return "invalid regular expression: bad repetition count";
        case REG_ERANGE:
            return "invalid regular expression: bad range in '[]'";
        case REG_ECTYPE:
            return "invalid regular expression: unknown character class";
        case REG_EESCAPE:
            return "invalid regular expression: it ends with a '\\'";
        case REG_BADRPT:
            return "invalid regular expression: nothing stands before '*', '+' or '?'";
        default:
            return "invalid regular expression";
    }
}

}  // namespace

/// One expression and, from its first use on, its automaton. Set once; two threads that compile at
/// the same time agree on one result.
class Pattern::Regex {
public:
    explicit Regex(std::string_view expression) : expression_(expression) {}
    Regex(const Regex&) = delete;
    Regex& operator=(const Regex&) = delete;
    ~Regex() { discard(compiled_.load(std::memory_order_relaxed)); }

    /// 0 or the code of regcomp.
    int compile() const {
        if (compiled_.load(std::memory_order_acquire) != nullptr) {
            return 0;
        }
        std::unique_ptr<regex_t> fresh = std::make_unique<regex_t>();
        const int code = regcomp(fresh.get(), expression_.c_str(), REG_EXTENDED | REG_NOSUB);
        if (code != 0) {
            return code;
        }
        regex_t* expected = nullptr;
        regex_t* compiled = fresh.release();
        if (!compiled_.compare_exchange_strong(expected, compiled, std::memory_order_acq_rel)) {
            discard(compiled);
        }
        return 0;
    }
    bool matches(const std::string& text) const {
        return compile() == 0 &&
               regexec(compiled_.load(std::memory_order_acquire), text.c_str(), 0, nullptr, 0) == 0;
    }

private:
    static void discard(regex_t* compiled) {
        if (compiled != nullptr) {
            regfree(compiled);
            delete compiled;
        }
    }

    const std::string expression_;
    mutable std::atomic<regex_t*> compiled_{nullptr};
};

Pattern Pattern::classify(std::string_view expression) {
    Pattern pattern;
    if (expression.empty() || expression == ".*") {
        return pattern;
    }
    std::string_view rest = expression;
    if (rest.front() == '^') {
        pattern.at_start_ = true;
        rest.remove_prefix(1);
    }
    if (!rest.empty() && rest.back() == '$' && !ends_with(rest, "\\$")) {
        pattern.at_end_ = true;
        rest.remove_suffix(1);
    }
    std::optional<std::vector<std::string>> literals = literals_of(rest);
    if (literals) {
        pattern.kind_ = Kind::literals;
        pattern.literals_ = std::move(*literals);
    } else {
        pattern.kind_ = Kind::regex;
        pattern.regex_ = std::make_shared<const Regex>(expression);
    }
    return pattern;
}

Result<Pattern> Pattern::compile(std::string_view expression) {
    MP_CHECK(check_cost(expression));
    Pattern pattern = classify(expression);
    const int code = pattern.regex_ == nullptr ? 0 : pattern.regex_->compile();
    if (code != 0) {
        return fail(Errc::invalid, regex_error_text(code));
    }
    return pattern;
}

Pattern Pattern::deferred(std::string_view expression) {
    return classify(expression);
}

bool Pattern::matches(const std::string& text) const {
    switch (kind_) {
        case Kind::everything:
            return true;
        case Kind::literals:
            return std::ranges::any_of(literals_, [&](const std::string& literal) {
                return matches_literal(text, literal, at_start_, at_end_);
            });
        case Kind::regex:
            return regex_->matches(text);
    }
    return false;
}

}  // namespace mp::conf
