// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include "daemon/facts/bus_facts.h"
#include "tests/unit/facts/memory_tree.h"

namespace mp::facts {
namespace {

using testing::MemoryTree;

model::Adapter place(const MemoryTree& tree, const std::string& sys_path) {
    model::BlockDevice device;
    device.sys_path = sys_path;
    read_adapter_place(tree, device);
    return device.adapter;
}

const std::string kBridge = "/devices/pci0000:fe/0000:fe:00.0";
const std::string kFunction = kBridge + "/0000:ff:01.0";
const std::string kDisk = kFunction + "/virtio2/host3/target3:0:0/3:0:0:0/block/sdb";

MemoryTree two_nodes() {
    MemoryTree tree;
    tree.file(kBridge + "/numa_node", "0\n")
        .file(kFunction + "/numa_node", "1\n")
        .file("/devices/system/node/online", "0-1\n")
        .file("/devices/system/node/node0/distance", "10 31\n")
        .file("/devices/system/node/node1/distance", "31 10\n");
    return tree;
}

TEST(AdapterPlace, TheDeepestFunctionCounts) {
    model::Adapter got = place(two_nodes(), kDisk);
    EXPECT_EQ(got.pci_address, "0000:ff:01.0");
    EXPECT_EQ(got.numa_node, 1);
    EXPECT_EQ(got.node_distance, (std::vector<int>{31, 10}));
}

TEST(AdapterPlace, LongPciDomainsCount) {
    EXPECT_EQ(place({}, "/devices/pci10000:00/10000:00:02.0/nvme/nvme0/nvme0n1").pci_address,
              "10000:00:02.0");
}

TEST(AdapterPlace, NodesWithHolesKeepTheirNumbers) {
    MemoryTree tree = two_nodes();
    tree.file(kFunction + "/numa_node", "8\n")
        .file("/devices/system/node/online", "0,8\n")
        .file("/devices/system/node/node8/distance", "40 10\n");
    EXPECT_EQ(place(tree, kDisk).node_distance,
              (std::vector<int>{40, -1, -1, -1, -1, -1, -1, -1, 10}));
}

TEST(AdapterPlace, WithoutAFunctionThereIsNoPlace) {
    for (std::string path : {"/devices/pseudo_0/adapter0/host2/target2:0:0/2:0:0:0/block/sda",
                             "/devices/platform/host5/session1/target5:0:0/5:0:0:0/block/sda",
                             "/devices/pci0000:00/not:00:05.0/x/block/sda",
                             "/devices/pci0000:00/0000:00:05x0/block/sda", ""}) {
        EXPECT_EQ(place(two_nodes(), path), model::Adapter{}) << path;
    }
}

TEST(AdapterPlace, ABoundSessionIsWhereItsNetworkCardIs) {
    const std::string host = "/devices/platform/host5";
    MemoryTree tree = two_nodes();
    tree.file(host + "/iscsi_host/host5/netdev", "eth0\n");
    tree.symlink("/class/net/eth0/device", kFunction + "/virtio4");
    model::Adapter got = place(tree, host + "/session1/target5:0:0/5:0:0:0/block/sda");
    EXPECT_EQ(got.numa_node, 1);
    EXPECT_EQ(got.node_distance, (std::vector<int>{31, 10}));
    EXPECT_EQ(got.pci_address, "");
    for (const char* other : {"default\n", "\n", "../eth0\n", "<NULL>\n"}) {
        tree.file(host + "/iscsi_host/host5/netdev", other);
        EXPECT_EQ(place(tree, host + "/session1/target5:0:0/5:0:0:0/block/sda"), model::Adapter{});
    }
}

TEST(AdapterPlace, ABoundNvmeControllerIsWhereItsNetworkCardIs) {
    const std::string controller = "/devices/virtual/nvme-fabrics/ctl/nvme3";
    MemoryTree tree = two_nodes();
    tree.file(controller + "/address", "traddr=1.2.3.4,trsvcid=4420,host_iface=eth1\n");
    tree.symlink("/class/net/eth1/device", kFunction);
    EXPECT_EQ(place(tree, controller + "/nvme3n1").numa_node, 1);
    tree.file(controller + "/address", "traddr=1.2.3.4,trsvcid=4420\n");
    EXPECT_EQ(place(tree, controller + "/nvme3n1").numa_node, -1);
}

TEST(AdapterPlace, NonsenseIsUnknown) {
    MemoryTree tree = two_nodes();
    tree.file("/devices/system/node/node1/distance", "31 ten\n");
    EXPECT_TRUE(place(tree, kDisk).node_distance.empty());
    tree.file("/devices/system/node/online", "0-99999999\n")
        .file("/devices/system/node/node1/distance", "31 10\n");
    EXPECT_EQ(place(tree, kDisk).node_distance, (std::vector<int>{31, 10}));
    tree.file(kFunction + "/numa_node", "99999999\n");
    EXPECT_EQ(place(tree, kDisk).numa_node, -1);
}

}  // namespace
}  // namespace mp::facts
