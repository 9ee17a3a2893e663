// SPDX-License-Identifier: GPL-2.0-or-later
#include "prioritizers/rdac.h"

#include <gtest/gtest.h>

#include "tests/unit/prioritizers/drive.h"

namespace mp::prioritizers {
namespace {

using testing::drive;
using testing::Vec;

Vec page(std::uint8_t access, std::uint8_t preference) {
    Vec data(48, 0);
    data[1] = 0xc9;
    data[3] = 44;
    data[4] = 'v';
    data[5] = 'a';
    data[6] = 'c';
    data[7] = '1';
    data[8] = access;
    data[9] = preference;
    return data;
}

TEST(Rdac, OwnershipPreferenceAndShippingAddUp) {
    EXPECT_EQ(drive("rdac", "", {}, {testing::good(page(0x01, 0x01))}).priority.value, 6);
    EXPECT_EQ(drive("rdac", "", {}, {testing::good(page(0x00, 0x01))}).priority.value, 4);
    EXPECT_EQ(drive("rdac", "", {}, {testing::good(page(0x01, 0x02))}).priority.value, 3);
    EXPECT_EQ(drive("rdac", "", {}, {testing::good(page(0x00, 0x00))}).priority.value, 0);
    EXPECT_EQ(drive("rdac", "", {}, {testing::good(page(0x21, 0x11))}).priority.value, 14);
}

TEST(Rdac, UnknownFormsAreUndefined) {
    Vec other = page(1, 1);
    other[4] = 'x';
    for (const Vec& data : {other, Vec(9, 0), Vec{}}) {
        EXPECT_EQ(drive("rdac", "", {}, {testing::good(data)}).priority.value, kUndefinedPriority);
    }
}

}  // namespace
}  // namespace mp::prioritizers
