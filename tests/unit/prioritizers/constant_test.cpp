// SPDX-License-Identifier: GPL-2.0-or-later
#include "prioritizers/constant.h"

#include <gtest/gtest.h>

#include "tests/unit/prioritizers/drive.h"

namespace mp::prioritizers {
namespace {

using testing::drive;

TEST(Const, IsOneWithoutAsking) {
    testing::Conversation got = drive("const", "anything", {}, {testing::error(Errc::io)});
    EXPECT_EQ(got.priority.value, 1);
    EXPECT_TRUE(got.probes.empty());
}

}  // namespace
}  // namespace mp::prioritizers
