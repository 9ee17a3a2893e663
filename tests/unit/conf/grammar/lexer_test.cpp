// SPDX-License-Identifier: GPL-2.0-or-later
// Tokens of configuration text.
#include "conf/grammar/lexer.h"

#include <gtest/gtest.h>

namespace mp::conf {
namespace {

using namespace std::string_literals;

/// Tokens as text: words plain, strings in quotes, "/" for a line end; messages as a count.
std::string lex(const std::string& text, std::size_t* messages = nullptr) {
    const std::vector<ConfigFile> files = {{"a.conf", text}};
    Reporter reporter(files);
    Lexer lexer(files[0].content, 0, reporter);
    std::string out;
    while (true) {
        const Token token = lexer.take();
        switch (token.kind) {
            case Token::Kind::end:
                if (messages != nullptr) {
                    *messages = reporter.take().size();
                }
                return out;
            case Token::Kind::newline:
                out += "/ ";
                break;
            case Token::Kind::quoted:
                out += "\"" + token.text() + "\" ";
                break;
            case Token::Kind::word:
            case Token::Kind::open:
            case Token::Kind::close:
                out += token.text() + " ";
                break;
        }
    }
}

struct Case {
    std::string text;
    std::string tokens;
};

TEST(Lexer, SplitsTextIntoTokens) {
    const Case cases[] = {
        {"", ""},
        {"a b\nc", "a b / c "},
        {"a\tb\r\n", "a b / "},
        {"defaults {", "defaults { "},
        {"a{b}c", "a { b } c "},
        {"# all of it\na", "/ a "},
        {"a # rest\nb", "a / b "},
        {"a ! rest\nb", "a / b "},
        {"a!b\nc", "a / c "},
        {"a#b", "a "},
        {"\"!x #y {z}\"", "\"!x #y {z}\" "},
        {"\"a\"\"b\"", "\"a\"b\" "},
        {"\"\"", "\"\" "},
        {"\"\"\"\"", "\"\"\" "},
        {"\"a\"b", "\"a\" b "},
        {"a\"b\"", "a \"b\" "},
        {"a\xc3\xa4"
         "b",
         "a b "},
        {"\xef\xbb\xbf"
         "a",
         "a "},
        {"\"\xc3\xa4\"", "\"\xc3\xa4\" "},
        {"a\0b"s, "a b "},
        {"\"a\0b\""s, "\"ab\" "},
        {"(a|b)$ ^[^x]\\.", "(a|b)$ ^[^x]\\. "},
    };
    for (const Case& test : cases) {
        EXPECT_EQ(lex(test.text), test.tokens) << test.text;
    }
}

TEST(Lexer, MissingQuoteEndsWithTheLine) {
    std::size_t messages = 0;
    EXPECT_EQ(lex("a \"b c\nd", &messages), "a \"b c\" / d ");
    EXPECT_EQ(messages, 1U);
    EXPECT_EQ(lex("\"", &messages), "\"\" ");
    EXPECT_EQ(messages, 1U);
}

TEST(Lexer, NulBytesAreReportedOnce) {
    std::size_t messages = 0;
    EXPECT_EQ(lex("a\0\0b\0"s, &messages), "a b ");
    EXPECT_EQ(messages, 1U);
}

TEST(Lexer, KnowsLineAndColumn) {
    const std::vector<ConfigFile> files = {{"a.conf", "a\n  bc \"d\"\n"}};
    Reporter reporter(files);
    Lexer lexer(files[0].content, 0, reporter);
    EXPECT_EQ(lexer.take().at.column, 1U);
    lexer.take();
    const Token word = lexer.peek();
    EXPECT_EQ(word.at.line, 2U);
    EXPECT_EQ(word.at.column, 3U);
    EXPECT_EQ(word.at.offset, 4U);
    EXPECT_EQ(lexer.take().raw, "bc");
    EXPECT_EQ(lexer.take().at.column, 6U);
}

TEST(Lexer, HasNoLimitOnALine) {
    const std::string word(3000000, 'x');
    EXPECT_EQ(lex("a " + word), "a " + word + " ");
}

}  // namespace
}  // namespace mp::conf
