// SPDX-License-Identifier: GPL-2.0-or-later
// The ports that are the event loop itself: Clock and Scheduler.
#pragma once

#include <functional>

#include "daemon/os/event_loop.h"
#include "daemon/ports/ports.h"

namespace mp::os {

class BootClock final : public ports::Clock {
public:
    Instant now() const override { return EventLoop::now(); }
    std::int64_t wall_unix_us() const override;
};

class LoopScheduler final : public ports::Scheduler {
public:
    /// The alarm may come up to a millisecond late, so that timers close to each other share a
    /// wake-up.
    explicit LoopScheduler(EventLoop& loop);
    void set_alarm(Instant when) override { timer_.set(when); }
    void on_alarm(std::function<void()> callback) override { callback_ = std::move(callback); }
    void defer(std::function<void()> task) override { loop_.defer(std::move(task)); }

private:
    EventLoop& loop_;
    std::function<void()> callback_;
    EventLoop::Timer timer_;
};

}  // namespace mp::os
