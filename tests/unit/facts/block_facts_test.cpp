// SPDX-License-Identifier: GPL-2.0-or-later
// What every disk has, which names may be paths, and trees that lie or vanish.
#include "daemon/facts/block_facts.h"

#include <gtest/gtest.h>

#include "tests/unit/facts/memory_tree.h"

namespace mp::facts {
namespace {

using testing::MemoryTree;

const std::string kScsi = "/devices/pseudo_0/adapter0/host2/target2:0:0/2:0:0:1";
const std::string kDisk = kScsi + "/block/sda";

MemoryTree scsi_debug() {
    MemoryTree tree;
    tree.disk(kDisk, "8:0")
        .file(kDisk + "/size", "16384\n")
        .file(kDisk + "/ro", "1\n")
        .file(kDisk + "/hidden", "0\n")
        .file(kDisk + "/diskseq", "42\n")
        .file(kDisk + "/queue/logical_block_size", "4096\n")
        .file(kDisk + "/queue/max_sectors_kb", "1280\n")
        .file(kDisk + "/holders/dm-3/uevent", "")
        .file(kDisk + "/holders/dm-1/uevent", "")
        .file(kScsi + "/vendor", "Linux   \n")
        .file(kScsi + "/model", "scsi_debug      \n")
        .file(kScsi + "/rev", "0190\n")
        .file(kScsi + "/state", "running\n")
        .file(kScsi + "/timeout", "30\n");
    return tree;
}

TEST(IsCandidate, KnowsWhatIsMadeOfOtherDevices) {
    for (std::string_view name : {"sda", "sdaab", "nvme0n1", "dasda", "vda", "nbd0", "nullb0",
                                  "cciss!c0d0", "xvda", "ramses", "md", "mmcblk0", "srx"}) {
        EXPECT_TRUE(is_candidate(name)) << name;
    }
    for (std::string_view name :
         {"", "dm-0", "md0", "md127", "loop7", "ram0", "zram0", "sr0", "fd0", "bcache0"}) {
        EXPECT_FALSE(is_candidate(name)) << name;
    }
}

TEST(BlockFacts, ReadsWhatEveryDiskHas) {
    model::BlockDevice device =
        read_block_facts(scsi_debug(), "sda",
                         {.properties = {{"ID_SERIAL", "x"}}, .initialized = true})
            .value();
    EXPECT_EQ(device.devt, (DevT{8, 0}));
    EXPECT_EQ(device.name, "sda");
    EXPECT_EQ(device.sys_path, kDisk);
    EXPECT_EQ(device.disk_seq, 42U);
    EXPECT_TRUE(device.is_disk);
    EXPECT_FALSE(device.hidden);
    EXPECT_TRUE(device.read_only);
    EXPECT_EQ(device.size_sectors, 16384U);
    EXPECT_EQ(device.logical_block_size, 4096U);
    EXPECT_EQ(device.max_sectors_kb, 1280);
    EXPECT_EQ(device.holders, (std::vector<std::string>{"dm-1", "dm-3"}));
    EXPECT_EQ(device.properties.at("ID_SERIAL"), "x");
    EXPECT_TRUE(device.udev_initialized);
}

TEST(BlockFacts, NameAndPathMeanTheSame) {
    MemoryTree tree = scsi_debug();
    EXPECT_EQ(*read_block_facts(tree, "sda", {}), *read_block_facts(tree, kDisk, {}));
}

TEST(BlockFacts, UnknownFieldsKeepTheValueForUnknown) {
    MemoryTree tree;
    tree.disk("/devices/virtual/block/nbd0", "43:0");
    model::BlockDevice device = read_block_facts(tree, "nbd0", {}).value();
    EXPECT_EQ(device.bus, model::Bus::other);
    EXPECT_EQ(device.protocol, model::Protocol::undef);
    EXPECT_EQ(device.size_sectors, 0U);
    EXPECT_EQ(device.logical_block_size, 512U);
    EXPECT_EQ(device.max_sectors_kb, -1);
    EXPECT_EQ(device.hctl, std::nullopt);
    EXPECT_EQ(device.adapter, model::Adapter{});
    EXPECT_EQ(device.state_attribute, "");
    EXPECT_TRUE(device.watch_attributes.empty());
    EXPECT_FALSE(device.udev_initialized);
}

TEST(BlockFacts, MissingDeviceIsGone) {
    MemoryTree tree = scsi_debug();
    EXPECT_EQ(read_block_facts(tree, "sdb", {}).error().code, Errc::gone);
    tree.remove(kDisk + "/dev");
    EXPECT_EQ(read_block_facts(tree, "sda", {}).error().code, Errc::gone);
}

TEST(BlockFacts, PartitionsAreNotDisks) {
    MemoryTree tree = scsi_debug();
    tree.disk(kDisk + "/sda1", "8:1").file(kDisk + "/sda1/partition", "1\n");
    EXPECT_FALSE(read_block_facts(tree, "sda1", {})->is_disk);
}

TEST(BlockFacts, NonsenseInAttributesIsNotBelieved) {
    MemoryTree tree = scsi_debug();
    tree.file(kDisk + "/size", "-5\n")
        .file(kDisk + "/queue/logical_block_size", "0\n")
        .file(kDisk + "/queue/max_sectors_kb", "many\n")
        .file(kDisk + "/diskseq", std::string(1024UL * 1024UL, '9'))
        .file(kScsi + "/vendor", std::string("\x1b[31mred\0more", 12))
        .file(kScsi + "/model", std::string(1024UL * 1024UL, 'x'))
        .file(kScsi + "/timeout", "99999999999999999999\n");
    model::BlockDevice device = read_block_facts(tree, "sda", {}).value();
    EXPECT_EQ(device.size_sectors, 0U);
    EXPECT_EQ(device.logical_block_size, 512U);
    EXPECT_EQ(device.max_sectors_kb, -1);
    EXPECT_EQ(device.disk_seq, 0U);
    EXPECT_EQ(device.vendor, "?[31mred");
    EXPECT_EQ(device.product.size(), 4096U);
    EXPECT_EQ(device.scsi_timeout_s, 0U);
}

TEST(BlockFacts, AnyAttributeMayVanishWhileBeingRead) {
    MemoryTree whole = scsi_debug();
    for (const std::pair<const std::string, std::string>& entry : whole.files()) {
        MemoryTree tree = whole;
        tree.remove(entry.first);
        Result<model::BlockDevice> device = read_block_facts(tree, "sda", {});
        EXPECT_EQ(static_cast<bool>(device), entry.first != kDisk + "/dev") << entry.first;
    }
}

TEST(BlockFacts, SlashesInNamesAreTheKernelsExclamationMarks) {
    MemoryTree tree;
    std::string disk = "/devices/pci0000:00/0000:00:05.0/cciss0/c0d0/block/cciss!c0d0";
    tree.disk(disk, "104:0").file("/devices/pci0000:00/0000:00:05.0/cciss0/c0d0/vendor", "HP\n");
    model::BlockDevice device = read_block_facts(tree, "cciss/c0d0", {}).value();
    EXPECT_EQ(device.bus, model::Bus::cciss);
    EXPECT_EQ(device.protocol, model::Protocol::cciss);
    EXPECT_EQ(device.vendor, "HP");
    EXPECT_EQ(device.adapter.id, "cciss0");
}

}  // namespace
}  // namespace mp::facts
