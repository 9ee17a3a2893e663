// SPDX-License-Identifier: GPL-2.0-or-later
// Threads for calls that may block for long or for ever, one call each. A lane whose call does not
// come back is not waited for: others are started beside it, up to a hard limit.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>

#include "daemon/base/result.h"
#include "daemon/base/time.h"
#include "daemon/os/event_loop.h"

namespace mp::os {

class LanePool {
public:
    struct Options {
        std::size_t kept = 4;          ///< lanes that stay when there is nothing to do
        std::size_t brisk_max = 128;   ///< lanes whose call is younger than `slow_after`
        std::size_t lanes_max = 1024;  ///< all lanes, slow and stuck ones included
        std::size_t queue_max = 16384;
        Duration patience{milliseconds(10)};  ///< a job that waits longer gets more lanes started
        Duration slow_after{seconds(1)};      ///< a call that runs longer no longer counts as brisk
        Duration idle_exit{seconds(30)};      ///< a lane beyond `kept` leaves after this
        std::size_t stack_bytes = 64U * 1024U;
    };
    using Job = std::function<void()>;

    LanePool(EventLoop& loop, Options options);
    /// Lanes that hang are left behind; jobs that did not start are dropped.
    ~LanePool();
    LanePool(const LanePool&) = delete;
    LanePool& operator=(const LanePool&) = delete;

    /// Reactor. Jobs start in order of submission, when the reactor's turn is over. `now` is the
    /// time of the call. Errors: limit (the queue is full).
    Result<> submit(Job job, Instant now);
    /// As submit, past the limit of the queue: for clean-up work whose amount is bounded elsewhere.
    void submit_always(Job job);
    /// In a job: when it began.
    static Instant began();
    /// Threads that exist.
    std::size_t lanes() const;
    /// Jobs that run or wait.
    std::size_t busy() const;

private:
    struct Shared;
    bool enqueue(Job job, std::size_t limit, Instant now);
    void wake_some();
    void arm_patience(Instant when);
    void on_patience();
    bool start_lane();

    EventLoop& loop_;
    const Options options_;
    std::shared_ptr<Shared> shared_;
    EventLoop::Timer patience_timer_;
    bool patience_armed_ = false;
    std::shared_ptr<LanePool*> self_;  ///< holds null when the pool is gone
    bool wake_deferred_ = false;
};

}  // namespace mp::os
