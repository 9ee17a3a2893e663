// SPDX-License-Identifier: GPL-2.0-or-later
// What happened lately, for `show events` and `multipathd monitor`.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "daemon/model/effect.h"

namespace mp::api {

struct Event {
    std::uint64_t number = 0;       ///< from 1, without gaps, for as long as the daemon runs
    std::int64_t wall_unix_us = 0;  ///< when it was told
    model::effect::Log record;
};

/// The newest events in order; older ones are forgotten.
struct EventList {
    std::vector<std::shared_ptr<const Event>> events;
};

/// Those with a number above `after`, one JSON object a line, the number first.
std::string render_events(const EventList& list, std::uint64_t after);

}  // namespace mp::api
