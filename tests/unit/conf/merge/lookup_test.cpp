// SPDX-License-Identifier: GPL-2.0-or-later
// Entries of the hardware table that match a device.
#include "conf/merge/lookup.h"

#include <gtest/gtest.h>

#include "tests/unit/conf/support.h"

namespace mp::conf {
namespace {

using testing::build;
using testing::Built;
using testing::disk;
using testing::value_of;

TEST(HardwareIndex, LaterEntriesComeFirst) {
    const Built built =
        build("devices {\n device {\n vendor IBM\n product 2145\n failback 7\n }\n}\n");
    const HardwareIndex index(built.model.devices);
    const std::shared_ptr<const Matches> found = index.find(disk("IBM", "2145"));
    ASSERT_EQ(found->size(), 2U);
    EXPECT_EQ(value_of(found->at(0)->settings, Key::failback), "7");
    EXPECT_EQ(value_of(found->at(1)->settings, Key::product), "\"^2145\"");
}

TEST(HardwareIndex, RevisionCountsWhereAnEntryNamesOne) {
    const Built built = build("devices {\n device {\n vendor X\n product Y\n revision ^2\n }\n}\n");
    const HardwareIndex index(built.model.devices);
    model::BlockDevice device = disk("X", "Y");
    device.revision = "1.0";
    EXPECT_TRUE(index.find(device)->empty());
    device.revision = "2.0";
    EXPECT_EQ(index.find(device)->size(), 1U);
}

TEST(HardwareIndex, RemembersTheAnswer) {
    const Built built = build("");
    const HardwareIndex index(built.model.devices);
    EXPECT_EQ(index.find(disk("IBM", "2145")).get(), index.find(disk("IBM", "2145")).get());
    EXPECT_TRUE(index.find(disk("No", "One"))->empty());
}

TEST(HardwareIndex, AnswersRightWhenItsMemoryIsFull) {
    const Built built = build("");
    const HardwareIndex index(built.model.devices);
    for (int round = 0; round < 2; ++round) {
        for (int i = 0; i < 2000; ++i) {
            const std::shared_ptr<const Matches> found =
                index.find(disk("IBM", "2145 model " + std::to_string(i)));
            ASSERT_EQ(found->size(), 1U) << i;
        }
    }
}

}  // namespace
}  // namespace mp::conf
