// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include "daemon/facts/block_facts.h"
#include "tests/unit/facts/memory_tree.h"

namespace mp::facts {
namespace {

using testing::MemoryTree;

const std::string kScsi = "/devices/platform/host2/target2:0:0/2:0:0:1";

MemoryTree disk() {
    MemoryTree tree;
    tree.disk(kScsi + "/block/sda", "8:0")
        .file(kScsi + "/vendor", "LIO-ORG \n")
        .file(kScsi + "/model", "disk            \n")
        .file(kScsi + "/rev", "4.0 \n")
        .file(kScsi + "/state", "blocked\n")
        .file(kScsi + "/timeout", "60\n")
        .file(kScsi + "/dh_state", "alua\n")
        .file(kScsi + "/access_state", "active/optimized\n")
        .file(kScsi + "/inquiry", std::string("\x00\x00\x06\x02\x1f\x30\x00\x02", 8))
        .file(kScsi + "/vpd_pg83", std::string("\x00\x83\x00\x00", 4))
        .file(kScsi + "/vpd_pg80", std::string("\x00\x80\x00\x06  A1  ", 10));
    return tree;
}

TEST(ScsiFacts, ReadsTheScsiDevice) {
    model::BlockDevice device = read_block_facts(disk(), "sda", {}).value();
    EXPECT_EQ(device.bus, model::Bus::scsi);
    EXPECT_EQ(device.hctl, (Hctl{2, 0, 0, 1}));
    EXPECT_EQ(device.vendor, "LIO-ORG");
    EXPECT_EQ(device.product, "disk");
    EXPECT_EQ(device.revision, "4.0");
    EXPECT_EQ(device.serial, "A1");
    EXPECT_EQ(device.kernel_state, "blocked");
    EXPECT_EQ(device.state_attribute, kScsi + "/state");
    EXPECT_EQ(device.watch_attributes, (std::vector<std::string>{kScsi + "/state"}));
    EXPECT_EQ(device.scsi_timeout_s, 60U);
    EXPECT_EQ(device.dh_state, "alua");
    EXPECT_EQ(device.access_state, "active/optimized");
    EXPECT_EQ(device.tpgs, 3);
    EXPECT_EQ(device.vpd_pg83, (std::vector<std::uint8_t>{0, 0x83, 0, 0}));
}

TEST(ScsiFacts, WithoutPagesSerialComesFromUdevAndGroupSupportIsUnknown) {
    MemoryTree tree = disk();
    tree.remove(kScsi + "/vpd_pg80").remove(kScsi + "/inquiry").remove(kScsi + "/vpd_pg83");
    model::BlockDevice device =
        read_block_facts(tree, "sda", {.properties = {{"ID_SCSI_SERIAL", " U7 "}}}).value();
    EXPECT_EQ(device.serial, "U7");
    EXPECT_EQ(device.tpgs, std::nullopt);
    EXPECT_TRUE(device.vpd_pg83.empty());
}

}  // namespace
}  // namespace mp::facts
