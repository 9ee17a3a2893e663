// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include <algorithm>

#include "checkers/checker.h"

namespace mp::checkers {
namespace {

TEST(Registry, IsSortedWithoutDuplicatesAndFindsEachByName) {
    std::span<const CheckerType* const> all = all_checkers();
    ASSERT_FALSE(all.empty());
    for (std::size_t i = 0; i < all.size(); ++i) {
        EXPECT_EQ(find_checker(all[i]->name), all[i]);
        EXPECT_FALSE(all[i]->doc.empty());
        EXPECT_NE(all[i]->create(), nullptr);
        if (i > 0) {
            EXPECT_LT(all[i - 1]->name, all[i]->name);
        }
    }
}

TEST(Registry, DoesNotKnowOtherNames) {
    EXPECT_EQ(find_checker("emc_clariion_x"), nullptr);
    EXPECT_EQ(find_checker(""), nullptr);
}

}  // namespace
}  // namespace mp::checkers
