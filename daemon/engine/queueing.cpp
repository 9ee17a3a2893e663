// SPDX-License-Identifier: GPL-2.0-or-later
// What happens to I/O when a map has no usable path left?
//
// no_path_retry says: fail at once, queue for ever, or queue for N polling intervals. The N is
// turned into an absolute deadline when the last path goes, so the limit is the same wall time
// however busy the daemon is. The kernel's queue_if_no_path is level-set from wants_queueing by the
// planner; here is only the clock and the counters. A path that comes back ends the episode and
// restores queueing.
#include <algorithm>

#include "daemon/engine/rules.h"

namespace mp::engine {

using model::LogLevel;
using Kind = conf::NoPathRetry::Kind;

namespace {

enum class Paths { some_usable, none_usable, not_known_yet };

Paths usable_paths(Core& core, const Map& map) {
    bool unknown = false;
    for (PathId id : map.paths) {
        const Path& path = *core.find_path(id);
        if (path.serves()) {
            return Paths::some_usable;
        }
        unknown = unknown || (path.present && path.state == model::PathState::unchecked);
    }
    return unknown ? Paths::not_known_yet : Paths::none_usable;
}

void begin_episode(Core& core, Map& map) {
    map.queueing_since = core.now;
    core.touch(map);
    const conf::NoPathRetry& retry = map.policy.no_path_retry;
    if (map.queueing == Queueing::disabled_by_command) {
        ++map.map_failures;
        core.log(LogLevel::error, "all-paths-down", &map, nullptr,
                 "no path is left; I/O fails (queueing was disabled by command)");
        return;
    }
    switch (retry.kind) {
        case Kind::unset:
        case Kind::fail:
            ++map.map_failures;
            core.log(LogLevel::error, "all-paths-down", &map, nullptr,
                     "no path is left; I/O fails");
            return;
        case Kind::queue:
            core.log(LogLevel::error, "all-paths-down", &map, nullptr,
                     "no path is left; I/O is queued until one returns");
            return;
        case Kind::retries: {
            Duration limit = core.config->globals().polling_interval * retry.retries;
            map.queueing = Queueing::counting;
            map.queueing_deadline = core.now + limit;
            core.log(LogLevel::error, "all-paths-down", &map, nullptr,
                     "no path is left; I/O is queued for " +
                         std::to_string(std::chrono::duration_cast<seconds>(limit).count()) + " s");
            return;
        }
    }
}

void end_episode(Core& core, Map& map) {
    Duration down = core.now - map.queueing_since;
    bool queued =
        map.policy.no_path_retry.kind == Kind::queue || map.queueing == Queueing::counting;
    if (queued) {
        map.queueing_time += down;
    }
    map.queueing_since = kNever;
    map.queueing_deadline = kNever;
    if (map.queueing != Queueing::disabled_by_command) {
        map.queueing = Queueing::normal;
    }
    core.log(LogLevel::notice, "paths-back", &map, nullptr,
             "a path is usable again after " +
                 std::to_string(std::chrono::duration_cast<seconds>(down).count()) + " s");
    core.touch(map);
}

}  // namespace

void update_queueing(Core& core, Map& map) {
    if (!map.actual) {
        return;
    }
    switch (usable_paths(core, map)) {
        case Paths::not_known_yet:
            return;
        case Paths::some_usable:
            if (map.queueing_since != kNever) {
                end_episode(core, map);
            }
            return;
        case Paths::none_usable:
            if (map.queueing_since == kNever) {
                begin_episode(core, map);
            }
            break;
    }
    if (map.queueing == Queueing::counting && map.queueing_deadline <= core.now) {
        map.queueing = Queueing::expired;
        map.queueing_time += core.now - map.queueing_since;
        map.queueing_deadline = kNever;
        ++map.queueing_timeouts;
        ++map.map_failures;
        core.log(LogLevel::error, "queueing-timeout", &map, nullptr,
                 "no path came back in time; I/O fails from now on");
        core.touch(map);
    }
}

bool wants_queueing(const Core& core, const Map& map) {
    if (map.queueing == Queueing::disabled_by_command || map.queueing == Queueing::expired) {
        return false;
    }
    bool stays = core.config->globals().queue_without_daemon || core.force_queueing;
    bool unattended = core.options.one_shot ? !core.options.allow_queueing : core.stopping;
    if (unattended && !stays) {
        return false;
    }
    Kind kind = map.policy.no_path_retry.kind;
    return kind == Kind::queue || kind == Kind::retries;
}

}  // namespace mp::engine
