// SPDX-License-Identifier: GPL-2.0-or-later
#include "prioritizers/random.h"

#include <gtest/gtest.h>

#include <set>

namespace mp::prioritizers {
namespace {

std::vector<int> numbers(std::uint32_t minor) {
    model::BlockDevice device;
    device.devt = {8, minor};
    std::unique_ptr<Prioritizer> prioritizer = *kRandom.create("");
    std::vector<int> out;
    for (int i = 0; i < 200; ++i) {
        out.push_back(std::get<Priority>(prioritizer->begin(device)).value);
    }
    return out;
}

TEST(Random, UsesTheWholeRangeFromOneToTenAndCanBeRepeated) {
    std::vector<int> got = numbers(16);
    std::set<int> seen(got.begin(), got.end());
    EXPECT_EQ(*seen.begin(), 1);
    EXPECT_EQ(*seen.rbegin(), 10);
    EXPECT_EQ(seen.size(), 10U);
    EXPECT_EQ(got, numbers(16));
    EXPECT_NE(got, numbers(32));
}

}  // namespace
}  // namespace mp::prioritizers
