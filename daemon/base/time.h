// SPDX-License-Identifier: GPL-2.0-or-later
// Time is a parameter: code outside os/ receives an Instant and never asks a clock. Instants are
// microseconds on one monotonic clock (CLOCK_BOOTTIME in production, virtual in simulation).
#pragma once

#include <chrono>
#include <cstdint>

namespace mp {

using Duration = std::chrono::microseconds;

struct MonotonicClock {
    using rep = std::int64_t;
    using period = std::micro;
    using duration = Duration;
    using time_point = std::chrono::time_point<MonotonicClock, Duration>;
    static constexpr bool is_steady = true;
};

using Instant = MonotonicClock::time_point;
constexpr Instant kNever = Instant::max();

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

}  // namespace mp
