// SPDX-License-Identifier: GPL-2.0-or-later
// Transports by the shape of the device path, as real kernels build it.
#include <gtest/gtest.h>

#include "daemon/facts/block_facts.h"
#include "tests/unit/facts/memory_tree.h"

namespace mp::facts {
namespace {

using model::Protocol;
using testing::MemoryTree;

model::BlockDevice read(MemoryTree& tree, const std::string& scsi_device) {
    tree.disk(scsi_device + "/block/sda", "8:0").file(scsi_device + "/state", "running\n");
    return read_block_facts(tree, "sda", {}).value();
}

TEST(Transport, FibreChannelNamesBothPortsAndWatchesTheRemoteOne) {
    std::string host = "/devices/pci0000:00/0000:00:02.0/0000:05:00.1/host3";
    std::string rport = host + "/rport-3:0-1";
    MemoryTree tree;
    tree.file(host + "/fc_host/host3/node_name", "0x20000000c9aabb01\n")
        .file(host + "/fc_host/host3/port_name", "0x10000000c9aabb01\n")
        .file(rport + "/fc_remote_ports/rport-3:0-1/node_name", "0x50060160bb600001\n")
        .file(rport + "/fc_remote_ports/rport-3:0-1/port_name", "0x5006016xbb600001\n");
    model::BlockDevice device = read(tree, rport + "/target3:0:1/3:0:1:7");
    EXPECT_EQ(device.protocol, Protocol::scsi_fcp);
    EXPECT_EQ(device.rport_name, "rport-3:0-1");
    EXPECT_EQ(device.host_wwnn, "0x20000000c9aabb01");
    EXPECT_EQ(device.host_wwpn, "0x10000000c9aabb01");
    EXPECT_EQ(device.target_wwnn, "0x50060160bb600001");
    EXPECT_EQ(device.target_wwpn, "0x5006016xbb600001");
    EXPECT_EQ(device.target_port, device.target_wwpn);
    EXPECT_EQ(device.adapter.id, "host3");
    EXPECT_EQ(device.adapter.pci_address, "0000:05:00.1");
    ASSERT_EQ(device.watch_attributes.size(), 2U);
    EXPECT_EQ(device.watch_attributes[1], rport + "/fc_remote_ports/rport-3:0-1/port_state");
}

TEST(Transport, IscsiIsNamedByTargetGroupAndPortal) {
    std::string session = "/devices/platform/host5/session2";
    MemoryTree tree;
    tree.file(session + "/iscsi_session/session2/targetname", "iqn.2026-11.lab:t1\n")
        .file(session + "/iscsi_session/session2/initiatorname", "iqn.2026-11.lab:me\n")
        .file(session + "/iscsi_session/session2/tpgt", "1\n")
        .file(session + "/iscsi_session/session2/state", "LOGGED_IN\n")
        .file(session + "/connection2:0/iscsi_connection/connection2:0/persistent_address",
              "127.0.0.2\n")
        .file(session + "/connection2:0/iscsi_connection/connection2:0/persistent_port", "3260\n");
    model::BlockDevice device = read(tree, session + "/target5:0:0/5:0:0:0");
    EXPECT_EQ(device.protocol, Protocol::scsi_iscsi);
    EXPECT_EQ(device.rport_name, "session2");
    EXPECT_EQ(device.target_port, "iqn.2026-11.lab:t1,1@127.0.0.2:3260");
    EXPECT_EQ(device.target_wwnn, "iqn.2026-11.lab:t1");
    EXPECT_EQ(device.host_wwnn, "iqn.2026-11.lab:me");
    EXPECT_EQ(device.adapter.id, "host5");
    EXPECT_EQ(device.adapter.pci_address, "");
    EXPECT_EQ(device.adapter.numa_node, -1);
    EXPECT_EQ(device.watch_attributes.back(), session + "/iscsi_session/session2/state");
}

TEST(Transport, IscsiWithoutItsAttributesIsStillIscsi) {
    MemoryTree tree;
    model::BlockDevice device = read(tree, "/devices/platform/host5/session2/target5:0:0/5:0:0:0");
    EXPECT_EQ(device.protocol, Protocol::scsi_iscsi);
    EXPECT_EQ(device.target_port, "5:0:0");
}

TEST(Transport, SasIsNamedByTheEndDevice) {
    std::string end =
        "/devices/pci0000:00/0000:01:00.0/host0/port-0:0/expander-0:0/port-0:0:3/end_device-0:0:3";
    MemoryTree tree;
    tree.file(end + "/sas_device/end_device-0:0:3/sas_address", "0x5000c50012345678\n");
    model::BlockDevice device = read(tree, end + "/target0:0:5/0:0:5:0");
    EXPECT_EQ(device.protocol, Protocol::scsi_sas);
    EXPECT_EQ(device.rport_name, "end_device-0:0:3");
    EXPECT_EQ(device.target_port, "0x5000c50012345678");
    EXPECT_EQ(device.target_wwnn, "0x5000c50012345678");
}

TEST(Transport, TheOthersAreToldByPathOrHostClass) {
    struct Case {
        std::string path;
        std::string file;
        Protocol protocol;
        bool usb;
    };
    const std::vector<Case> cases = {
        {"/devices/pci0000:00/0000:00:14.0/usb2/2-1/2-1:1.0/host6/target6:0:0/6:0:0:0", "",
         Protocol::scsi_usb, true},
        {"/devices/pci0000:00/0000:00:17.0/ata1/host0/target0:0:0/0:0:0:0", "", Protocol::scsi_ata,
         false},
        {"/devices/pci0000:00/0000:00:18.0/fw1/fw1.0/host1/target1:0:0/1:0:0:0", "",
         Protocol::scsi_sbp, false},
        {"/devices/pci0000:00/0000:00:19.0/host4/target4:0:0/4:0:0:0",
         "/devices/pci0000:00/0000:00:19.0/host4/spi_host/host4/signalling", Protocol::scsi_spi,
         false},
        {"/devices/pci0000:00/0000:00:05.0/virtio1/host2/target2:0:0/2:0:0:0", "",
         Protocol::scsi_unspec, false},
        {"/devices/tcm_loop_0/tcm_loop_adapter_0/host3/target3:0:1/3:0:1:0", "",
         Protocol::scsi_unspec, false},
        {"/devices/pseudo_0/adapter0/host2/target2:0:0/2:0:0:0", "", Protocol::scsi_unspec, false},
    };
    for (const Case& test : cases) {
        MemoryTree tree;
        if (!test.file.empty()) {
            tree.file(test.file, "x\n");
        }
        model::BlockDevice device = read(tree, test.path);
        EXPECT_EQ(device.protocol, test.protocol) << test.path;
        EXPECT_EQ(device.usb, test.usb) << test.path;
        EXPECT_FALSE(device.target_port.empty()) << test.path;
        EXPECT_FALSE(device.adapter.id.empty()) << test.path;
    }
}

TEST(Transport, SrpIsNamedByTheTargetsIds) {
    std::string host = "/devices/pci0000:00/0000:06:00.0/host8";
    MemoryTree tree;
    tree.file(host + "/srp_host/host8/uevent", "")
        .file(host + "/scsi_host/host8/dgid", "fe80:0000:0000:0000:0002:c903:00a1:b2c3\n")
        .file(host + "/scsi_host/host8/id_ext", "0x0002c90300a1b2c0\n");
    model::BlockDevice device = read(tree, host + "/target8:0:0/8:0:0:1");
    EXPECT_EQ(device.protocol, Protocol::scsi_srp);
    EXPECT_EQ(device.target_port, "fe80:0000:0000:0000:0002:c903:00a1:b2c3,0x0002c90300a1b2c0");
}

TEST(Transport, WordsThatOnlyBeginLikeADeviceDoNotCount) {
    MemoryTree tree;
    model::BlockDevice device =
        read(tree, "/devices/hostess/usbank/session/host7/target7:0:0/7:0:0:0");
    EXPECT_EQ(device.protocol, Protocol::scsi_unspec);
    EXPECT_EQ(device.adapter.id, "host7");
}

}  // namespace
}  // namespace mp::facts
