// SPDX-License-Identifier: GPL-2.0-or-later
// The list of prioritizers, const, sysfs and the numbers of access states.
#include <gtest/gtest.h>

#include "prioritizers/alua_number.h"
#include "tests/unit/prioritizers/drive.h"

namespace mp::prioritizers {
namespace {

using testing::drive;

model::BlockDevice disk() {
    model::BlockDevice device;
    device.bus = model::Bus::scsi;
    device.sys_path = "/devices/platform/host2/target2:0:0/2:0:0:0/block/sda";
    return device;
}

TEST(Registry, IsSortedWithoutDuplicatesAndFindsEachByName) {
    std::span<const PrioritizerType* const> all = all_prioritizers();
    ASSERT_FALSE(all.empty());
    for (std::size_t i = 0; i < all.size(); ++i) {
        EXPECT_EQ(find_prioritizer(all[i]->name), all[i]);
        EXPECT_FALSE(all[i]->doc.empty());
        if (i > 0) {
            EXPECT_LT(all[i - 1]->name, all[i]->name);
        }
    }
    EXPECT_EQ(find_prioritizer("nothing"), nullptr);
}

TEST(Const, IsOneWithoutAsking) {
    testing::Conversation got = drive("const", "anything", disk(), {testing::error(Errc::io)});
    EXPECT_EQ(got.priority.value, 1);
    EXPECT_TRUE(got.probes.empty());
}

TEST(AluaNumber, StatesAndPreferenceGiveTheKnownNumbers) {
    struct Case {
        scsi::AccessState state;
        int plain, preferred, exclusive;
    };
    const std::vector<Case> cases = {
        {scsi::AccessState::active_optimized, 50, 50, 130},
        {scsi::AccessState::active_non_optimized, 10, 90, 90},
        {scsi::AccessState::lba_dependent, 5, 85, 85},
        {scsi::AccessState::standby, 1, 81, 81},
        {scsi::AccessState::unavailable, 0, 80, 80},
        {scsi::AccessState::offline, 0, 80, 80},
        {scsi::AccessState::transitioning, 0, 80, 80},
        {static_cast<scsi::AccessState>(7), 0, 80, 80},
    };
    for (const Case& test : cases) {
        EXPECT_EQ(alua_number(test.state, false, false), test.plain);
        EXPECT_EQ(alua_number(test.state, false, true), test.plain);
        EXPECT_EQ(alua_number(test.state, true, false), test.preferred);
        EXPECT_EQ(alua_number(test.state, true, true), test.exclusive);
    }
}

TEST(AluaNumber, OtherArgumentsAreRefused) {
    for (std::string_view name : {"alua", "sysfs"}) {
        Result<std::unique_ptr<Prioritizer>> made = find_prioritizer(name)->create("exclusive_pref");
        ASSERT_FALSE(made);
        EXPECT_EQ(made.error().code, Errc::invalid);
        EXPECT_STREQ(made.error().what, "the only argument is exclusive_pref_bit");
    }
}

TEST(Sysfs, ReadsStateAndPreferenceOfTheScsiDevice) {
    testing::Conversation got =
        drive("sysfs", "", disk(), {testing::text("active/non-optimized\n"), testing::text("1\n")});
    ASSERT_EQ(got.probes.size(), 2U);
    EXPECT_EQ(std::get<model::ReadAttribute>(got.probes[0]).path,
              "/devices/platform/host2/target2:0:0/2:0:0:0/access_state");
    EXPECT_EQ(std::get<model::ReadAttribute>(got.probes[1]).path,
              "/devices/platform/host2/target2:0:0/2:0:0:0/preferred_path");
    EXPECT_EQ(got.priority.value, 90);
    got = drive("sysfs", "", disk(), {testing::text("active/optimized\n"), testing::text("1\n")});
    EXPECT_EQ(got.priority.value, 50);
    got = drive("sysfs", " exclusive_pref_bit ", disk(),
                {testing::text("active/optimized\n"), testing::text("1\n")});
    EXPECT_EQ(got.priority.value, 130);
    got = drive("sysfs", "", disk(), {testing::text("standby\n"), testing::error(Errc::gone)});
    EXPECT_EQ(got.priority.value, 1);
}

TEST(Sysfs, UnreadableOrUnknownStateIsUndefined) {
    testing::Conversation got = drive("sysfs", "", disk(), {testing::error(Errc::invalid)});
    EXPECT_EQ(got.priority.value, kUndefinedPriority);
    EXPECT_EQ(got.priority.message, "sysfs prioritizer: access_state: probe (invalid)");
    got = drive("sysfs", "", disk(), {testing::text("(null)\n")});
    EXPECT_EQ(got.priority.value, kUndefinedPriority);
    EXPECT_EQ(got.priority.message, "sysfs prioritizer: access_state is \"(null)\"");
    got = drive("sysfs", "", {}, {testing::text("standby\n")});
    EXPECT_EQ(got.priority.value, kUndefinedPriority);
    EXPECT_TRUE(got.probes.empty());
}

}  // namespace
}  // namespace mp::prioritizers
