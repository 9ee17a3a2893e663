// SPDX-License-Identifier: GPL-2.0-or-later
#include "checkers/readsector0.h"

#include <gtest/gtest.h>

#include "daemon/scsi/cdb.h"
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

TEST(Readsector0, Reads4096BytesInBlocksOfTheDevice) {
    EXPECT_EQ(drive("readsector0", scsi_disk(512), {testing::good()}).probes[0],
              model::Probe(scsi::read_10(0, 8, 512)));
    EXPECT_EQ(drive("readsector0", scsi_disk(4096), {testing::good()}).probes[0],
              model::Probe(scsi::read_10(0, 1, 4096)));
    EXPECT_EQ(drive("readsector0", scsi_disk(8192), {testing::good()}).probes[0],
              model::Probe(scsi::read_10(0, 1, 8192)));
}

TEST(Readsector0, ThreeUnitAttentionsAreTheLimit) {
    testing::Conversation got = drive("readsector0", scsi_disk(), {testing::sense(6, 0x3f, 3)});
    EXPECT_EQ(got.verdict.state, PathState::down);
    EXPECT_EQ(got.probes.size(), 3U);
    EXPECT_TRUE(got.verdict.identity_suspect);
    got = drive("readsector0", scsi_disk(),
                {testing::sense(6, 0x29, 0), testing::sense(6, 0x29, 0), testing::good()});
    EXPECT_EQ(got.verdict.state, PathState::up);
}

TEST(Readsector0, AnyOtherFailureIsDownAtOnce) {
    for (const model::ProbeReply& reply : {testing::sense(3, 0x11, 0), testing::status(0x18),
                                           testing::host(1), testing::sense(2, 4, 0xb)}) {
        testing::Conversation got = drive("readsector0", scsi_disk(), {reply});
        EXPECT_EQ(got.verdict.state, PathState::down);
        EXPECT_EQ(got.probes.size(), 1U);
    }
}

TEST(Readsector0, DevicesWithoutScsiAreReadAsBlocks) {
    model::BlockDevice nbd;
    nbd.bus = model::Bus::other;
    testing::Conversation got = drive("readsector0", nbd, {testing::bytes({})});
    EXPECT_EQ(got.probes[0], model::Probe(model::ReadBlocks{.offset_bytes = 0, .length = 4096}));
    EXPECT_EQ(got.verdict.state, PathState::up);
    got = drive("readsector0", scsi_disk(),
                {testing::error(Errc::unsupported), testing::error(Errc::io)});
    EXPECT_EQ(got.probes.size(), 2U);
    EXPECT_EQ(got.verdict.state, PathState::down);
}

}  // namespace
}  // namespace mp::checkers
