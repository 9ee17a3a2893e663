// SPDX-License-Identifier: GPL-2.0-or-later
#include "checkers/directio.h"

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

TEST(Directio, ReadsOneLogicalBlock) {
    for (std::uint32_t size : {512U, 4096U, 16384U}) {
        testing::Conversation got =
            drive("directio", scsi_disk(size), {testing::bytes(testing::Vec(size))});
        EXPECT_EQ(got.probes[0],
                  model::Probe(model::ReadBlocks{.offset_bytes = 0, .length = size}));
        EXPECT_EQ(got.verdict.state, PathState::up);
        EXPECT_EQ(got.verdict.message, "directio checker reports path is up");
    }
}

TEST(Directio, AnErrorIsDownAndAFullQueueSaysNothing) {
    EXPECT_EQ(drive("directio", scsi_disk(), {testing::error(Errc::io)}).verdict.state,
              PathState::down);
    EXPECT_EQ(drive("directio", scsi_disk(), {testing::error(Errc::limit)}).verdict.state,
              PathState::unchecked);
    testing::Conversation got = drive("directio", scsi_disk(), {testing::bytes({})});
    EXPECT_EQ(got.verdict.state, PathState::down);
    EXPECT_EQ(got.verdict.message, "directio checker reports path is down: short read");
}

}  // namespace
}  // namespace mp::checkers
