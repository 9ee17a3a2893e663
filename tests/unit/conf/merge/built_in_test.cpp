// SPDX-License-Identifier: GPL-2.0-or-later
// What holds without any configuration file.
#include "conf/merge/built_in.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/conf/support.h"

namespace mp::conf {
namespace {

using testing::build;
using testing::Built;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::value_of;

TEST(BuiltIn, PollingIntervalsAreDerivedFromEachOther) {
    struct Case {
        const char* text;
        const char* interval;
        const char* longest;
    };
    const Case cases[] = {
        {"", "5", "20"},
        {"polling_interval 7", "7", "28"},
        {"max_polling_interval 40", "10", "40"},
        {"max_polling_interval 3", "1", "3"},
        {"max_polling_interval 0", "5", "20"},
        {"polling_interval 3\n max_polling_interval 60", "3", "60"},
        {"polling_interval 60\n max_polling_interval 30", "30", "30"},
        {"polling_interval 2000000000", "2000000000", "4294967295"},
    };
    for (const Case& test : cases) {
        const Built built = build(std::string("defaults {\n ") + test.text + "\n}\n");
        EXPECT_EQ(value_of(built.model.defaults, Key::polling_interval), test.interval)
            << test.text;
        EXPECT_EQ(value_of(built.model.defaults, Key::max_polling_interval), test.longest)
            << test.text;
    }
    EXPECT_THAT(build("defaults {\n polling_interval 9\n max_polling_interval 3\n}\n").messages,
                ElementsAre(HasSubstr("polling_interval 9 is larger")));
}

TEST(BuiltIn, RulesFollowTheConfiguredOnes) {
    const Built built = build("blacklist {\n devnode ^ram\n}\n");
    const std::vector<Rule>& rules = built.model.blacklist.of(Criterion::devnode);
    ASSERT_EQ(rules.size(), 2U);
    EXPECT_EQ(rules[0].shown(), "^ram");
    EXPECT_EQ(rules[1].shown(), "!^(sd[a-z]|dasd[a-z]|nvme[0-9])");
    EXPECT_TRUE(rules[1].origin.built_in());
}

TEST(BuiltIn, NvmeDisksAreLeftToTheKernelThatJoinsThem) {
    Environment environment;
    environment.native_nvme_multipath = true;
    const Built built = build("", environment);
    EXPECT_EQ(built.model.blacklist.of(Criterion::devnode)[0].shown(), "!^(sd[a-z]|dasd[a-z])");
}

TEST(BuiltIn, RuleThatAFileRepeatsIsNotAddedAgain) {
    const Built built = build(
        "blacklist_exceptions {\n property \"(SCSI_IDENT_|ID_WWN)\"\n}\n"
        "blacklist {\n device {\n vendor EMC\n product LUNZ\n }\n}\n");
    EXPECT_EQ(built.model.exceptions.of(Criterion::property).size(), 1U);
    EXPECT_EQ(built.model.blacklist.devices.size(), 16U);
}

TEST(BuiltIn, ExcludedProductsBecomeDeviceRules) {
    const Built built = build(
        "devices {\n device {\n vendor V\n product P\n product_blacklist B\n }\n"
        " device {\n vendor V\n product Q\n product_blacklist B\n }\n}\n");
    ASSERT_EQ(built.model.blacklist.devices.size(), 17U);
    EXPECT_EQ(built.model.blacklist.devices[0].vendor.shown(), "SGI");
    EXPECT_EQ(built.model.blacklist.devices[0].product.shown(), "Universal Xport");
    EXPECT_EQ(built.model.blacklist.devices[16].vendor.shown(), "V");
    EXPECT_EQ(built.model.blacklist.devices[16].product.shown(), "B");
    EXPECT_THAT(built.messages, IsEmpty());
}

TEST(MakeRule, LeadingExclamationMarkInverts) {
    const Rule inverted = *make_rule("!^sd", Origin{});
    EXPECT_TRUE(inverted.inverted);
    EXPECT_FALSE(inverted.matches("sda"));
    EXPECT_TRUE(inverted.matches("ram0"));
    EXPECT_EQ(inverted.shown(), "!^sd");
    const Rule escaped = *make_rule("\\!x", Origin{});
    EXPECT_FALSE(escaped.inverted);
    EXPECT_TRUE(escaped.matches("a!x"));
    EXPECT_FALSE(escaped.matches("x"));
    EXPECT_EQ(escaped.shown(), "\\!x");
    EXPECT_FALSE(make_rule("(", Origin{}).has_value());
}

}  // namespace
}  // namespace mp::conf
