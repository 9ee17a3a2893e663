// SPDX-License-Identifier: GPL-2.0-or-later
// A POSIX extended regular expression, compiled at most once; unanchored, case sensitive. Matching
// is const and may be done from several threads.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/result.h"

namespace mp::conf {

class Pattern {
public:
    /// Matches everything.
    Pattern() = default;
    /// Errors: invalid (not a regular expression), limit (too large or too costly to be used).
    /// Error::what is a sentence for the user.
    static Result<Pattern> compile(std::string_view expression);

    /// The same for an expression that is known to compile; the work is put off until it is first
    /// needed. Most entries of the hardware table never are.
    static Pattern deferred(std::string_view expression);

    bool matches(const std::string& text) const;
    /// False: the expression is plain text and holds next to no memory.
    bool is_regex() const { return kind_ == Kind::regex; }

private:
    class Regex;
    enum class Kind : std::uint8_t { everything, literals, regex };

    static Pattern classify(std::string_view expression);

    Kind kind_ = Kind::everything;
    bool at_start_ = false;
    bool at_end_ = false;
    std::vector<std::string> literals_;
    std::shared_ptr<const Regex> regex_;
};

}  // namespace mp::conf
