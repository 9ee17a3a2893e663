// SPDX-License-Identifier: GPL-2.0-or-later
// Virtual time. Everything in the simulated world is a task at an instant; tasks run one at a time
// in order of (instant, order of submission), and time moves only from one task to the next.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "daemon/base/time.h"

namespace mp::sim {

class SimLoop {
public:
    using Task = std::function<void()>;

    Instant now() const { return now_; }
    /// An instant in the past means now.
    void at(Instant when, Task task);
    void after(Duration delay, Task task) { at(now_ + delay, std::move(task)); }
    /// Runs the earliest task. False when there is none.
    bool step();
    /// Instant of the earliest task, kNever when there is none.
    Instant next() const { return heap_.empty() ? kNever : heap_.front().when; }
    std::uint64_t steps() const { return steps_; }

private:
    struct Entry {
        Instant when;
        std::uint64_t order;
        Task task;
    };
    static bool later(const Entry& a, const Entry& b) {
        return a.when != b.when ? a.when > b.when : a.order > b.order;
    }
    std::vector<Entry> heap_;
    Instant now_{};
    std::uint64_t next_order_ = 0;
    std::uint64_t steps_ = 0;
};

/// What happened, as lines: a hash over all of them proves that two runs were equal, the last ones
/// are printed when an oracle complains.
class Trace {
public:
    explicit Trace(const SimLoop& loop) : loop_(loop) {}
    void note(std::string text);
    /// Prints every line as it comes.
    void echo(bool on) { echo_ = on; }
    std::uint64_t hash() const { return hash_; }
    std::uint64_t lines() const { return count_; }
    /// The last lines, oldest first, with their times.
    std::string tail() const;

private:
    static constexpr std::size_t kTailLines = 50;
    struct Line {
        Instant when;
        std::string text;
    };
    static std::string render(const Line& line);
    const SimLoop& loop_;
    std::array<Line, kTailLines> ring_;
    std::uint64_t count_ = 0;
    std::uint64_t hash_ = 0xcbf29ce484222325ULL;
    bool echo_ = false;
};

}  // namespace mp::sim
