// SPDX-License-Identifier: GPL-2.0-or-later
#include "prioritizers/numa.h"

#include <gtest/gtest.h>

namespace mp::prioritizers {
namespace {

int rated(std::string_view args, int node, std::vector<int> distances) {
    model::BlockDevice device;
    device.adapter.numa_node = node;
    device.adapter.node_distance = std::move(distances);
    return std::get<Priority>((*kNuma.create(args))->begin(device)).value;
}

TEST(Numa, TheNearerTheHigher) {
    EXPECT_EQ(rated("nodes=0", 0, {10, 21}), 245);
    EXPECT_EQ(rated("nodes=0", 1, {21, 10}), 234);
    EXPECT_EQ(rated("nodes=1", 1, {21, 10}), 245);
    EXPECT_EQ(rated("nodes=0,2", 1, {16, 10, 32}), 231);
    EXPECT_EQ(rated("nodes=0,0,2", 1, {16, 10, 32}), 231);
}

TEST(Numa, WithoutArgumentsAllNodesCount) {
    EXPECT_EQ(rated("", 0, {10, 20, 30}), 235);
    EXPECT_EQ(rated("", 1, {20, 10, 20}), 239);
    EXPECT_EQ(rated("", 2, {10, -1, 20}), 240);  // there is no node 1
}

TEST(Numa, WhatIsNotKnownIsLast) {
    EXPECT_EQ(rated("", -1, {}), 0);
    EXPECT_EQ(rated("", 0, {}), 0);
    EXPECT_EQ(rated("nodes=3", 0, {10, 20}), 0);
    EXPECT_EQ(rated("nodes=0", 1, {400, 10}), 0);
}

TEST(Numa, WrongArgumentsAreRefused) {
    for (const char* args : {"0", "nodes=", "nodes=a", "nodes=1,", "nodes=1024", "node=1"}) {
        EXPECT_FALSE(kNuma.create(args).has_value()) << args;
    }
}

}  // namespace
}  // namespace mp::prioritizers
