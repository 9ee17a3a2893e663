// SPDX-License-Identifier: GPL-2.0-or-later
// One section becomes values and messages. How sections are put together is tested with build.
#include "conf/merge/section_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/conf/support.h"

namespace mp::conf {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::value_of;

class SectionReaderTest : public ::testing::Test {
protected:
    /// The first section of the text.
    Section section(const std::string& text) {
        files_ = {{"a.conf", text}};
        return parse_tree(files_[0].content, 0, section_names(), reporter_).sections.at(0);
    }
    std::vector<std::string> messages() {
        std::vector<std::string> texts;
        for (const Diagnostic& message : reporter_.take()) {
            texts.push_back(testing::shown(message));
        }
        return texts;
    }

    std::vector<ConfigFile> files_;
    Environment environment_;
    Reporter reporter_{files_};
    SectionReader reader_{environment_, reporter_};
};

TEST_F(SectionReaderTest, TakesGoodValuesAndKeepsOldOnesForBad) {
    Settings settings;
    settings.set(Key::failback, {true, 7, {}}, Origin{});
    reader_.read_settings(section("defaults {\n verbosity 3\n failback x\n rr_min_io\n}\n"),
                          Scope::defaults, settings);
    EXPECT_EQ(value_of(settings, Key::verbosity), "3");
    EXPECT_EQ(settings.find(Key::verbosity)->origin, (Origin{0, 2}));
    EXPECT_EQ(value_of(settings, Key::failback), "7");
    EXPECT_TRUE(settings.find(Key::failback)->origin.built_in());
    EXPECT_THAT(messages(), ElementsAre(HasSubstr("3: error: 'x' is not a value of failback"),
                                        HasSubstr("4: error: 'rr_min_io' has no value")));
}

TEST_F(SectionReaderTest, ScopeDecidesWhichKeywordsThereAre) {
    Settings settings;
    reader_.read_settings(section("device {\n vendor X\n verbosity 3\n}\n"), Scope::device,
                          settings);
    EXPECT_EQ(value_of(settings, Key::vendor), "\"X\"");
    EXPECT_EQ(settings.find(Key::verbosity), nullptr);
    EXPECT_THAT(messages(),
                ElementsAre(HasSubstr("'verbosity' has no meaning in section 'device'")));
}

TEST_F(SectionReaderTest, RuleNeedsAValidExpression) {
    const Section rules = section("blacklist {\n wwid a\n wwid \"(\"\n wwid\n}\n");
    EXPECT_TRUE(reader_.read_rule(rules.statements[0]).has_value());
    EXPECT_FALSE(reader_.read_rule(rules.statements[1]).has_value());
    EXPECT_FALSE(reader_.read_rule(rules.statements[2]).has_value());
    EXPECT_THAT(messages(), ElementsAre(HasSubstr("3: error: invalid regular expression"),
                                        HasSubstr("4: error: 'wwid' has no value")));
}

TEST_F(SectionReaderTest, SectionsWithoutAMeaningAreNamed) {
    reader_.refuse_sections(section("defaults {\n foo {\n }\n bar {\n }\n}\n"));
    EXPECT_THAT(messages(), ElementsAre(HasSubstr("2: warning: unknown section 'foo'"),
                                        HasSubstr("4: warning: unknown section 'bar'")));
}

}  // namespace
}  // namespace mp::conf
