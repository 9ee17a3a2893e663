// SPDX-License-Identifier: GPL-2.0-or-later
// How unkind the world is at the moment: latencies and how likely each small fault is (per mille of
// the operations it can hit). A default Weather is calm: everything works, in milliseconds.
#pragma once

#include "daemon/base/prng.h"
#include "daemon/base/time.h"

namespace mp::sim {

struct Range {
    Duration low{0};
    Duration high{0};
    Duration pick(Prng& prng) const {
        return Duration(static_cast<std::int64_t>(prng.between(
            static_cast<std::uint64_t>(low.count()), static_cast<std::uint64_t>(high.count()))));
    }
};

struct Weather {
    // Device events.
    Range uevent_delay{milliseconds(1), milliseconds(20)};
    unsigned uevent_duplicate = 0;
    unsigned uevent_overflow =
        0;  ///< this event and those of the next 100 ms are lost, with notice
    unsigned udev_uninitialized = 0;  ///< the event arrives before udev knows the device

    // Commands to devices.
    Range command_latency{microseconds(200), milliseconds(2)};
    unsigned transport_error =
        0;                     ///< DID_ERROR, DID_BUS_BUSY or DID_IMM_RETRY instead of an answer
    unsigned bad_sense = 0;    ///< CHECK CONDITION whose sense is cut or nonsense
    unsigned short_data = 0;   ///< fewer bytes than there are
    unsigned busy_status = 0;  ///< BUSY or TASK SET FULL
    Range error_recovery{milliseconds(10), seconds(10)};  ///< kernel's after a command timed out

    // device-mapper.
    Range dm_step{milliseconds(1), milliseconds(10)};
    Range dm_udev{milliseconds(10),
                  milliseconds(100)};  ///< until the cookie of create or resume is done
    Range dm_event_delay{milliseconds(1), milliseconds(30)};
    unsigned dm_step_fails = 0;  ///< a step is refused (busy, out of memory)
    unsigned dm_query_fails = 0;

    // The daemon's own surroundings.
    Range timer_delay{microseconds(0), milliseconds(1)};
    Range file_delay{milliseconds(1), milliseconds(5)};
    unsigned file_fails = 0;
};

}  // namespace mp::sim
