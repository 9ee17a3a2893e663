// SPDX-License-Identifier: GPL-2.0-or-later
#include "prioritizers/sysfs.h"

#include <gtest/gtest.h>

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
    got = drive("sysfs", "", disk(), {testing::good()});
    EXPECT_EQ(got.priority.value, kUndefinedPriority);
    EXPECT_EQ(got.priority.message,
              "sysfs prioritizer: access_state: the answer is to another question (cancelled)");
    got = drive("sysfs", "", {}, {testing::text("standby\n")});
    EXPECT_EQ(got.priority.value, kUndefinedPriority);
    EXPECT_TRUE(got.probes.empty());
}

}  // namespace
}  // namespace mp::prioritizers
