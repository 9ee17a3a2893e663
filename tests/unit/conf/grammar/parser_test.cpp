// SPDX-License-Identifier: GPL-2.0-or-later
// Trees of configuration text, and the faults that are forgiven.
#include "conf/grammar/parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mp::conf {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::string_view kOutermost[] = {"defaults", "devices"};

std::string shown(const Section& section) {
    std::string out;
    for (const Statement& statement : section.statements) {
        out += std::string(statement.key) +
               (statement.has_value() ? "=" + statement.value.text() : std::string()) + ";";
    }
    for (const Section& inner : section.sections) {
        out += std::string(inner.name) + "{" + shown(inner) + "}";
    }
    return out;
}

struct Parsed {
    std::string tree;
    std::vector<std::string> messages;  ///< "line: text"
};

Parsed parse(const std::string& text) {
    const std::vector<ConfigFile> files = {{"a.conf", text}};
    Reporter reporter(files);
    Parsed parsed;
    parsed.tree = shown(parse_tree(files[0].content, 0, kOutermost, reporter));
    for (const Diagnostic& message : reporter.take()) {
        parsed.messages.push_back(std::to_string(message.line) + ": " + message.text);
    }
    return parsed;
}

TEST(Parser, ReadsWellFormedTextWithoutAMessage) {
    const std::pair<const char*, const char*> cases[] = {
        {"", ""},
        {"\n\n", ""},
        {"defaults {\n}\n", "defaults{}"},
        {"defaults {\n a 1\n b \"2 3\"\n}\n", "defaults{a=1;b=2 3;}"},
        {"devices {\n device {\n a 1\n }\n device {\n b 2\n }\n}\n",
         "devices{device{a=1;}device{b=2;}}"},
        {"defaults { a 1 b 2 }\ndevices { device { c 3 } }\n",
         "defaults{a=1;b=2;}devices{device{c=3;}}"},
        {"defaults { a 1\n b 2\n}\n", "defaults{a=1;b=2;}"},
        {"defaults{\na 1\n}", "defaults{a=1;}"},
        {"defaults {\n a 1 }\ndevices {\n}\n", "defaults{a=1;}devices{}"},
    };
    for (const auto& [text, tree] : cases) {
        const Parsed parsed = parse(text);
        EXPECT_EQ(parsed.tree, tree) << text;
        EXPECT_THAT(parsed.messages, IsEmpty()) << text;
    }
}

TEST(Parser, ForgivesAndReports) {
    struct Case {
        const char* text;
        const char* tree;
        const char* message;
    };
    const Case cases[] = {
        {"defaults {\n a 1\n", "defaults{a=1;}", "1: section 'defaults' is not closed"},
        {"defaults\n{\n a 1\n}\n", "defaults{a=1;}", "2: the '{' of section 'defaults'"},
        {"defaults\n\n\n{\n a 1\n}\n", "defaults{a=1;}", "4: the '{' of section 'defaults'"},
        {"defaults {\n}\n}\na 1\n", "a=1;defaults{}", "3: '}' without an open section"},
        {"defaults {\n a 1 2 3\n b 4\n}\n", "defaults{a=1;b=4;}", "2: words after the value"},
        {"defaults x {\n a 1\n}\n", "defaults{a=1;}", "1: a word between"},
        {"{\n a 1\n {\n }\n}\ndefaults {\n}\n", "defaults{}", "1: '{' without the name"},
        {"defaults {\n a 1\ndevices {\n}\n", "defaults{a=1;}devices{}", "3: '}' is missing before"},
        {"devices {\n device {\n a 1\n device {\n b 2\n }\n}\n",
         "devices{device{a=1;}device{b=2;}}", "4: '}' is missing before"},
        {"a {\n b {\n c {\n d {\n e {\n f 1\n }\n }\n }\n }\n}\n", "a{b{c{d{}}}}",
         "5: sections are nested too deeply"},
    };
    for (const Case& test : cases) {
        const Parsed parsed = parse(test.text);
        EXPECT_EQ(parsed.tree, test.tree) << test.text;
        EXPECT_THAT(parsed.messages, ElementsAre(HasSubstr(test.message))) << test.text;
    }
}

TEST(Parser, KeyWithoutValueIsKeptForTheReader) {
    EXPECT_EQ(parse("defaults {\n a\n b 1\n}\n").tree, "defaults{a;b=1;}");
    EXPECT_EQ(parse("defaults { a }").tree, "defaults{a;}");
    EXPECT_EQ(parse("a").tree, "a;");
}

TEST(Parser, QuotedKeyWorksLikeABareOne) {
    EXPECT_EQ(parse("\"defaults\" {\n \"a\" \"1\"\n}\n").tree, "defaults{a=1;}");
}

TEST(Parser, MillionsOfBracesCostNoStack) {
    std::string text;
    for (int i = 0; i < 500000; ++i) {
        text += "a{b{";
    }
    EXPECT_TRUE(parse(text).tree == "a{b{a{b{}}}}");
    EXPECT_EQ(parse(std::string(1000000, '}')).tree, "");
    EXPECT_EQ(parse(std::string(1000000, '{')).tree, "");
}

TEST(Parser, RefusesAFileThatIsTooLarge) {
    const Parsed parsed = parse(std::string(kMaxFileBytes + 1, '\n'));
    EXPECT_EQ(parsed.tree, "");
    EXPECT_THAT(parsed.messages, ElementsAre("0: the file is too large and is ignored"));
}

}  // namespace
}  // namespace mp::conf
