// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include "prioritizers/prioritizer.h"

namespace mp::prioritizers {
namespace {

TEST(Registry, IsSortedWithoutDuplicatesAndFindsEachByName) {
    std::span<const PrioritizerType* const> all = all_prioritizers();
    ASSERT_FALSE(all.empty());
    for (std::size_t i = 0; i < all.size(); ++i) {
        EXPECT_EQ(find_prioritizer(all[i]->name), all[i]);
        EXPECT_FALSE(all[i]->doc.empty());
        if (i > 0) {
            EXPECT_LT(all[i - 1]->name, all[i]->name);
        }
    }
    EXPECT_EQ(find_prioritizer("nothing"), nullptr);
}

}  // namespace
}  // namespace mp::prioritizers
