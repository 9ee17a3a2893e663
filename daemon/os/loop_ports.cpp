// SPDX-License-Identifier: GPL-2.0-or-later
// What time is it, and who wakes the engine at its next deadline? Both answers are the event
// loop's: CLOCK_BOOTTIME goes on while the machine sleeps, so a path that was silent over a suspend
// is seen as overdue at once; wall time is for display only.
#include "daemon/os/loop_ports.h"

#include <time.h>

namespace mp::os {

std::int64_t BootClock::wall_unix_us() const {
    timespec spec{};
    ::clock_gettime(CLOCK_REALTIME, &spec);
    return static_cast<std::int64_t>(spec.tv_sec) * 1'000'000 +
           static_cast<std::int64_t>(spec.tv_nsec) / 1000;
}

LoopScheduler::LoopScheduler(EventLoop& loop)
    : loop_(loop), timer_(loop, [this] {
          if (callback_) {
              callback_();
          }
      }) {}

}  // namespace mp::os
