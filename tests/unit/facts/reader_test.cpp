// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/facts/reader.h"

#include <gtest/gtest.h>

#include "tests/unit/facts/memory_tree.h"

namespace mp::facts {
namespace {

TEST(Reader, NumbersAreWholeOrNothing) {
    testing::MemoryTree tree;
    tree.file("/a", " 12\n").file("/b", "-1\n").file("/c", "12x\n").file("/d", "");
    EXPECT_EQ(read_number(tree, "/a"), 12);
    EXPECT_EQ(read_number(tree, "/b"), -1);
    EXPECT_EQ(read_number(tree, "/c"), std::nullopt);
    EXPECT_EQ(read_number(tree, "/d"), std::nullopt);
    EXPECT_EQ(read_number(tree, "/e"), std::nullopt);
}

TEST(Reader, BytesStayAsTheyAre) {
    testing::MemoryTree tree;
    tree.file("/a", std::string("\x00\x83\xff\n", 4));
    EXPECT_EQ(read_bytes(tree, "/a"), (std::vector<std::uint8_t>{0, 0x83, 0xff, '\n'}));
}

TEST(Reader, PathsComeApartIntoComponents) {
    std::vector<Component> got = components_of("/devices/host3/block");
    ASSERT_EQ(got.size(), 3U);
    EXPECT_EQ(got[1].name, "host3");
    EXPECT_EQ(got[1].path, "/devices/host3");
    EXPECT_TRUE(components_of("").empty());
    EXPECT_TRUE(components_of("/").empty());
}

TEST(Reader, TheDeepestNumberedComponentIsFound) {
    std::vector<Component> components = components_of("/host1/hostess/vport-1:0/host2/host/x");
    ASSERT_NE(find_numbered(components, "host"), nullptr);
    EXPECT_EQ(find_numbered(components, "host")->path, "/host1/hostess/vport-1:0/host2");
    EXPECT_EQ(find_numbered(components, "rport-"), nullptr);
}

}  // namespace
}  // namespace mp::facts
