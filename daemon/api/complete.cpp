// SPDX-License-Identifier: GPL-2.0-or-later
// Which words can follow here? The rows of the command table that agree with the words before the
// cursor say so; a parameter agrees with anything. Words that came cut short are taken for the
// first keyword that they begin, as a reader would.
#include "daemon/api/complete.h"

#include <algorithm>
#include <set>

#include "daemon/api/commands.h"
#include "daemon/base/strings.h"

namespace mp::api {
namespace {

bool is_parameter(std::string_view word) {
    return starts_with(word, "$");
}

bool agrees(std::string_view syntax_word, std::string_view word) {
    std::vector<std::string_view> spellings = split(syntax_word, '|');
    return is_parameter(syntax_word) ||
           std::ranges::any_of(
               spellings, [&](std::string_view spelling) { return starts_with(spelling, word); });
}

}  // namespace

Completions complete(std::string_view line) {
    std::vector<std::string_view> before = split_words(line);
    std::string_view last;
    if (!before.empty() && !line.empty() && line.back() != ' ' && line.back() != '\t') {
        last = before.back();
        before.pop_back();
    }
    Completions out;
    std::set<std::string> words;
    for (const CommandForm& form : command_table()) {
        std::vector<std::string_view> syntax = split_words(form.syntax);
        bool fits = syntax.size() > before.size();
        for (std::size_t i = 0; fits && i < before.size(); ++i) {
            fits = agrees(syntax[i], before[i]);
        }
        if (!fits) {
            continue;
        }
        std::string_view next = syntax[before.size()];
        out.map_name = out.map_name || next == "$map";
        out.path_name = out.path_name || next == "$path" || next == "$device";
        if (is_parameter(next)) {
            continue;
        }
        for (std::string_view spelling : split(next, '|')) {
            if (starts_with(spelling, last)) {
                words.emplace(spelling);
            }
        }
    }
    out.words.assign(words.begin(), words.end());
    return out;
}

}  // namespace mp::api
