// SPDX-License-Identifier: GPL-2.0-or-later
// Tries and failures that all prioritizers with one question share, shown with one of them.
#include "prioritizers/single_question.h"

#include <gtest/gtest.h>

#include "daemon/scsi/cdb.h"
#include "tests/unit/prioritizers/drive.h"

namespace mp::prioritizers {
namespace {

using testing::drive;

TEST(SingleQuestion, PassingConditionsAreTriedThreeTimes) {
    testing::Conversation got = drive("rdac", "", {}, {testing::sense(6, 0x29, 0)});
    EXPECT_EQ(got.probes.size(), 3U);
    EXPECT_EQ(got.probes[2], model::Probe(scsi::inquiry_vpd(0xc9, 128)));
    EXPECT_EQ(got.priority.value, kUndefinedPriority);
    EXPECT_EQ(got.priority.message, "rdac prioritizer: sense 6/29/00");
}

TEST(SingleQuestion, WithoutDataThePriorityIsUndefined) {
    testing::Conversation got = drive("hds", "", {}, {testing::error(Errc::io)});
    EXPECT_EQ(got.probes.size(), 1U);
    EXPECT_EQ(got.priority.value, kUndefinedPriority);
    EXPECT_EQ(got.priority.message, "hds prioritizer: probe (io)");
    EXPECT_EQ(drive("emc", "", {}, {testing::sense(5, 0x24, 0)}).priority.value,
              kUndefinedPriority);
}

}  // namespace
}  // namespace mp::prioritizers
