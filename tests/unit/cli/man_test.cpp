// SPDX-License-Identifier: GPL-2.0-or-later
// Do the manual pages say what the tables say? The lists of options, commands, letters and keywords
// in man/ stand between two comment lines and are compared with the tables they come from;
// MP_UPDATE_GOLDENS=1 writes them.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "conf/schema/keyword.h"
#include "daemon/api/commands.h"
#include "daemon/api/fields.h"
#include "daemon/base/strings.h"
#include "daemon/cli/options.h"
#include "daemon/cli/persist_options.h"

namespace {

using namespace mp;

std::string roff(std::string_view text) {
    std::string out;
    for (char c : text) {
        if (c == '-') {
            out += "\\-";
        } else if (c == '\\') {
            out += "\\e";
        } else {
            out += c;
        }
    }
    if (!out.empty() && (out.front() == '.' || out.front() == '\'')) {
        out.insert(0, "\\&");
    }
    return out;
}

std::string entry(std::string_view name, std::string_view text) {
    return ".TP\n.B \"" + roff(name) + "\"\n" + roff(text) + "\n";
}

std::string commands() {
    std::string out;
    for (const api::CommandForm& form : api::command_table()) {
        std::string syntax;
        for (std::string_view word : split_words(form.syntax)) {
            syntax += syntax.empty() ? "" : " ";
            syntax +=
                word.front() == '$' ? "<" + std::string(word.substr(1)) + ">" : std::string(word);
        }
        out += entry(syntax, form.help);
    }
    return out;
}

template <class View>
std::string letters(std::span<const api::Field<View>> fields) {
    std::string out;
    for (const api::Field<View>& field : fields) {
        out += entry(std::string("%") + field.letter, field.header);
    }
    return out;
}

std::string options() {
    std::string out;
    const std::string usage = cli::usage_text();
    for (std::string_view line : split(usage, '\n')) {
        if (starts_with(line, "  -")) {
            constexpr std::size_t kHelpColumn = 13;
            out += entry(trim(line.substr(0, kHelpColumn)), line.substr(kHelpColumn));
        }
    }
    return out;
}

std::string range_of(const conf::Keyword& keyword) {
    std::string out;
    for (const conf::Word& word : keyword.words) {
        if (word.text == word.meaning) {
            out += (out.empty() ? "" : ", ") + std::string(word.text);
        }
    }
    if (keyword.form == conf::Form::number) {
        bool open = keyword.max >= 2147483647;
        out += (out.empty() ? "" : ", ") + std::string("a number from ") +
               std::to_string(keyword.min) + (open ? "" : " to " + std::to_string(keyword.max));
    }
    return out;
}

std::string scopes_of(conf::Key key) {
    struct Place {
        conf::Scope scope;
        const char* name;
    };
    std::string out;
    for (const Place& place :
         {Place{conf::Scope::defaults, "defaults"}, Place{conf::Scope::device, "device"},
          Place{conf::Scope::overrides, "overrides"}, Place{conf::Scope::protocol, "protocol"},
          Place{conf::Scope::multipath, "multipath"}}) {
        if (conf::find_keyword(place.scope, conf::keyword(key).name)) {
            out += (out.empty() ? "" : ", ") + std::string(place.name);
        }
    }
    return out;
}

std::string keywords() {
    std::string out;
    for (std::size_t i = 0; i < conf::kKeyCount; ++i) {
        const conf::Keyword& keyword = conf::keyword(static_cast<conf::Key>(i));
        std::string text(keyword.doc);
        text += ".";
        std::string range = range_of(keyword);
        if (keyword.status == conf::Status::deprecated && keyword.form == conf::Form::ignored) {
            text += " Accepted and ignored.";
        } else if (!range.empty()) {
            text += " Values: " + range + ".";
        }
        if (keyword.has_fallback && !keyword.fallback.empty()) {
            text += " Default: " + std::string(keyword.fallback) + ".";
        }
        text += " In " + scopes_of(keyword.key) + ".";
        out += entry(keyword.name, text);
    }
    return out;
}

std::string read(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream content;
    content << in.rdbuf();
    return content.str();
}

void expect_section(const std::string& page, const std::string& section,
                    const std::string& expected) {
    std::string file = std::string(MP_TESTS_DIR) + "/../man/" + page;
    std::string content = read(file);
    std::string begin = ".\\\" " + section + " begin\n";
    std::size_t from = content.find(begin);
    std::size_t to = content.find(".\\\" " + section + " end\n");
    ASSERT_TRUE(from != std::string::npos && to != std::string::npos)
        << page << " has no section " << section;
    from += begin.size();
    if (std::getenv("MP_UPDATE_GOLDENS") != nullptr) {
        std::ofstream(file, std::ios::binary) << content.replace(from, to - from, expected);
        return;
    }
    EXPECT_EQ(content.substr(from, to - from), expected) << "run with MP_UPDATE_GOLDENS=1";
}

TEST(ManualPages, MultipathListsEveryOption) {
    expect_section("multipath.8", "options", options());
}

TEST(ManualPages, MultipathdListsEveryCommand) {
    expect_section("multipathd.8", "commands", commands());
}

TEST(ManualPages, MultipathdListsEveryLetter) {
    expect_section("multipathd.8", "map letters", letters(api::map_fields()));
    expect_section("multipathd.8", "path letters", letters(api::path_fields()));
}

TEST(ManualPages, ConfListsEveryKeyword) {
    expect_section("multipath.conf.5", "keywords", keywords());
}

TEST(ManualPages, ConfListsEverySection) {
    std::string page = read(std::string(MP_TESTS_DIR) + "/../man/multipath.conf.5");
    for (std::string_view section : conf::section_names()) {
        EXPECT_NE(page.find(std::string(section)), std::string::npos) << section;
    }
}

TEST(KnownFaults, D32WhatEachProgramTakesStandsInItsPage) {
    const std::string persist = read(std::string(MP_TESTS_DIR) + "/../man/mpathpersist.8");
    const std::string usage = cli::persist_usage();
    std::size_t options = 0;
    for (std::string_view line : split(usage, '\n')) {
        const std::vector<std::string_view> words = split_words(line);
        if (words.size() > 1 && starts_with(words[1], "--") && words[0].size() == 3) {
            ++options;
            for (std::string_view word : {words[0].substr(0, 2), words[1]}) {
                EXPECT_NE(persist.find(roff(word)), std::string::npos) << line;
            }
        }
    }
    EXPECT_GT(options, 20U);
    const std::string daemon = read(std::string(MP_TESTS_DIR) + "/../man/multipathd.8");
    for (const char* option : {"-d", "-s", "-v", "-B", "-k", "-n", "-w", "-i"}) {
        EXPECT_NE(daemon.find(roff(option)), std::string::npos) << option;
    }
    EXPECT_EQ(conf::keyword(conf::Key::verbosity).max, 4);
    EXPECT_NE(daemon.find("Verbosity, 0 to 4."), std::string::npos);
    EXPECT_EQ(api::find_field(api::map_fields(), '4')->header, "q_timeouts");
}

}  // namespace
