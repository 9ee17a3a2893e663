// SPDX-License-Identifier: GPL-2.0-or-later
#include "prioritizers/iet.h"

#include <gtest/gtest.h>

#include "tests/unit/prioritizers/drive.h"

namespace mp::prioritizers {
namespace {

using testing::drive;

TEST(Iet, PreferredPortalHasTwentyEveryOtherTen) {
    model::BlockDevice device;
    EXPECT_EQ(drive("iet", "preferredip=10.0.0.1", device, {}).priority.value, 10);
    device.properties["ID_PATH"] = "ip-10.0.0.1:3260-iscsi-iqn.2003-01.org.x:t-lun-1";
    EXPECT_EQ(drive("iet", " preferredip=10.0.0.1 ", device, {}).priority.value, 20);
    EXPECT_EQ(drive("iet", "preferredip=10.0.0.11", device, {}).priority.value, 10);
    EXPECT_EQ(drive("iet", "preferredip=0.0.0.1", device, {}).priority.value, 10);
}

TEST(Iet, AddressIsChecked) {
    for (const char* bad :
         {"", "10.0.0.1", "preferredip=", "preferredip=10.0.0", "preferredip=10.0.0.256",
          "preferredip=10.0.0.x", "preferredip=10.0.0.1.2"}) {
        EXPECT_FALSE(find_prioritizer("iet")->create(bad)) << bad;
    }
}

}  // namespace
}  // namespace mp::prioritizers
