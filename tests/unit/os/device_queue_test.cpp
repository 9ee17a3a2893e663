// SPDX-License-Identifier: GPL-2.0-or-later
// How events of one device are merged while they wait.
#include "daemon/os/device_queue.h"

#include <gtest/gtest.h>

namespace mp::os {
namespace {

constexpr DevT kFirst{8, 0};
constexpr DevT kSecond{8, 16};

TEST(DeviceQueue, DevicesComeInTheOrderOfTheirFirstEvents) {
    DeviceQueue queue(10);
    queue.add_seen("sda", false);
    queue.add_seen("sdb", false);
    queue.add_seen("sda", true);
    EXPECT_EQ(queue.size(), 2U);
    EXPECT_EQ(queue.take()->name, "sda");
    EXPECT_EQ(queue.take()->name, "sdb");
    EXPECT_FALSE(queue.take().has_value());
}

TEST(DeviceQueue, ManyChangesAreOne) {
    DeviceQueue queue(10);
    for (int i = 0; i < 1000; ++i) {
        queue.add_seen("sda", true);
    }
    EXPECT_EQ(queue.size(), 1U);
    const DeviceWork work = *queue.take();
    EXPECT_TRUE(work.seen);
    EXPECT_TRUE(work.change);
    EXPECT_FALSE(work.gone.has_value());
}

TEST(DeviceQueue, AnAppearanceThatChangedIsReadOnceAndSaysSo) {
    DeviceQueue queue(10);
    queue.add_seen("sda", false);
    queue.add_seen("sda", true);
    EXPECT_TRUE(queue.take()->change);
}

TEST(DeviceQueue, ARemovalEndsWhatWaited) {
    DeviceQueue queue(10);
    queue.add_seen("sda", true);
    queue.add_gone("sda", kFirst);
    const DeviceWork work = *queue.take();
    EXPECT_FALSE(work.seen);
    EXPECT_EQ(work.gone, kFirst);
}

TEST(DeviceQueue, AReusedNameIsARemovalAndThenAnAppearance) {
    DeviceQueue queue(10);
    queue.add_seen("sda", true);
    queue.add_gone("sda", kFirst);
    queue.add_seen("sda", false);
    DeviceWork work = *queue.take();
    EXPECT_EQ(work.gone, kFirst);
    EXPECT_TRUE(work.seen);
    EXPECT_FALSE(work.change);

    queue.add_gone("sda", kFirst);
    queue.add_seen("sda", false);
    queue.add_gone("sda", kSecond);  // this life was never reported
    work = *queue.take();
    EXPECT_EQ(work.gone, kFirst);
    EXPECT_FALSE(work.seen);
}

TEST(DeviceQueue, RefusesMoreDevicesThanItsLimitButMergesOn) {
    DeviceQueue queue(2);
    EXPECT_TRUE(queue.add_seen("sda", false));
    EXPECT_TRUE(queue.add_gone("sdb", kSecond));
    EXPECT_FALSE(queue.add_seen("sdc", false));
    EXPECT_FALSE(queue.add_gone("sdd", kFirst));
    EXPECT_TRUE(queue.add_seen("sda", true));
    queue.clear();
    EXPECT_EQ(queue.size(), 0U);
    EXPECT_TRUE(queue.add_seen("sdc", false));
}

}  // namespace
}  // namespace mp::os
