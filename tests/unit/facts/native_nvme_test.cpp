// SPDX-License-Identifier: GPL-2.0-or-later
// Disks of the kernel's own NVMe multipathing, in the shape that Linux 6.1 gives them.
#include "daemon/facts/native_nvme.h"

#include <gtest/gtest.h>

#include "tests/unit/facts/memory_tree.h"

namespace mp::facts {
namespace {

using testing::MemoryTree;

const std::string kSubsystem = "/devices/virtual/nvme-subsystem/nvme-subsys0";
const std::string kFirst = "/devices/virtual/nvme-fabrics/ctl/nvme0";
const std::string kSecond = "/devices/virtual/nvme-fabrics/ctl/nvme1";

MemoryTree native() {
    MemoryTree tree;
    tree.file("/class/nvme-subsystem/nvme-subsys0", "")
        .symlink("/class/nvme-subsystem/nvme-subsys0", kSubsystem)
        .file(kSubsystem + "/subsysnqn", "nqn.2026-01.org.example:disk\n")
        .file(kSubsystem + "/model", "Linux                                   \n")
        .file(kSubsystem + "/firmware_rev", "6.1.0-13\n")
        .file(kSubsystem + "/serial", "0123456789\n")
        .file(kSubsystem + "/iopolicy", "numa\n")
        .file(kSubsystem + "/nvme0n1/wwid", "uuid.8ef20f70\n")
        .file(kSubsystem + "/nvme0n1/size", "131072\n")
        .file(kSubsystem + "/nvme0n1/ro", "0\n")
        .file(kSubsystem + "/nvme0", "")
        .symlink(kSubsystem + "/nvme0", kFirst)
        .file(kSubsystem + "/nvme1", "")
        .symlink(kSubsystem + "/nvme1", kSecond);
    for (const std::string& dir : {kFirst, kSecond}) {
        bool first = dir == kFirst;
        tree.file(dir + "/state", first ? "live\n" : "connecting\n")
            .file(dir + "/transport", "tcp\n")
            .file(dir + "/address",
                  std::string("traddr=127.0.0.") + (first ? "1" : "2") + ",trsvcid=4420\n")
            .file(dir + (first ? "/nvme0c0n1/ana_state" : "/nvme0c1n1/ana_state"),
                  first ? "optimized\n" : "inaccessible\n")
            .file(dir + "/nvme0c0n12/ana_state", "optimized\n");
    }
    return tree;
}

TEST(NativeNvme, ANamespaceIsAMapAndItsHiddenDevicesArePaths) {
    std::vector<model::NativeMap> maps = read_native_maps(native());
    ASSERT_EQ(maps.size(), 1U);
    const model::NativeMap& map = maps[0];
    EXPECT_EQ(map.name, "nvme0n1");
    EXPECT_EQ(map.wwid, "uuid.8ef20f70");
    EXPECT_EQ(map.model, "Linux");
    EXPECT_EQ(map.policy, "numa");
    EXPECT_EQ(map.size_sectors, 131072U);
    EXPECT_FALSE(map.read_only);
    ASSERT_EQ(map.paths.size(), 2U);
    EXPECT_EQ(map.paths[0].name, "nvme0c0n1");
    EXPECT_EQ(map.paths[0].controller, "nvme0");
    EXPECT_EQ(map.paths[0].ana_state, "optimized");
    EXPECT_TRUE(map.paths[0].usable());
    EXPECT_EQ(map.paths[1].name, "nvme0c1n1");
    EXPECT_EQ(map.paths[1].state, "connecting");
    EXPECT_EQ(map.paths[1].address, "traddr=127.0.0.2,trsvcid=4420");
    EXPECT_FALSE(map.paths[1].usable());
}

TEST(NativeNvme, WithoutTheKernelsMultipathingThereIsNothing) {
    MemoryTree tree;
    tree.file("/class/nvme-subsystem/nvme-subsys0", "")
        .symlink("/class/nvme-subsystem/nvme-subsys0", kSubsystem)
        .file(kSubsystem + "/nvme0", "")
        .symlink(kSubsystem + "/nvme0", kFirst)
        .file(kFirst + "/nvme0n1/wwid", "uuid.8ef20f70\n");
    EXPECT_TRUE(read_native_maps(tree).empty());
    EXPECT_TRUE(read_native_maps(MemoryTree()).empty());
}

}  // namespace
}  // namespace mp::facts
