// SPDX-License-Identifier: GPL-2.0-or-later
// The heart of the simulation: a heap of tasks ordered by (instant, order of submission). Two runs
// of one seed submit the same tasks in the same order, so they see the same world; the trace hashes
// every line to prove it. Nothing here reads a real clock.
#include "tests/sim/world/loop.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace mp::sim {

void SimLoop::at(Instant when, Task task) {
    heap_.push_back(Entry{std::max(when, now_), next_order_++, std::move(task)});
    std::push_heap(heap_.begin(), heap_.end(), later);
}

bool SimLoop::step() {
    if (heap_.empty()) {
        return false;
    }
    std::pop_heap(heap_.begin(), heap_.end(), later);
    Entry entry = std::move(heap_.back());
    heap_.pop_back();
    now_ = entry.when;
    ++steps_;
    entry.task();
    return true;
}

void Trace::note(std::string text) {
    const Line line{loop_.now(), std::move(text)};
    const auto mix = [this](std::uint64_t byte) { hash_ = (hash_ ^ byte) * 0x100000001b3ULL; };
    mix(static_cast<std::uint64_t>(line.when.time_since_epoch().count()));
    for (const char c : line.text) {
        mix(static_cast<unsigned char>(c));
    }
    if (echo_) {
        std::printf("%s\n", render(line).c_str());
    }
    ring_[count_ % kTailLines] = line;
    ++count_;
}

std::string Trace::render(const Line& line) {
    const std::int64_t us = line.when.time_since_epoch().count();
    return fmt::format("{:6}.{:06} {}", us / 1000000, us % 1000000, line.text);
}

std::string Trace::tail() const {
    std::string out;
    const std::uint64_t first = count_ > kTailLines ? count_ - kTailLines : 0;
    for (std::uint64_t i = first; i < count_; ++i) {
        out += render(ring_[i % kTailLines]);
        out += '\n';
    }
    return out;
}

}  // namespace mp::sim
