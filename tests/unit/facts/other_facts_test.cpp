// SPDX-License-Identifier: GPL-2.0-or-later
// DASD as dasd_eckd and dasd_fba show them, and disks without a SCSI or NVMe side.
#include <gtest/gtest.h>

#include "daemon/facts/block_facts.h"
#include "tests/unit/facts/memory_tree.h"

namespace mp::facts {
namespace {

using testing::MemoryTree;

const std::string kCcw = "/devices/css0/0.0.0002/0.0.0121";

MemoryTree dasd() {
    MemoryTree tree;
    tree.disk(kCcw + "/block/dasdb", "94:4")
        .file(kCcw + "/uid", "IBM.75000000092461.e900.10\n")
        .file(kCcw + "/devtype", "3390/02\n")
        .file(kCcw + "/availability", "good\n")
        .file("/devices/css0/0.0.0002/chpids", "50 51 00 00 00 00 00 00\n")
        .file("/devices/css0/0.0.0002/pimpampom", "c0 c0 ff\n");
    return tree;
}

TEST(CcwFacts, EckdIsNamedByUidAndBusId) {
    model::BlockDevice device = read_block_facts(dasd(), "dasdb", {}).value();
    EXPECT_EQ(device.bus, model::Bus::ccw);
    EXPECT_EQ(device.protocol, model::Protocol::ccw);
    EXPECT_EQ(device.vendor, "IBM");
    EXPECT_EQ(device.product, "S/390 DASD ECKD");
    EXPECT_EQ(device.ccw_uid, "IBM.75000000092461.e900.10");
    EXPECT_EQ(device.ccw_busid, "0.0.0121");
    EXPECT_EQ(device.hctl, (Hctl{0, 0, 289, 0}));
    EXPECT_EQ(device.kernel_state, "running");
    EXPECT_EQ(device.state_attribute, kCcw + "/availability");
    EXPECT_EQ(device.adapter.id, "chpid-50.51");
    EXPECT_EQ(device.target_port, "0.0.0121");
}

TEST(CcwFacts, FbaHasNoUid) {
    MemoryTree tree = dasd();
    tree.file(kCcw + "/devtype", "9336/00\n").file(kCcw + "/uid", "\n");
    model::BlockDevice device = read_block_facts(tree, "dasdb", {}).value();
    EXPECT_EQ(device.product, "S/390 DASD FBA");
    EXPECT_EQ(device.ccw_uid, "");
}

TEST(CcwFacts, ADetachedDeviceSaysSoInItsState) {
    MemoryTree tree = dasd();
    tree.file(kCcw + "/availability", "no device\n")
        .file("/devices/css0/0.0.0002/pimpampom", "zz\n");
    model::BlockDevice device = read_block_facts(tree, "dasdb", {}).value();
    EXPECT_EQ(device.kernel_state, "no device");
    EXPECT_EQ(device.adapter.id, "");
}

TEST(CcwFacts, MalformedBusIdGivesNoNumbers) {
    for (std::string busid : {"0.0.xyz", "0.0", "0.0.10000", "999.0.0121"}) {
        MemoryTree tree;
        tree.disk("/devices/css0/defunct/" + busid + "/block/dasdb", "94:4");
        EXPECT_EQ(read_block_facts(tree, "dasdb", {})->hctl, std::nullopt) << busid;
    }
}

TEST(OtherFacts, VirtioHasItsAdapterAndSerial) {
    std::string disk = "/devices/pci0000:00/0000:00:06.0/virtio3/block/vda";
    MemoryTree tree;
    tree.disk(disk, "254:0")
        .file(disk + "/serial", "vol-1")
        .file("/devices/pci0000:00/0000:00:06.0/numa_node", "-1\n");
    model::BlockDevice device = read_block_facts(tree, "vda", {}).value();
    EXPECT_EQ(device.bus, model::Bus::other);
    EXPECT_EQ(device.serial, "vol-1");
    EXPECT_EQ(device.adapter.id, "virtio3");
    EXPECT_EQ(device.adapter.pci_address, "0000:00:06.0");
    EXPECT_EQ(device.adapter.numa_node, -1);
    EXPECT_TRUE(device.adapter.node_distance.empty());
}

}  // namespace
}  // namespace mp::facts
