// SPDX-License-Identifier: GPL-2.0-or-later
#include "prioritizers/ana.h"

#include <gtest/gtest.h>

#include "tests/unit/prioritizers/drive.h"

namespace mp::prioritizers {
namespace {

using testing::drive;

TEST(Ana, EachStateHasItsNumber) {
    model::BlockDevice device;
    device.bus = model::Bus::nvme;
    device.sys_path = "/devices/virtual/nvme-fabrics/ctl/nvme0/nvme0n1";
    testing::Conversation got = drive("ana", "", device, {testing::text("optimized\n")});
    ASSERT_EQ(got.probes.size(), 1U);
    EXPECT_EQ(std::get<model::ReadAttribute>(got.probes[0]).path, device.sys_path + "/ana_state");
    EXPECT_EQ(got.priority.value, 50);
    const std::pair<const char*, int> states[] = {
        {"non-optimized\n", 10}, {"inaccessible\n", 1}, {"change\n", 1}, {"persistent-loss\n", 0}};
    for (const auto& [word, value] : states) {
        EXPECT_EQ(drive("ana", "", device, {testing::text(word)}).priority.value, value) << word;
    }
}

TEST(Ana, WithoutAStateThePriorityIsUndefined) {
    model::BlockDevice device;
    device.bus = model::Bus::nvme;
    device.sys_path = "/x";
    EXPECT_EQ(drive("ana", "", device, {testing::error(Errc::gone)}).priority.value,
              kUndefinedPriority);
    EXPECT_EQ(drive("ana", "", device, {testing::text("reserved\n")}).priority.message,
              "ana prioritizer: ana_state is \"reserved\"");
    device.bus = model::Bus::scsi;
    EXPECT_EQ(drive("ana", "", device, {}).priority.value, kUndefinedPriority);
}

}  // namespace
}  // namespace mp::prioritizers
