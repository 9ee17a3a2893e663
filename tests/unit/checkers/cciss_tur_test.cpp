// SPDX-License-Identifier: GPL-2.0-or-later
#include "checkers/cciss_tur.h"

#include <gtest/gtest.h>

#include "tests/unit/checkers/drive.h"

namespace mp::checkers {
namespace {

using model::PathState;
using testing::drive;

TEST(CcissTur, OnlyGoodIsUp) {
    EXPECT_EQ(drive("cciss_tur", {}, {testing::good()}).verdict.state, PathState::up);
    for (const model::ProbeReply& reply : {testing::sense(2, 4, 0xb), testing::sense(6, 0x29, 0),
                                           testing::host(3), testing::status(0x18)}) {
        testing::Conversation got = drive("cciss_tur", {}, {reply});
        EXPECT_EQ(got.verdict.state, PathState::down);
        EXPECT_EQ(got.probes.size(), 1U);
    }
}

}  // namespace
}  // namespace mp::checkers
