// SPDX-License-Identifier: GPL-2.0-or-later
// One section of a parsed file becomes checked values; what is wrong becomes a message.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "conf/grammar/parser.h"
#include "conf/merge/model.h"

namespace mp::conf {

inline Origin origin_of(const Location& at) {
    return {at.file, at.line};
}

/// Text of a setting; "" when it is not set.
std::string text_of(const Settings& settings, Key key);

class SectionReader {
public:
    /// Both must outlive the reader.
    SectionReader(const Environment& environment, Reporter& reporter)
        : environment_(environment), reporter_(reporter) {}

    /// Takes over all statements that are keywords of the scope. A value that is refused leaves the
    /// one from before in `settings`. Inner sections are not looked at.
    void read_settings(const Section& section, Scope scope, Settings& settings);
    /// The rule of one statement of a blacklist section; nothing when it cannot be used.
    std::optional<Rule> read_rule(const Statement& statement);
    /// Reports all inner sections, where none has a meaning.
    void refuse_sections(const Section& section);
    /// "unknown keyword 'x' in <where>", with the nearest of the candidates.
    void report_unknown(const Location& at, std::string_view word, std::string_view where,
                        std::span<const std::string_view> candidates, bool is_section);

private:
    static constexpr std::size_t kMaxRegexes = 16384;

    void read_value(const Keyword& word, const Statement& statement, Settings& settings);
    void report_idle_feature(const Section& section, const Settings& settings);
    bool affordable(const Pattern& pattern, const Location& at);

    const Environment& environment_;
    Reporter& reporter_;
    std::size_t regexes_ = 0;
};

}  // namespace mp::conf
