// SPDX-License-Identifier: GPL-2.0-or-later
// The reactor: order of deferred tasks, tasks of other threads, timers, sources that remove
// themselves.
#include "daemon/os/event_loop.h"

#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

#include "daemon/os/loop_ports.h"

namespace mp::os {
namespace {

std::unique_ptr<EventLoop> make_loop() {
    Result<std::unique_ptr<EventLoop>> loop = EventLoop::create();
    EXPECT_TRUE(loop.has_value());
    return std::move(*loop);
}

struct Pipe {
    int ends[2] = {-1, -1};
    Pipe() { EXPECT_EQ(::pipe(ends), 0); }
    ~Pipe() {
        ::close(ends[0]);
        ::close(ends[1]);
    }
};

TEST(EventLoop, RunsDeferredTasksInOrderAndReturnsTheExitCode) {
    const auto loop = make_loop();
    std::string order;
    loop->defer([&] {
        order += "a";
        loop->defer([&] {
            order += "c";
            loop->exit(7);
        });
    });
    loop->defer([&] { order += "b"; });
    EXPECT_EQ(loop->run(), 7);
    EXPECT_EQ(order, "abc");
}

TEST(EventLoop, ATaskThatDefersItselfForeverDoesNotStarveDescriptors) {
    const auto loop = make_loop();
    Pipe pipe;
    ASSERT_EQ(::write(pipe.ends[1], "x", 1), 1);
    std::function<void()> again = [&] { loop->defer(again); };
    loop->defer(again);
    ASSERT_TRUE(loop->watch_fd(pipe.ends[0], EPOLLIN, [&](std::uint32_t) { loop->exit(3); }));
    EXPECT_EQ(loop->run(), 3);
}

TEST(EventLoop, RunsTasksOfOtherThreadsInTheOrderOfEachThread) {
    const auto loop = make_loop();
    constexpr int kTasks = 5000;
    std::vector<int> seen[2];
    int total = 0;
    const auto poster = [&](std::size_t who) {
        for (int i = 0; i < kTasks; ++i) {
            ASSERT_TRUE(loop->post_from_thread([&, who, i] {
                seen[who].push_back(i);
                if (++total == 2 * kTasks) {
                    loop->exit(0);
                }
            }));
        }
    };
    std::thread first(poster, 0);
    std::thread second(poster, 1);
    loop->run();
    first.join();
    second.join();
    for (const std::vector<int>& list : seen) {
        ASSERT_EQ(list.size(), static_cast<std::size_t>(kTasks));
        EXPECT_TRUE(std::is_sorted(list.begin(), list.end()));
    }
}

TEST(EventLoop, TasksPostedAfterTheLoopIsGoneAreRefused) {
    auto loop = make_loop();
    const std::shared_ptr<TaskQueue> tasks = loop->tasks();
    loop.reset();
    EXPECT_FALSE(tasks->post([] { FAIL(); }));
    EXPECT_TRUE(tasks->closed());
}

TEST(TaskQueue, RefusesMoreThanItsLimit) {
    const std::shared_ptr<TaskQueue> queue = *TaskQueue::create(2);
    EXPECT_TRUE(queue->post([] {}));
    EXPECT_TRUE(queue->post([] {}));
    EXPECT_FALSE(queue->post([] {}));
    EXPECT_FALSE(queue->closed());
    EXPECT_EQ(queue->take().size(), 2U);
    EXPECT_TRUE(queue->post([] {}));
}

TEST(EventLoop, ACallbackMayRemoveItsOwnWatch) {
    const auto loop = make_loop();
    Pipe pipe;
    ASSERT_EQ(::write(pipe.ends[1], "x", 1), 1);
    int calls = 0;
    const std::vector<int> payload(100, 42);
    ASSERT_TRUE(loop->watch_fd(pipe.ends[0], EPOLLIN, [&, payload](std::uint32_t) {
        ++calls;
        loop->unwatch_fd(pipe.ends[0]);
        EXPECT_EQ(payload.back(), 42);
        loop->defer([&] { loop->defer([&] { loop->exit(0); }); });
    }));
    EXPECT_FALSE(loop->watch_fd(pipe.ends[0], EPOLLIN, [](std::uint32_t) {}).has_value());
    loop->run();
    EXPECT_EQ(calls, 1);
}

TEST(EventLoop, AnInterestInNothingSilencesADescriptor) {
    const auto loop = make_loop();
    Pipe pipe;
    int calls = 0;
    ASSERT_TRUE(loop->watch_fd(pipe.ends[1], EPOLLOUT, [&](std::uint32_t) { ++calls; }));
    loop->change_fd(pipe.ends[1], 0);
    EXPECT_TRUE(loop->run_once(Duration(0)));
    EXPECT_EQ(calls, 0);
    loop->change_fd(pipe.ends[1], EPOLLOUT);
    EXPECT_TRUE(loop->run_once(seconds(5)));
    EXPECT_EQ(calls, 1);
}

TEST(EventLoop, TimersFireInOrderOfTheirInstants) {
    const auto loop = make_loop();
    std::string order;
    EventLoop::Timer late(*loop, [&] {
        order += "late";
        loop->exit(0);
    });
    EventLoop::Timer early(*loop, [&] { order += "early "; });
    EventLoop::Timer never(*loop, [&] { order += "never "; });
    never.set(EventLoop::now());
    never.set(kNever);
    late.set(EventLoop::now() + milliseconds(20));
    early.set(EventLoop::now() - seconds(1));
    loop->run();
    EXPECT_EQ(order, "early late");
}

TEST(EventLoop, ATimerMayBeSetAgainFromItsCallbackOrDestroyed) {
    const auto loop = make_loop();
    int calls = 0;
    std::unique_ptr<EventLoop::Timer> timer;
    timer = std::make_unique<EventLoop::Timer>(*loop, [&] {
        if (++calls < 3) {
            timer->set(EventLoop::now());
            return;
        }
        timer.reset();
        loop->exit(0);
    });
    timer->set(EventLoop::now());
    loop->run();
    EXPECT_EQ(calls, 3);
}

TEST(LoopScheduler, TheAlarmComesFromTheLoopAndALaterSettingReplacesIt) {
    const auto loop = make_loop();
    LoopScheduler scheduler(*loop);
    const BootClock clock;
    int calls = 0;
    scheduler.on_alarm([&] {
        ++calls;
        loop->exit(0);
    });
    scheduler.set_alarm(clock.now() + seconds(3600));
    scheduler.set_alarm(clock.now());
    EXPECT_EQ(calls, 0);
    loop->run();
    EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace mp::os
