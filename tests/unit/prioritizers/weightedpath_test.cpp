// SPDX-License-Identifier: GPL-2.0-or-later
#include "prioritizers/weightedpath.h"

#include <gtest/gtest.h>

#include "tests/unit/prioritizers/drive.h"

namespace mp::prioritizers {
namespace {

using testing::drive;

model::BlockDevice disk() {
    model::BlockDevice device;
    device.name = "sdb";
    device.hctl = Hctl{3, 0, 0, 2};
    device.serial = "ABC123";
    device.host_wwnn = "0x20";
    device.host_wwpn = "0x21";
    device.target_wwnn = "0x50";
    device.target_wwpn = "0x51";
    return device;
}

int priority_of(const char* args) {
    return drive("weightedpath", args, disk(), {}).priority.value;
}

TEST(Weightedpath, FirstExpressionThatMatchesDecides) {
    EXPECT_EQ(priority_of("hbtl 2:.:.:. 10 3:.:.:. 20 .* 30"), 20);
    EXPECT_EQ(priority_of("hbtl .* 30 3:.:.:. 20"), 30);
    EXPECT_EQ(priority_of("hbtl ^1: 10"), 0);
    EXPECT_EQ(priority_of("devname sda 10 sd[bc] 50"), 50);
    EXPECT_EQ(priority_of("serial ^ABC 7"), 7);
    EXPECT_EQ(priority_of("wwn 0x20:0x21:0x50:0x51 9"), 9);
    EXPECT_EQ(priority_of("wwn (0x52|0x53)$ 9"), 0);
}

TEST(Weightedpath, ArgumentsAreChecked) {
    std::string many = "devname";
    for (int i = 0; i < 300; ++i) {
        many += " sda 1";
    }
    const std::string bad[] = {"",
                               "hbtl",
                               "lun .* 1",
                               "hbtl .*",
                               "hbtl .* x",
                               "hbtl .* -1",
                               "hbtl .* 1 .*",
                               "hbtl (a 1",
                               "hbtl a{2,60000} 1",
                               "hbtl (a)\\1 1",
                               "hbtl " + std::string(300, 'a') + " 1",
                               many};
    for (const std::string& args : bad) {
        EXPECT_FALSE(find_prioritizer("weightedpath")->create(args)) << args;
    }
}

}  // namespace
}  // namespace mp::prioritizers
