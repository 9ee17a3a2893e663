// SPDX-License-Identifier: GPL-2.0-or-later
#include "checkers/none.h"

#include <gtest/gtest.h>

#include "tests/unit/checkers/drive.h"

namespace mp::checkers {
namespace {

using model::PathState;
using testing::drive;

model::BlockDevice scsi_disk(std::uint32_t block_size = 512) {
    model::BlockDevice device;
    device.bus = model::Bus::scsi;
    device.logical_block_size = block_size;
    device.state_attribute = "/devices/host2/target2:0:0/2:0:0:0/state";
    return device;
}

TEST(None, JudgesTheStateAttributeAsItIsNow) {
    model::BlockDevice device = scsi_disk();
    device.kernel_state = "running";
    testing::Conversation got = drive("none", device, {testing::text("offline\n")});
    EXPECT_EQ(got.probes[0], model::Probe(model::ReadAttribute{.path = device.state_attribute}));
    EXPECT_EQ(got.verdict.state, PathState::down);
    EXPECT_EQ(got.verdict.message, "none checker reports path is down: offline");
    EXPECT_EQ(drive("none", device, {testing::text("running\n")}).verdict.state, PathState::up);
    EXPECT_EQ(drive("none", device, {testing::text("blocked\n")}).verdict.state,
              PathState::pending);
    EXPECT_EQ(drive("none", device, {testing::error(Errc::gone)}).verdict.state,
              PathState::removed);
}

TEST(None, WithoutAnAttributeTheDeviceIsUp) {
    testing::Conversation got = drive("none", {}, {testing::error(Errc::io)});
    EXPECT_EQ(got.verdict.state, PathState::up);
    EXPECT_TRUE(got.probes.empty());
}

}  // namespace
}  // namespace mp::checkers
