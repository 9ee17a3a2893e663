// SPDX-License-Identifier: GPL-2.0-or-later
// The table of keywords is complete and consistent.
#include "conf/schema/keyword.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "conf/schema/value.h"

namespace mp::conf {
namespace {

constexpr Scope kScopes[] = {Scope::defaults, Scope::device, Scope::overrides, Scope::protocol,
                             Scope::multipath};

TEST(Keywords, EveryRowIsUsableAndExplained) {
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < kKeyCount; ++i) {
        const Keyword& word = keyword(static_cast<Key>(i));
        EXPECT_TRUE(names.insert(word.name).second) << word.name;
        EXPECT_FALSE(word.doc.empty()) << word.name;
        EXPECT_EQ(word.doc.find('\n'), std::string_view::npos) << word.name;
        EXPECT_LE(word.min, word.max) << word.name;
        EXPECT_EQ(word.form == Form::word, word.form == Form::word && !word.words.empty())
            << word.name;
        EXPECT_TRUE(known_keyword(word.name)) << word.name;
        const bool somewhere = std::ranges::any_of(
            kScopes, [&](Scope scope) { return find_keyword(scope, word.name) == word.key; });
        EXPECT_TRUE(somewhere) << word.name;
    }
    EXPECT_FALSE(known_keyword("devnode"));
}

TEST(Keywords, EveryDefaultIsAValueOfItsKeyword) {
    for (std::size_t i = 0; i < kKeyCount; ++i) {
        const Keyword& word = keyword(static_cast<Key>(i));
        if (!word.has_fallback) {
            EXPECT_TRUE(word.fallback.empty()) << word.name;
            continue;
        }
        const ParsedValue parsed = parse_value(word, word.fallback, {});
        EXPECT_TRUE(parsed.value.has_value()) << word.name;
        EXPECT_EQ(parsed.problem, "") << word.name;
    }
}

TEST(Keywords, EveryWordMeansAWordThatIsItsOwnMeaning) {
    for (std::size_t i = 0; i < kKeyCount; ++i) {
        const Keyword& keyword_row = keyword(static_cast<Key>(i));
        for (const Word& word : keyword_row.words) {
            const bool canonical = std::ranges::any_of(keyword_row.words, [&](const Word& other) {
                return other.text == word.meaning && other.meaning == word.meaning;
            });
            EXPECT_TRUE(canonical) << keyword_row.name << " " << word.text;
        }
    }
}

TEST(Keywords, SectionsHoldTheNumberOfKeywordsThatTheLanguageHas) {
    constexpr std::size_t kOurs = 1;  // path_probing
    EXPECT_EQ(keywords_of(Scope::defaults).size(), 76U + kOurs);
    EXPECT_EQ(keywords_of(Scope::device).size(), 48U + kOurs);
    EXPECT_EQ(keywords_of(Scope::overrides).size(), 41U + kOurs);
    EXPECT_EQ(keywords_of(Scope::protocol).size(), 4U);
    EXPECT_EQ(keywords_of(Scope::multipath).size(), 33U);
    for (Scope scope : kScopes) {
        EXPECT_EQ(keyword_names(scope).size(), keywords_of(scope).size());
        std::set<Key> once(keywords_of(scope).begin(), keywords_of(scope).end());
        EXPECT_EQ(once.size(), keywords_of(scope).size());
    }
}

TEST(Keywords, OnlyTheSectionsOfAKeywordKnowIt) {
    EXPECT_EQ(find_keyword(Scope::defaults, "polling_interval"), Key::polling_interval);
    EXPECT_FALSE(find_keyword(Scope::device, "polling_interval"));
    EXPECT_EQ(find_keyword(Scope::device, "vendor"), Key::vendor);
    EXPECT_FALSE(find_keyword(Scope::overrides, "vendor"));
    EXPECT_FALSE(find_keyword(Scope::multipath, "path_checker"));
    EXPECT_FALSE(find_keyword(Scope::overrides, "hardware_handler"));
    EXPECT_FALSE(find_keyword(Scope::defaults, "no_such_keyword"));
}

TEST(Criteria, NamesAndValuesBelongTogether) {
    for (std::size_t i = 0; i < kCriterionCount; ++i) {
        const Criterion criterion = static_cast<Criterion>(i);
        EXPECT_EQ(criterion_of(criterion_name(criterion)), criterion);
    }
    EXPECT_FALSE(criterion_of("device"));
}

}  // namespace
}  // namespace mp::conf
