// SPDX-License-Identifier: GPL-2.0-or-later
// The simulated reactor. Deferred tasks run one per step of the loop, so that the oracles look at
// the world between any two of them; an alarm is one task among the others and may be late by what
// the weather says. Killing the process bumps its life number: tasks of an earlier life find that
// they are no longer wanted.
#include "tests/sim/world/clock.h"

#include <algorithm>

namespace mp::sim {

void SimScheduler::set_alarm(Instant when) {
    alarm_ = when;
    const std::uint64_t number = ++alarm_number_;
    if (when == kNever) {
        return;
    }
    loop_.at(std::max(when, loop_.now()) + weather_.timer_delay.pick(prng_),
             [this, number, life = life_] {
                 if (number != alarm_number_ || life != life_ || !callback_) {
                     return;
                 }
                 alarm_ = kNever;
                 defer(callback_);
             });
}

void SimScheduler::defer(std::function<void()> task) {
    deferred_.push_back(std::move(task));
    wake();
}

void SimScheduler::wake() {
    if (wake_queued_ || deferred_.empty()) {
        return;
    }
    wake_queued_ = true;
    loop_.at(paused_until_, [this, life = life_] { run_deferred(life); });
}

void SimScheduler::run_deferred(std::uint64_t life) {
    if (life != life_) {
        return;
    }
    wake_queued_ = false;
    if (loop_.now() < paused_until_) {
        wake();
        return;
    }
    if (deferred_.empty()) {
        return;
    }
    const std::function<void()> task = std::move(deferred_.front());
    deferred_.pop_front();
    wake();
    task();
}

void SimScheduler::pause_until(Instant when) {
    paused_until_ = std::max(paused_until_, when);
}

void SimScheduler::kill() {
    ++life_;
    ++alarm_number_;
    alarm_ = kNever;
    wake_queued_ = false;
    paused_until_ = Instant{};
    deferred_.clear();
    callback_ = nullptr;
}

}  // namespace mp::sim
