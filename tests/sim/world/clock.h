// SPDX-License-Identifier: GPL-2.0-or-later
// The daemon's view of virtual time: a clock that reads the loop, and a reactor whose tasks can be
// held up (a late timer, a stopped process) or thrown away with the process.
#pragma once

#include <deque>
#include <functional>

#include "daemon/ports/ports.h"
#include "tests/sim/world/loop.h"
#include "tests/sim/world/weather.h"

namespace mp::sim {

class SimClock : public ports::Clock {
public:
    explicit SimClock(const SimLoop& loop) : loop_(loop) {}
    Instant now() const override { return loop_.now(); }
    std::int64_t wall_unix_us() const override {
        return 1700000000000000 + wall_jump_us_ + loop_.now().time_since_epoch().count();
    }
    void jump_wall(Duration by) { wall_jump_us_ += by.count(); }

private:
    const SimLoop& loop_;
    std::int64_t wall_jump_us_ = 0;
};

class SimScheduler : public ports::Scheduler {
public:
    SimScheduler(SimLoop& loop, const Weather& weather, Prng prng)
        : loop_(loop), weather_(weather), prng_(prng) {}
    void set_alarm(Instant when) override;
    void on_alarm(std::function<void()> callback) override { callback_ = std::move(callback); }
    void defer(std::function<void()> task) override;

    /// The process does not run until then (SIGSTOP, a stalled virtual CPU).
    void pause_until(Instant when);
    Instant paused_until() const { return paused_until_; }
    /// The process is gone: nothing that it asked for happens any more.
    void kill();
    Instant alarm() const { return alarm_; }

private:
    void run_deferred(std::uint64_t life);
    void wake();
    SimLoop& loop_;
    const Weather& weather_;
    Prng prng_;
    std::function<void()> callback_;
    std::deque<std::function<void()>> deferred_;
    Instant alarm_ = kNever;
    std::uint64_t alarm_number_ = 0;
    std::uint64_t life_ = 1;
    bool wake_queued_ = false;
    Instant paused_until_{};
};

}  // namespace mp::sim
