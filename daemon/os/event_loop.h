// SPDX-License-Identifier: GPL-2.0-or-later
// The reactor: one thread, one sd-event loop. Everything here is called on that thread, except
// post_from_thread() and tasks()->post(). Callbacks may remove any source, their own included.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "daemon/base/result.h"
#include "daemon/base/time.h"
#include "daemon/os/task_queue.h"

struct sd_event;

namespace mp::os {

class EventLoop {
public:
    using FdCallback = std::function<void(std::uint32_t epoll_events)>;

    static Result<std::unique_ptr<EventLoop>> create();
    ~EventLoop();
    EventLoop(const EventLoop&) = delete;
    EventLoop& operator=(const EventLoop&) = delete;

    /// Returns the code given to exit().
    int run();
    void exit(int code);
    /// One round: waits at most `timeout` for something to do and dispatches it. False: exit() was
    /// called. For tests and for programs that run the daemon's parts without it.
    bool run_once(Duration timeout);

    /// Level-triggered. `fd` stays the caller's and must outlive the watch. Errors: invalid
    /// (watched already or not pollable), limit.
    Result<> watch_fd(int fd, std::uint32_t epoll_events, FdCallback callback);
    void change_fd(int fd, std::uint32_t epoll_events);
    void unwatch_fd(int fd);

    /// Runs `task` on the reactor when the loop is free, in order of submission.
    void defer(Task task);
    /// From any thread; see TaskQueue::post.
    bool post_from_thread(Task task) { return tasks_->post(std::move(task)); }
    const std::shared_ptr<TaskQueue>& tasks() const { return tasks_; }

    /// CLOCK_BOOTTIME.
    static Instant now();

    /// For adapters that attach their own sources (signals, watchdog).
    sd_event* handle() const;

    /// A one-shot timer on CLOCK_BOOTTIME; re-arm it from its callback for a period. Destroying it
    /// disarms it.
    class Timer {
    public:
        Timer(EventLoop& loop, std::function<void()> callback, Duration accuracy = milliseconds(1));
        ~Timer();
        Timer(const Timer&) = delete;
        Timer& operator=(const Timer&) = delete;
        /// Replaces the earlier instant; one that has passed fires on the next round; kNever
        /// disarms.
        void set(Instant when);

    private:
        struct Source;
        std::shared_ptr<Source> source_;
    };

private:
    struct Impl;
    EventLoop(std::unique_ptr<Impl> impl, std::shared_ptr<TaskQueue> tasks);
    // Outlives impl_, which watches its descriptor: a worker may be the last to hold the queue.
    std::shared_ptr<TaskQueue> tasks_;
    std::unique_ptr<Impl> impl_;
};

}  // namespace mp::os
