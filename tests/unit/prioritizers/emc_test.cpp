// SPDX-License-Identifier: GPL-2.0-or-later
#include "prioritizers/emc.h"

#include <gtest/gtest.h>

#include "tests/unit/prioritizers/drive.h"

namespace mp::prioritizers {
namespace {

using testing::drive;
using testing::Vec;

Vec page(std::uint8_t state, std::uint8_t home, std::uint8_t here) {
    Vec data(128, 0);
    data[1] = 0xc0;
    data[4] = state;
    data[5] = home;
    data[8] = here;
    return data;
}

TEST(Emc, StateAndDefaultOwnerAddUp) {
    EXPECT_EQ(drive("emc", "", {}, {testing::good(page(2, 1, 1))}).priority.value, 4);
    EXPECT_EQ(drive("emc", "", {}, {testing::good(page(2, 0, 1))}).priority.value, 2);
    EXPECT_EQ(drive("emc", "", {}, {testing::good(page(1, 1, 1))}).priority.value, 3);
    EXPECT_EQ(drive("emc", "", {}, {testing::good(page(0, 0, 1))}).priority.value, 0);
}

TEST(Emc, UnknownFormsAreUndefined) {
    Vec revised = page(2, 1, 1);
    revised[9] = 1;
    for (const Vec& data : {page(3, 1, 1), revised, Vec(9, 0xc0), Vec{}}) {
        EXPECT_EQ(drive("emc", "", {}, {testing::good(data)}).priority.value, kUndefinedPriority);
    }
}

}  // namespace
}  // namespace mp::prioritizers
