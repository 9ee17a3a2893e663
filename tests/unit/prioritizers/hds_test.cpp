// SPDX-License-Identifier: GPL-2.0-or-later
#include "prioritizers/hds.h"

#include <gtest/gtest.h>

#include "tests/unit/prioritizers/drive.h"

namespace mp::prioritizers {
namespace {

using testing::drive;
using testing::Vec;

int priority_of(char volume, char controller) {
    Vec data(96, ' ');
    data[47] = static_cast<std::uint8_t>(volume);
    data[49] = static_cast<std::uint8_t>(controller);
    return drive("hds", "", {}, {testing::good(data)}).priority.value;
}

TEST(Hds, VolumesBelongToTheControllerOfTheirParity) {
    EXPECT_EQ(priority_of('0', '0'), 1);
    EXPECT_EQ(priority_of('6', '1'), 0);
    EXPECT_EQ(priority_of('3', '1'), 1);
    EXPECT_EQ(priority_of('3', '2'), 0);
    EXPECT_EQ(priority_of('A', '8'), 1);
    EXPECT_EQ(priority_of('F', '9'), 1);
    EXPECT_EQ(priority_of('B', '4'), 0);
}

TEST(Hds, WhatIsNoDigitIsUndefined) {
    EXPECT_EQ(priority_of('G', '0'), kUndefinedPriority);
    EXPECT_EQ(priority_of('0', 'A'), kUndefinedPriority);
    EXPECT_EQ(drive("hds", "", {}, {testing::good(Vec(49, '0'))}).priority.value,
              kUndefinedPriority);
}

}  // namespace
}  // namespace mp::prioritizers
