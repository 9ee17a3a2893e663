// SPDX-License-Identifier: GPL-2.0-or-later
// Jobs that hang are held up by a latch of the test, so nothing here depends on how long anything
// takes.
#include "daemon/os/libdm_lane.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <latch>
#include <mutex>

namespace mp::os::libdm {
namespace {

/// Outlives the jobs that wait at it.
struct Gate {
    std::mutex mutex;
    std::condition_variable changed;
    int inside = 0;
    int through = 0;
    bool open = false;

    void pass() {
        std::unique_lock lock(mutex);
        ++inside;
        changed.notify_all();
        changed.wait(lock, [this] { return open; });
        ++through;
        changed.notify_all();
    }
    void wait_inside(int count) {
        std::unique_lock lock(mutex);
        changed.wait(lock, [this, count] { return inside >= count; });
    }
    void release() {
        std::lock_guard lock(mutex);
        open = true;
        changed.notify_all();
    }
    void wait_through(int count) {
        std::unique_lock lock(mutex);
        changed.wait(lock, [this, count] { return through >= count; });
    }
};

TEST(Lane, JobsThatHangLeaveTheOthersAlone) {
    std::shared_ptr<Gate> hung = std::make_shared<Gate>();
    Lane lane("test", 4, 100);
    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(lane.submit([hung] { hung->pass(); }));
    }
    hung->wait_inside(3);
    std::latch done(50);
    for (int i = 0; i < 50; ++i) {
        ASSERT_TRUE(lane.submit([&done] { done.count_down(); }));
    }
    done.wait();
    hung->release();
    hung->wait_through(3);
}

TEST(Lane, SoManyJobsRunAtOnceAndNoMore) {
    std::shared_ptr<Gate> gate = std::make_shared<Gate>();
    Lane lane("test", 4, 100);
    for (int i = 0; i < 10; ++i) {
        ASSERT_TRUE(lane.submit([gate] { gate->pass(); }));
    }
    gate->wait_inside(4);
    EXPECT_EQ(lane.usage().threads, 4U);
    EXPECT_EQ(lane.usage().queued, 6U);
    gate->release();
    gate->wait_through(10);
}

TEST(Lane, AFullQueueSaysSo) {
    std::shared_ptr<Gate> gate = std::make_shared<Gate>();
    Lane lane("test", 1, 2);
    ASSERT_TRUE(lane.submit([gate] { gate->pass(); }));
    gate->wait_inside(1);
    EXPECT_TRUE(lane.submit([gate] { gate->pass(); }));
    EXPECT_TRUE(lane.submit([gate] { gate->pass(); }));
    EXPECT_FALSE(lane.submit([gate] { gate->pass(); }));
    gate->release();
    gate->wait_through(3);
}

TEST(Lane, WaitingJobsAreDroppedWhenTheLaneGoesAndAHungOneHoldsUpNothing) {
    std::shared_ptr<Gate> gate = std::make_shared<Gate>();
    std::shared_ptr<int> token = std::make_shared<int>(0);
    {
        Lane lane("test", 1, 10, Duration(0));
        ASSERT_TRUE(lane.submit([gate] { gate->pass(); }));
        gate->wait_inside(1);
        ASSERT_TRUE(lane.submit([token] { ++*token; }));
        EXPECT_EQ(token.use_count(), 2);
    }
    EXPECT_EQ(token.use_count(), 1);
    EXPECT_EQ(*token, 0);
    gate->release();
    gate->wait_through(1);
}

}  // namespace
}  // namespace mp::os::libdm
