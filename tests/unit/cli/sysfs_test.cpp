// SPDX-License-Identifier: GPL-2.0-or-later
// Are sysfs and udev's records read as they are written?
#include "daemon/cli/sysfs.h"

#include <gmock/gmock.h>

#include "tests/unit/cli/root_folder.h"

namespace {

using namespace mp::cli;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(UdevRecord, PropertiesAndReadiness) {
    UdevRecord record = parse_udev_record(
        "S:disk/by-id/a\nI:12\nE:A=1\nE:B=x=y\nE:EMPTY=\nE:=odd\nE:no\nG:systemd\n");
    EXPECT_TRUE(record.initialized);
    EXPECT_THAT(record.properties,
                ElementsAre(Pair("A", "1"), Pair("B", "x=y"), Pair("EMPTY", "")));
    EXPECT_FALSE(parse_udev_record("").initialized);
}

TEST(UdevRecord, IsFoundByDeviceNumber) {
    mp::test::RootFolder root;
    root.write("/run/udev/data/b8:16", "I:1\nE:ID_SERIAL=3600\n");
    EXPECT_EQ(read_udev_record({8, 16}).properties["ID_SERIAL"], "3600");
    EXPECT_THAT(read_udev_record({8, 32}).properties, IsEmpty());
}

TEST(SysfsTree, ReadsListsAndFollowsLinksBelowItsRoot) {
    mp::test::RootFolder root;
    root.write("/sys/devices/a/sda/dev", "8:0\n");
    root.link("/sys/block/sda", "/sys/devices/a/sda");
    root.write("/elsewhere/x", "");
    root.link("/sys/block/out", "/elsewhere/x");
    SysfsTree tree(root.path() + "/sys");
    EXPECT_EQ(tree.read("/block/sda/dev"), "8:0\n");
    EXPECT_EQ(tree.read("/block/sdb/dev"), std::nullopt);
    EXPECT_THAT(tree.list("/block"), ElementsAre("out", "sda"));
    EXPECT_EQ(tree.link("/block/sda"), "/devices/a/sda");
    EXPECT_EQ(tree.link("/block/out"), std::nullopt);
    EXPECT_EQ(tree.link("/block/none"), std::nullopt);
}

}  // namespace
