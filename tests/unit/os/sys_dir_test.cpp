// SPDX-License-Identifier: GPL-2.0-or-later
// Reading a tree below one descriptor.
#include "daemon/os/sys_dir.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "daemon/os/sys_tree_dir.h"

namespace mp::os {
namespace {

class SysDirTest : public ::testing::Test {
protected:
    void SetUp() override {
        std::string pattern = (std::filesystem::temp_directory_path() / "mp-XXXXXX").string();
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        root_ = pattern;
        std::filesystem::create_directories(root_ / "block" / "sda" / "device");
        write("block/sda/device/state", "running\n");
        sys_ = *SysDir::open(root_.string());
    }
    void TearDown() override { std::filesystem::remove_all(root_); }
    void write(const std::string& below, const std::string& content) {
        std::ofstream(root_ / below, std::ios::binary) << content;
    }

    std::filesystem::path root_;
    std::shared_ptr<const SysDir> sys_;
};

TEST_F(SysDirTest, ReadsAttributesWithAndWithoutLeadingSlash) {
    EXPECT_EQ(*sys_->read("/block/sda/device/state"), "running\n");
    EXPECT_EQ(*sys_->read("block/sda/device/state"), "running\n");
    write("empty", "");
    EXPECT_EQ(*sys_->read("empty"), "");
}

TEST_F(SysDirTest, AKeptAttributeIsReadAnewEachTime) {
    KeptAttribute state("block/sda/device/state");
    EXPECT_EQ(*state.read(*sys_), "running\n");
    write("block/sda/device/state", "offline\n");
    EXPECT_EQ(*state.read(*sys_), "offline\n");
    KeptAttribute later("block/sda/device/later");
    EXPECT_EQ(later.read(*sys_).error().code, Errc::gone);
    write("block/sda/device/later", std::string(9000, 'x'));
    EXPECT_EQ(later.read(*sys_)->size(), 9000U);
}

TEST_F(SysDirTest, ReadsBinaryPagesWhole) {
    std::string page(9000, '\0');
    page[5] = '\n';
    page.back() = '\n';
    write("vpd", page);
    EXPECT_EQ(*sys_->read("vpd"), page);
    std::string small("\x00\x83\x00\x0a\n\x01", 6);
    write("small", small);
    EXPECT_EQ(*sys_->read("small"), small);
}

TEST_F(SysDirTest, RefusesWhatIsTooLongOrOutside) {
    write("huge", std::string(SysDir::kAttributeMax + 1, 'x'));
    EXPECT_EQ(sys_->read("huge").error().code, Errc::limit);
    EXPECT_EQ(sys_->read("../etc/passwd").error().code, Errc::invalid);
    EXPECT_EQ(sys_->read("block/../../etc").error().code, Errc::invalid);
    EXPECT_EQ(sys_->read("no/such").error().code, Errc::gone);
    EXPECT_EQ(sys_->write("no/such", "x").error().code, Errc::gone);
    EXPECT_EQ(sys_->list("block/sda/device/state").error().code, Errc::io);
    EXPECT_EQ(SysDir::open("/no/such/mount").error().code, Errc::gone);
}

TEST_F(SysDirTest, ListsAndFollowsLinks) {
    std::filesystem::create_directories(root_ / "block" / "dm-1");
    std::filesystem::create_directory_symlink("../devices/x", root_ / "block" / "link");
    EXPECT_EQ(*sys_->list("/block"), (std::vector<std::string>{"dm-1", "link", "sda"}));
    EXPECT_EQ(sys_->resolve("/block/link").error().code, Errc::gone);
    std::filesystem::create_directories(root_ / "devices" / "x");
    EXPECT_EQ(*sys_->resolve("/block/link"), "/devices/x");
    EXPECT_EQ(*sys_->resolve("/"), "/");
    std::filesystem::create_symlink("/etc", root_ / "out");
    EXPECT_EQ(sys_->resolve("/out").error().code, Errc::invalid);
    EXPECT_FALSE(sys_->list("/").value().empty());
}

TEST_F(SysDirTest, TreeReadsFromOneDirectoryAndTheNext) {
    std::filesystem::create_directories(root_ / "devices" / "one");
    std::filesystem::create_directories(root_ / "devices" / "two");
    write("devices/one/size", "1\n");
    write("devices/one/state", "running\n");
    write("devices/two/size", "2\n");
    const DirSysTree tree(sys_);
    EXPECT_EQ(tree.read("/devices/one/size"), "1\n");
    EXPECT_EQ(tree.read("/devices/one/state"), "running\n");
    EXPECT_EQ(tree.read("/devices/two/size"), "2\n");
    EXPECT_EQ(tree.read("/devices/two/state"), std::nullopt);
    EXPECT_EQ(tree.read("/devices/three/size"), std::nullopt);
    EXPECT_EQ(tree.read("/devices/one/../two/size"), std::nullopt);
    EXPECT_EQ(tree.read("/devices/one/.."), std::nullopt);
    EXPECT_EQ(tree.read("/devices/one/size"), "1\n");
}

TEST_F(SysDirTest, WritesAnAttributeInOneGo) {
    ASSERT_TRUE(sys_->write("/block/sda/device/state", "blocked"));
    EXPECT_EQ(*sys_->read("/block/sda/device/state"), "blocked\n");
}

}  // namespace
}  // namespace mp::os
