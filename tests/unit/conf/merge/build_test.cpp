// SPDX-License-Identifier: GPL-2.0-or-later
// From files to sections of values: what is taken, what is reported, what is merged.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "conf/merge/built_in.h"
#include "tests/unit/conf/support.h"

namespace mp::conf {
namespace {

using testing::build;
using testing::Built;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing::value_of;

std::string vendor_of(const DeviceEntry& entry) {
    return entry.settings.find(Key::vendor)->value.text;
}

TEST(BuildModel, BadValueLeavesTheOneFromBefore) {
    const Built built = build(
        "defaults {\n rr_min_io 10\n rr_min_io_rq 2x\n}\n"
        "defaults {\n rr_min_io 20y\n}\n");
    EXPECT_EQ(value_of(built.model.defaults, Key::rr_min_io), "10");
    EXPECT_EQ(value_of(built.model.defaults, Key::rr_min_io_rq), "1");
    EXPECT_THAT(built.messages, ElementsAre(HasSubstr("3: error: '2x'"),
                                            HasSubstr("5: note: section 'defaults' was opened"),
                                            HasSubstr("6: error: '20y'")));
}

TEST(BuildModel, LastOfTwoValuesCountsAndIsReported) {
    const Built built = build("defaults {\n verbosity 1\n verbosity 3\n}\n");
    EXPECT_EQ(value_of(built.model.defaults, Key::verbosity), "3");
    EXPECT_THAT(built.messages, ElementsAre(HasSubstr("3: warning: 'verbosity' stands twice")));
}

TEST(BuildModel, UnknownWordsAreNamedWithTheNearestOne) {
    const std::pair<const char*, const char*> cases[] = {
        {"defaults {\n no_path_rety 5\n}\n",
         "2: warning: unknown keyword 'no_path_rety' in section "
         "'defaults'; did you mean 'no_path_retry'?"},
        {"defaults {\n vendor x\n}\n", "2: warning: 'vendor' has no meaning in section 'defaults'"},
        {"default {\n verbosity 3\n}\n",
         "1: warning: unknown section 'default' in the configuration; "
         "it is ignored; did you mean 'defaults'?"},
        {"devices {\n devise {\n vendor x\n }\n}\n",
         "2: warning: unknown section 'devise' in section 'devices'; did you mean 'device'?"},
        {"devices {\n device {\n vendor x\n product y\n vendr z\n }\n}\n",
         "5: warning: unknown keyword 'vendr' in section 'device'; did you mean 'vendor'?"},
        {"blacklist {\n devnod x\n}\n", "did you mean 'devnode'?"},
        {"blacklist {\n device {\n vendor a\n prodct b\n }\n}\n", "did you mean 'product'?"},
        {"overrides {\n protocl {\n }\n}\n", "did you mean 'protocol'?"},
        {"verbosity 3\n", "1: warning: "},
        {"defaults {\n verbosity\n}\n", "2: error: 'verbosity' has no value"},
        {"blacklist {\n wwid\n}\n", "2: error: 'wwid' has no value"},
        {"defaults {\n foo {\n }\n}\n", "2: warning: unknown section 'foo' in section 'defaults'"},
        {"devices {\n vendor x\n}\n", "2: warning: "},
    };
    for (const auto& [text, message] : cases) {
        EXPECT_THAT(build(text).messages, ElementsAre(HasSubstr(message))) << text;
    }
}

TEST(BuildModel, DeprecatedKeywordsAreAcceptedWithANote) {
    const Built built = build(
        "defaults {\n bindings_file /x\n getuid_callout \"a b\"\n"
        " delay_watch_checks 12\n delay_wait_checks no\n}\n");
    EXPECT_THAT(built.messages, ElementsAre(HasSubstr("2: note: 'bindings_file' is accepted"),
                                            HasSubstr("3: note: 'getuid_callout' is accepted"),
                                            HasSubstr("4: note: 'delay_watch_checks' is the old")));
}

TEST(BuildModel, CheckerIsAnotherNameOfPathChecker) {
    const Built built = build("defaults {\n checker directio\n}\n");
    EXPECT_EQ(value_of(built.model.defaults, Key::path_checker), "\"directio\"");
    EXPECT_THAT(built.messages, IsEmpty());
    EXPECT_THAT(build("defaults {\n checker directio\n path_checker tur\n}\n").messages, SizeIs(1));
}

TEST(BuildModel, UserDeviceFollowsTheBuiltInOnes) {
    const Built built = build("devices {\n device {\n vendor X\n product Y\n revision 1\n }\n}\n");
    EXPECT_THAT(built.messages, IsEmpty());
    EXPECT_EQ(vendor_of(built.model.devices.back()), "X");
    EXPECT_EQ(value_of(built.model.devices.back().settings, Key::revision), "\"1\"");
    EXPECT_EQ(built.model.devices.size(), 138U);
}

TEST(BuildModel, DeviceWithTheTextsOfABuiltInOneIsMergedAndMovesToItsPlace) {
    const Built built =
        build("devices {\n device {\n vendor 3PARdata\n product VV\n no_path_retry 7\n }\n}\n");
    EXPECT_EQ(built.model.devices.size(), 137U);
    const Settings& entry = built.model.devices.back().settings;
    EXPECT_EQ(value_of(entry, Key::vendor), "\"3PARdata\"");
    EXPECT_EQ(value_of(entry, Key::no_path_retry), "7");
    EXPECT_EQ(value_of(entry, Key::vpd_vendor), "\"hp3par\"");
    EXPECT_EQ(built.model.origin_text(entry.find(Key::no_path_retry)->origin), "multipath.conf:5");
    EXPECT_EQ(built.model.origin_text(entry.find(Key::vpd_vendor)->origin), "built-in");
}

TEST(BuildModel, DevicesThatOnlyMatchTheSameStaySeparate) {
    const Built built = build(
        "devices {\n device {\n vendor 3PAR\n product VV\n }\n"
        " device {\n vendor 3PARdata\n product VV\n revision x\n }\n}\n");
    EXPECT_EQ(built.model.devices.size(), 139U);
}

TEST(BuildModel, IncompleteSectionsAreDropped) {
    const Built built = build(
        "devices {\n device {\n vendor X\n }\n device {\n product Y\n }\n}\n"
        "multipaths {\n multipath {\n alias x\n }\n}\n"
        "overrides {\n protocol {\n eh_deadline 5\n }\n}\n");
    EXPECT_EQ(built.model.devices.size(), 137U);
    EXPECT_THAT(built.model.multipaths, IsEmpty());
    EXPECT_THAT(built.model.protocols, IsEmpty());
    EXPECT_THAT(
        built.messages,
        ElementsAre(HasSubstr("2: warning: a device needs"), HasSubstr("5: warning: a device"),
                    HasSubstr("10: warning: a multipath section needs a wwid"),
                    HasSubstr("15: warning: a protocol section needs a type")));
}

TEST(BuildModel, SectionsOfOneMapAreMerged) {
    const Built built = build(
        "multipaths {\n multipath {\n wwid 1\n alias a\n failback 5\n }\n"
        " multipath {\n wwid 2\n }\n"
        " multipath {\n wwid 1\n alias b\n }\n}\n");
    ASSERT_THAT(built.model.multipaths, SizeIs(2));
    EXPECT_EQ(value_of(built.model.multipaths[0], Key::alias), "\"b\"");
    EXPECT_EQ(value_of(built.model.multipaths[0], Key::failback), "5");
    EXPECT_THAT(built.messages, ElementsAre(HasSubstr("10: note: wwid 1 was configured before")));
}

TEST(BuildModel, OneAliasIsGivenToOneMapOnly) {
    const Built built = build(
        "multipaths {\n multipath {\n wwid 1\n alias a\n }\n"
        " multipath {\n wwid 2\n alias a\n }\n}\n");
    EXPECT_EQ(value_of(built.model.multipaths[0], Key::alias), "\"a\"");
    EXPECT_EQ(value_of(built.model.multipaths[1], Key::alias), "");
    EXPECT_THAT(built.messages, ElementsAre(HasSubstr("error: alias 'a' belongs to wwid 1")));
}

TEST(BuildModel, ProtocolsOfOneTypeAreMerged) {
    const Built built = build(
        "overrides {\n protocol {\n type scsi:fcp\n dev_loss_tmo 60\n eh_deadline 5\n }\n"
        " protocol {\n type scsi:fcp\n dev_loss_tmo 70\n }\n}\n");
    ASSERT_THAT(built.model.protocols, SizeIs(1));
    EXPECT_EQ(value_of(built.model.protocols[0], Key::dev_loss_tmo), "70");
    EXPECT_EQ(value_of(built.model.protocols[0], Key::eh_deadline), "5");
}

TEST(BuildModel, InvalidExpressionDropsItsRuleOnly) {
    const Built built = build(
        "blacklist {\n wwid \"(\"\n wwid \"ok\"\n"
        " device {\n vendor a\n product \"[\"\n }\n}\n"
        "devices {\n device {\n vendor \"*(\"\n product x\n }\n}\n");
    ASSERT_THAT(built.model.blacklist.of(Criterion::wwid), SizeIs(1));
    EXPECT_EQ(built.model.blacklist.of(Criterion::wwid)[0].text, "ok");
    EXPECT_THAT(built.model.blacklist.devices, SizeIs(16));
    EXPECT_EQ(built.model.devices.size(), 137U);
    EXPECT_THAT(built.messages, ElementsAre(HasSubstr("2: error: invalid regular expression"),
                                            HasSubstr("6: error: invalid regular expression"),
                                            HasSubstr("10: warning: a device needs"),
                                            HasSubstr("11: error: invalid regular expression")));
}

TEST(BuildModel, FeatureThatHasNoEffectIsNamed) {
    const Built built =
        build("defaults {\n features \"1 queue_if_no_path\"\n no_path_retry fail\n}\n");
    EXPECT_THAT(built.messages, ElementsAre(HasSubstr("queue_if_no_path has no effect")));
}

TEST(BuildModel, LaterFilesGoOnWhereEarlierOnesEnded) {
    const std::vector<ConfigFile> files = {{"a.conf", "defaults {\n verbosity 1\n failback 5\n}\n"},
                                           {"b.conf", "defaults {\n verbosity 3\n}\n"}};
    Reporter reporter(files);
    const Model model = build_model(files, {}, reporter);
    EXPECT_THAT(reporter.take(), IsEmpty());
    EXPECT_EQ(value_of(model.defaults, Key::verbosity), "3");
    EXPECT_EQ(value_of(model.defaults, Key::failback), "5");
    EXPECT_EQ(model.origin_text(model.defaults.find(Key::verbosity)->origin), "b.conf:2");
    EXPECT_EQ(model.origin_text(model.defaults.find(Key::failback)->origin), "a.conf:3");
}

TEST(BuildModel, EnvironmentGivesNamesAndLimits) {
    Environment environment;
    environment.accounts.groups = {{"disk", 6}};
    environment.max_open_files = 1000;
    const Built built = build("defaults {\n gid disk\n max_fds 5000\n}\n", environment);
    EXPECT_EQ(value_of(built.model.defaults, Key::gid), "06");
    EXPECT_EQ(value_of(built.model.defaults, Key::max_fds), "\"max\"");
    EXPECT_THAT(built.messages, ElementsAre(HasSubstr("5000 is too large for max_fds")));
}

TEST(BuildModel, ResetWordUnsetsThePartitionDelimiter) {
    const Built built = build(
        "defaults {\n partition_delimiter -p\n}\n"
        "defaults {\n partition_delimiter /UNSET/\n}\n");
    EXPECT_EQ(value_of(built.model.defaults, Key::partition_delimiter), "");
}

TEST(BuildModel, HostileSizesAreBounded) {
    std::string unknown;
    std::string expressions = "blacklist {\n";
    std::string devices = "devices {\n";
    for (int i = 0; i < 20000; ++i) {
        unknown += "unknown_key 1\n";
        expressions += "wwid \"a[" + std::to_string(i % 10) + "]\"\n";
        devices +=
            "device {\nvendor V" + std::to_string(i) + "\nproduct P\nproduct_blacklist B\n}\n";
    }
    EXPECT_THAT(build(unknown).messages, SizeIs(Reporter::kMaxDiagnostics + 1));
    const Built many = build(expressions + "}\n");
    EXPECT_LT(many.model.blacklist.of(Criterion::wwid).size(), 20000U);
    EXPECT_THAT(many.messages, Contains(HasSubstr("too many regular expressions")));
    EXPECT_EQ(build(devices + "}\n").model.blacklist.devices.size(), 20016U);
}

}  // namespace
}  // namespace mp::conf
