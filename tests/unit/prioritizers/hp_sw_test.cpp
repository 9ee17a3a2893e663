// SPDX-License-Identifier: GPL-2.0-or-later
#include "prioritizers/hp_sw.h"

#include <gtest/gtest.h>

#include "tests/unit/prioritizers/drive.h"

namespace mp::prioritizers {
namespace {

using testing::drive;

TEST(HpSw, OwnerStandbyAndOthersHaveTheirNumbers) {
    EXPECT_EQ(drive("hp_sw", "", {}, {testing::good()}).priority.value, 4);
    EXPECT_EQ(drive("hp_sw", "", {}, {testing::sense(2, 4, 2)}).priority.value, 2);
    EXPECT_EQ(drive("hp_sw", "", {}, {testing::sense(2, 4, 3)}).priority.value, 0);
    EXPECT_EQ(drive("hp_sw", "", {}, {testing::sense(5, 0x25, 0)}).priority.value, 0);
    EXPECT_EQ(drive("hp_sw", "", {}, {testing::error(Errc::io)}).priority.value,
              kUndefinedPriority);
}

}  // namespace
}  // namespace mp::prioritizers
