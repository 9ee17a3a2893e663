// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include "daemon/facts/block_facts.h"
#include "tests/unit/facts/memory_tree.h"

namespace mp::facts {
namespace {

using model::Protocol;
using testing::MemoryTree;

TEST(NvmeFacts, TcpControllerIsNamedByNqnAndAddress) {
    std::string controller = "/devices/virtual/nvme-fabrics/ctl/nvme2";
    MemoryTree tree;
    tree.disk(controller + "/nvme2n3", "259:5")
        .file(controller + "/transport", "tcp\n")
        .file(controller + "/state", "live\n")
        .file(controller + "/subsysnqn", "nqn.lab\n")
        .file(controller + "/address", "traddr=127.0.0.1,trsvcid=4420,src_addr=127.0.0.1\n")
        .file(controller + "/cntlid", "7\n")
        .file(controller + "/model", "Linux                                   \n")
        .file(controller + "/serial", "c0ffee\n")
        .file(controller + "/firmware_rev", "6.1\n")
        .file(controller + "/nvme2n3/wwid", "uuid.1234\n")
        .file(controller + "/nvme2n3/nsid", "1\n")
        .file(controller + "/nvme2n3/ana_grpid", "1\n");
    model::BlockDevice device = read_block_facts(tree, "nvme2n3", {}).value();
    EXPECT_EQ(device.bus, model::Bus::nvme);
    EXPECT_EQ(device.protocol, Protocol::nvme_tcp);
    EXPECT_EQ(device.vendor, "NVME");
    EXPECT_EQ(device.product, "Linux");
    EXPECT_EQ(device.revision, "6.1");
    EXPECT_EQ(device.serial, "c0ffee");
    EXPECT_EQ(device.hctl, (Hctl{2, 7, 3, 1}));
    EXPECT_EQ(device.sysfs_wwid, "uuid.1234");
    EXPECT_TRUE(device.nvme_ana);
    EXPECT_EQ(device.kernel_state, "live");
    EXPECT_EQ(device.state_attribute, controller + "/state");
    EXPECT_EQ(device.watch_attributes, (std::vector<std::string>{controller + "/state"}));
    EXPECT_EQ(device.adapter.id, "nvme2");
    EXPECT_EQ(device.adapter.numa_node, -1);
    EXPECT_EQ(device.target_port, "nqn.lab@127.0.0.1:4420");
    EXPECT_EQ(device.target_wwnn, "nqn.lab");
}

TEST(NvmeFacts, FibreChannelAddressesGiveAllFourNames) {
    std::string controller = "/devices/virtual/nvme-fabrics/ctl/nvme0";
    MemoryTree tree;
    tree.disk(controller + "/nvme0n1", "259:0")
        .file(controller + "/transport", "fc\n")
        .file(controller + "/state", "connecting\n")
        .file(controller + "/subsysnqn", "nqn.a\n")
        .file(controller + "/address",
              "traddr=nn-0x2001:pn-0x2002,host_traddr=nn-0x1001:pn-0x1002\n");
    model::BlockDevice device = read_block_facts(tree, "nvme0n1", {}).value();
    EXPECT_EQ(device.protocol, Protocol::nvme_fc);
    EXPECT_EQ(device.target_wwnn, "0x2001");
    EXPECT_EQ(device.target_wwpn, "0x2002");
    EXPECT_EQ(device.host_wwnn, "0x1001");
    EXPECT_EQ(device.host_wwpn, "0x1002");
}

TEST(NvmeFacts, PcieControllerSitsOnItsFunction) {
    std::string function = "/devices/pci0000:80/0000:80:01.0/0000:81:00.0";
    MemoryTree tree;
    tree.disk(function + "/nvme/nvme1/nvme1n1", "259:1")
        .file(function + "/nvme/nvme1/transport", "pcie\n")
        .file(function + "/nvme/nvme1/state", "live\n")
        .file(function + "/nvme/nvme1/address", "0000:81:00.0\n")
        .file(function + "/numa_node", "1\n")
        .file("/devices/system/node/online", "0-1\n")
        .file("/devices/system/node/node1/distance", "31 10\n");
    model::BlockDevice device = read_block_facts(tree, "nvme1n1", {}).value();
    EXPECT_EQ(device.protocol, Protocol::nvme_pcie);
    EXPECT_EQ(device.adapter.pci_address, "0000:81:00.0");
    EXPECT_EQ(device.adapter.numa_node, 1);
    EXPECT_EQ(device.adapter.node_distance, (std::vector<int>{31, 10}));
    EXPECT_EQ(device.target_port, "@0000:81:00.0");
}

TEST(NvmeFacts, NamespaceOfTheKernelsOwnMultipathingHasNoController) {
    std::string subsystem = "/devices/virtual/nvme-subsystem/nvme-subsys0";
    MemoryTree tree;
    tree.disk(subsystem + "/nvme0n1", "259:0").file(subsystem + "/model", "Linux\n");
    model::BlockDevice device = read_block_facts(tree, "nvme0n1", {}).value();
    EXPECT_EQ(device.product, "Linux");
    EXPECT_EQ(device.protocol, Protocol::nvme_unspec);
    EXPECT_EQ(device.state_attribute, "");
    EXPECT_EQ(device.adapter.id, "");
}

TEST(NvmeFacts, HiddenPathsOfTheKernelsOwnMultipathingHaveNoNumbers) {
    MemoryTree tree;
    tree.disk("/devices/virtual/nvme-fabrics/ctl/nvme0/nvme0c0n1", "0:0")
        .file("/devices/virtual/nvme-fabrics/ctl/nvme0/nvme0c0n1/hidden", "1\n");
    model::BlockDevice device = read_block_facts(tree, "nvme0c0n1", {}).value();
    EXPECT_TRUE(device.hidden);
    EXPECT_EQ(device.hctl, std::nullopt);
}

}  // namespace
}  // namespace mp::facts
