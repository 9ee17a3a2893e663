// SPDX-License-Identifier: GPL-2.0-or-later
#include "checkers/hp_sw.h"

#include <gtest/gtest.h>

#include "daemon/scsi/cdb.h"
#include "tests/unit/checkers/drive.h"

namespace mp::checkers {
namespace {

using model::PathState;
using testing::drive;

TEST(HpSw, ReadsTheSerialPageThenAsksForReadiness) {
    testing::Conversation got = drive("hp_sw", {}, {testing::good(), testing::good()});
    EXPECT_EQ(got.probes,
              (std::vector<model::Probe>{scsi::inquiry_vpd(0x80), scsi::test_unit_ready()}));
    EXPECT_EQ(got.verdict.state, PathState::up);
}

TEST(HpSw, EachCommandHasItsOwnMeaning) {
    struct Case {
        std::vector<model::ProbeReply> replies;
        PathState state;
    };
    const std::vector<Case> cases = {
        {{testing::sense(5, 0x24, 0)}, PathState::wild},
        {{testing::sense(2, 4, 2)}, PathState::down},
        {{testing::host(1)}, PathState::down},
        {{testing::good(), testing::sense(2, 4, 2)}, PathState::ghost},
        {{testing::good(), testing::sense(2, 4, 3)}, PathState::ghost},
        {{testing::good(), testing::sense(5, 0x25, 0)}, PathState::down},
        {{testing::good(), testing::host(1)}, PathState::down},
        {{testing::error(Errc::unsupported)}, PathState::wild},
    };
    for (const Case& test : cases) {
        EXPECT_EQ(drive("hp_sw", {}, test.replies).verdict.state, test.state);
    }
}

TEST(HpSw, UnitAttentionIsTriedAgainThreeTimesPerCommand) {
    testing::Conversation got = drive("hp_sw", {}, {testing::sense(6, 0x3f, 3)});
    EXPECT_EQ(got.probes.size(), 3U);
    EXPECT_EQ(got.verdict.state, PathState::down);
    EXPECT_TRUE(got.verdict.identity_suspect);
    got = drive("hp_sw", {},
                {testing::sense(6, 0x29, 0), testing::good(), testing::status(8),
                 testing::sense(6, 0x29, 0), testing::good()});
    EXPECT_EQ(got.verdict.state, PathState::up);
}

}  // namespace
}  // namespace mp::checkers
