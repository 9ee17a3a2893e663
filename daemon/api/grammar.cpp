// SPDX-License-Identifier: GPL-2.0-or-later
// What does this request mean? The words of the command table are the keywords; each request word
// is matched exactly or as a prefix that belongs to one keyword only ("list" and "show", "del" and
// "remove" are one keyword). Keywords in the order of one table row make a command. Everything else
// is answered by naming the request and listing the table, wherever the wrong word stands; old
// daemons did that only for a wrong last word.
#include "daemon/api/grammar.h"

#include <algorithm>
#include <array>
#include <vector>

#include "daemon/api/tokens.h"
#include "daemon/base/strings.h"

namespace mp::api {
namespace {

constexpr std::array<std::string_view, 6> kWholeWords = {"events", "explain", "json2",
                                                         "origin", "since",   "where"};

struct Keyword {
    std::vector<std::string_view> spellings;  ///< first: the canonical one
    bool parameter = false;
    bool device = false;  ///< the parameter may be written as a device node
    bool whole = false;   ///< may not be cut: old scripts' short forms of other words stay unique

    /// 2: this word, 1: a prefix of it, 0: another.
    int match(std::string_view word) const {
        int best = 0;
        for (std::string_view spelling : spellings) {
            if (spelling == word) {
                return 2;
            }
            if (starts_with(spelling, word) && !whole) {
                best = 1;
            }
        }
        return best;
    }
};

struct Grammar {
    std::vector<Keyword> keywords;
    struct Row {
        const CommandForm* form = nullptr;
        std::vector<std::size_t> words;  ///< indexes into keywords
    };
    std::vector<Row> rows;

    std::size_t keyword_of(std::string_view syntax_word) {
        std::vector<std::string_view> spellings = split(syntax_word, '|');
        for (std::size_t i = 0; i < keywords.size(); ++i) {
            if (keywords[i].spellings.front() == spellings.front()) {
                return i;
            }
        }
        bool device = spellings.front() == "path" || spellings.front() == "map" ||
                      spellings.front() == "explain";
        bool whole = std::ranges::find(kWholeWords, spellings.front()) != kWholeWords.end();
        keywords.push_back(Keyword{spellings, false, device, whole});
        return keywords.size() - 1;
    }

    Grammar() {
        for (const CommandForm& form : command_table()) {
            Row row{&form, {}};
            for (std::string_view word : split_words(form.syntax)) {
                if (word.front() == '$') {
                    keywords[row.words.back()].parameter = true;
                } else {
                    row.words.push_back(keyword_of(word));
                }
            }
            rows.push_back(std::move(row));
        }
    }

    /// Index, or keywords.size() when the word is no keyword or several.
    std::size_t find(std::string_view word) const {
        std::size_t found = keywords.size();
        for (std::size_t i = 0; i < keywords.size(); ++i) {
            int match = keywords[i].match(word);
            if (match == 2) {
                return i;
            }
            if (match == 1) {
                if (found != keywords.size()) {
                    found = keywords.size() + 1;
                } else {
                    found = i;
                }
            }
        }
        return std::min(found, keywords.size());
    }
};

const Grammar& grammar() {
    static const Grammar instance;
    return instance;
}

std::string_view without_dev(std::string_view name) {
    for (std::string_view prefix : {"/dev/mapper/", "/dev/"}) {
        if (starts_with(name, prefix) && name.size() > prefix.size()) {
            return name.substr(prefix.size());
        }
    }
    return name;
}

/// The request as a line that can be shown: printable, not too long.
std::string shown(std::string_view bytes) {
    constexpr std::size_t kShownMaxBytes = 160;
    std::string_view text = trim(bytes.substr(0, bytes.find('\0')));
    std::string out(text.substr(0, kShownMaxBytes));
    std::ranges::replace_if(
        out, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; }, '?');
    if (text.size() > kShownMaxBytes) {
        out += "...";
    }
    return out;
}

Refusal refuse(std::string_view bytes, std::string_view why) {
    return Refusal{"fail\n" + shown(bytes) + ": " + std::string(why) + "\n" + help_text()};
}

struct Argument {
    std::size_t keyword;
    std::string value;
};

Request build(const CommandForm& form, const std::vector<Argument>& arguments) {
    Show show{form.what, "", std::string(form.format), form.raw, form.json, ""};
    model::Command command{form.verb, "", ""};
    for (const Argument& argument : arguments) {
        const Keyword& keyword = grammar().keywords[argument.keyword];
        if (!keyword.parameter) {
            continue;
        }
        if (keyword.device) {
            show.target = without_dev(argument.value);
            command.target = show.target;
        } else if (keyword.spellings.front() == "where") {
            show.filter = argument.value;
        } else {
            show.format = argument.value;
            command.argument = argument.value;
        }
    }
    switch (form.kind) {
        case CommandKind::show:
            return show;
        case CommandKind::change:
            return Change{command};
        case CommandKind::quit:
            return Quit{};
    }
    return Quit{};
}

}  // namespace

Request parse_request(std::string_view bytes) {
    if (bytes.size() > kRequestMaxBytes) {
        return Refusal{"fail\nrequest is longer than " + std::to_string(kRequestMaxBytes) +
                       " bytes\n"};
    }
    const Grammar& rules = grammar();
    std::vector<std::string> words = split_request(bytes);
    std::vector<Argument> arguments;
    std::vector<std::size_t> sequence;
    for (std::size_t i = 0; i < words.size(); ++i) {
        std::size_t keyword = words[i].empty() ? rules.keywords.size() : rules.find(words[i]);
        if (keyword == rules.keywords.size()) {
            return refuse(bytes, "not found");
        }
        Argument argument{keyword, ""};
        if (rules.keywords[keyword].parameter) {
            if (++i == words.size()) {
                return refuse(bytes, "Missing argument");
            }
            argument.value = words[i];
        }
        sequence.push_back(keyword);
        arguments.push_back(std::move(argument));
    }
    for (const Grammar::Row& row : rules.rows) {
        if (row.words == sequence) {
            return build(*row.form, arguments);
        }
    }
    return refuse(bytes, "not found");
}

}  // namespace mp::api
