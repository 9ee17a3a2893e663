// SPDX-License-Identifier: GPL-2.0-or-later
// Regular expressions: the short cuts for plain text mean the same as the C library.
#include "conf/hardware/pattern.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <regex.h>

namespace mp::conf {
namespace {

using ::testing::HasSubstr;

bool library_matches(const std::string& expression, const std::string& text) {
    regex_t compiled;
    if (regcomp(&compiled, expression.c_str(), REG_EXTENDED | REG_NOSUB) != 0) {
        ADD_FAILURE() << expression;
        return false;
    }
    const bool matches = regexec(&compiled, text.c_str(), 0, nullptr, 0) == 0;
    regfree(&compiled);
    return matches;
}

TEST(Pattern, MeansWhatTheLibraryMeans) {
    const char* expressions[] = {
        "",         ".*",      "IBM",     "^IBM",      "IBM$",      "^IBM$",   "(A|B)", "^(A|B)",
        "(A|B)$",   "^(A|B)$", "(A)",     "A|B",       "^A|B$",     "(A)|(B)", "[AB]",  "A.B",
        "R/Evo",    "A\\$",    "A\\.B",   "^",         "$",         "^$",      "(A|)",  "A[ ]+B",
        "(A|B)(C)", "x*",      "a-b_c:d", "(A|B|AB)$", "SAN ARRAY$"};
    const char* texts[] = {
        "",      "A",  "B",       "AB",  "BA",    "IBM",       "xIBM",          "IBMx",
        "xIBMx", "ib", "A$",      "A.B", "AxB",   "R/Evo",     "A B",           "A  B",
        "AC",    "BC", "a-b_c:d", "ibm", "(A|B)", "SAN ARRAY", "SAN ARRAY ALUA"};
    for (const char* expression : expressions) {
        const Result<Pattern> pattern = Pattern::compile(expression);
        ASSERT_TRUE(pattern.has_value()) << expression;
        for (const char* text : texts) {
            EXPECT_EQ(pattern->matches(text), library_matches(expression, text))
                << "'" << expression << "' on '" << text << "'";
        }
    }
}

TEST(Pattern, DeferredExpressionMatchesLikeACompiledOne) {
    const Pattern pattern = Pattern::deferred("^[Ii]BM");
    const Pattern copy = pattern;
    EXPECT_TRUE(pattern.matches("iBM"));
    EXPECT_FALSE(copy.matches("xIBM"));
    EXPECT_FALSE(Pattern::deferred("(").matches("(")) << "what does not compile matches nothing";
    EXPECT_TRUE(Pattern::deferred("IBM").matches("IBM"));
}

TEST(Pattern, PlainTextNeedsNoCompiledExpression) {
    for (const char* expression : {"IBM", "^NVME", "(COMPAQ|HP)", "^(RAID|DISK|VRAID)", ".*",
                                   "SAN ARRAY$", "S/390 DASD ECKD"}) {
        EXPECT_FALSE(Pattern::compile(expression)->is_regex()) << expression;
    }
    for (const char* expression : {"MSA [12]0", "(MSA|HSV)1[01]0", "A|B", "a.b"}) {
        EXPECT_TRUE(Pattern::compile(expression)->is_regex()) << expression;
    }
}

TEST(Pattern, IsCaseSensitiveAndUnanchored) {
    const Pattern pattern = *Pattern::compile("[Ii]BM 2");
    EXPECT_TRUE(pattern.matches("x iBM 2145"));
    EXPECT_FALSE(pattern.matches("ibm 2145"));
}

TEST(Pattern, CopiesShareTheCompiledExpression) {
    const Pattern first = *Pattern::compile("[ab]c");
    const Pattern copy = first;
    EXPECT_TRUE(copy.matches("ac"));
    EXPECT_TRUE(first.matches("bc"));
}

TEST(Pattern, InvalidExpressionsAreExplained) {
    const std::pair<const char*, const char*> cases[] = {{"[a", "'[' is not closed"},
                                                         {"(a", "unbalanced parentheses"},
                                                         {"a{2", "invalid"},
                                                         {"[[:foo:]]", "character class"},
                                                         {"[z-a]", "bad range"},
                                                         {"a\\", "ends with a '\\'"},
                                                         {"*a(", "nothing stands before"}};
    for (const auto& [expression, text] : cases) {
        const Result<Pattern> pattern = Pattern::compile(expression);
        ASSERT_FALSE(pattern.has_value()) << expression;
        EXPECT_EQ(pattern.error().code, Errc::invalid) << expression;
        EXPECT_THAT(pattern.error().what, HasSubstr(text)) << expression;
    }
}

TEST(Pattern, ExpressionsThatWouldCostTooMuchAreRefused) {
    const std::string cases[] = {"a{1,255}{1,255}{1,255}",
                                 "(a{1000}){1000}",
                                 "a{99999999999999999999}",
                                 std::string(5000, 'a'),
                                 std::string(100, '(') + std::string(100, ')'),
                                 "(a)\\1"};
    for (const std::string& expression : cases) {
        const Result<Pattern> pattern = Pattern::compile(expression);
        ASSERT_FALSE(pattern.has_value()) << expression;
        EXPECT_EQ(pattern.error().code, Errc::limit) << expression;
    }
    EXPECT_TRUE(Pattern::compile("[0-9a-f]{32}").has_value());
    EXPECT_TRUE(Pattern::compile("a\\\\1").has_value());
}

}  // namespace
}  // namespace mp::conf
