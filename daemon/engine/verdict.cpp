// SPDX-License-Identifier: GPL-2.0-or-later
// What does the result of a check mean for the path, its map and its siblings?
//
// A path carries I/O only while it is trusted: since its last failure one whole check, begun after
// that failure, has found it usable and found the same disk behind it. Losing trust is immediate,
// whoever reports the failure (checker, kernel, administrator, identity probe); regaining it takes
// that check.
//
// Paths have topology: one failure or recovery is evidence about every path of the same nexus, then
// of the same adapter, so those are checked at once instead of at their next turn. A sweep of one
// nexus or adapter is not repeated within a second: its members have all just been asked.
#include <algorithm>
#include <utility>

#include "daemon/engine/rules.h"

namespace mp::engine {

using model::LogLevel;
using model::PathState;

namespace {

constexpr Duration kSweepGap = seconds(1);
constexpr Duration kPendingRetry = seconds(1);
constexpr Duration kGatherRanks = milliseconds(300);
// Due times fall on a grid of so many points an interval, so that checks due about then are one
// burst of wake-ups, not many.
constexpr int kGridPoints = 10;

Instant next_due(Instant now, Duration interval) {
    Duration grid = interval / kGridPoints;
    Duration since = (now + interval).time_since_epoch();
    return Instant{(since + grid - Duration{1}) / grid * grid};
}

void schedule_next(Core& core, Path& path, bool settled_and_unchanged) {
    const conf::Globals& globals = core.config->globals();
    if (settled_and_unchanged && join_round(core, path)) {
        // Its identity is compared once in that time; the rest is the samples' matter.
        path.interval = globals.max_polling_interval;
        core.schedule_check(path, next_due(core.now, path.interval - path.interval / kGridPoints));
        return;
    }
    if (settled_and_unchanged && path.good()) {
        path.interval = std::min(std::max(path.interval, globals.polling_interval) * 2,
                                 globals.max_polling_interval);
    } else {
        path.interval = globals.polling_interval;
    }
    core.schedule_check(path, next_due(core.now, path.interval));
}

void lose_trust(Core& core, Path& path) {
    path.trusted = false;
    path.distrusted_at = core.now;
    path.registration.forget();
}

void path_failed(Core& core, Path& path, std::string reason) {
    Map* map = core.map_of(path);
    reason += note_failure(core, path);
    if (map != nullptr) {
        ++path.failures;
        ++map->path_faults;
        map->failback_due = kNever;
        core.mark_dirty(*map);
        release_held(core, *map);
    }
    note_news(core, path, PathNews::Kind::failed, std::move(reason));
    suspect_siblings(core, path);
}

void path_recovered(Core& core, Path& path) {
    Map* map = core.map_of(path);
    note_news(core, path, PathNews::Kind::recovered,
              std::string(model::path_state_text(path.state)) +
                  (path.message.empty() ? "" : ", " + path.message));
    suspect_siblings(core, path);
    if (map == nullptr) {
        return;
    }
    core.mark_dirty(*map);
    update_failback(core, *map, true, &path);
    for (PathId id : map->paths) {  // their ranks may have changed with this one's return
        Path* sibling = core.find_path(id);
        if (sibling != nullptr && sibling->id != path.id && sibling->good()) {
            check_now(core, *sibling);
        }
    }
}

void apply_priority(Core& core, Path& path, const prioritizers::Priority& priority, Instant began) {
    if (priority.target_port_group >= 0) {
        path.target_port_group = priority.target_port_group;
    }
    if (priority.value == path.priority || (priority.value < 0 && !path.good())) {
        return;
    }
    core.log(LogLevel::info, "priority-changed", core.map_of(path), &path,
             "priority " + std::to_string(path.priority) + " -> " + std::to_string(priority.value));
    bool news = path.priority >= 0;
    path.priority = priority.value;
    core.touch(path);
    Map* map = core.map_of(path);
    if (map == nullptr) {
        return;
    }
    core.mark_dirty(*map);
    update_failback(core, *map, false, &path);
    if (!news) {
        return;
    }
    // Ranks change by target port group: what one path has learnt the others are about to. One
    // table for all of them.
    if (map->ranks_due <= core.now) {
        map->ranks_due = core.now + kGatherRanks;
        map->not_before = std::max(map->not_before, map->ranks_due);
    }
    if (path.policy.sampled_probing) {  // what the sample has learnt the others are about to
        suspect_siblings(core, path);
    }
    for (PathId id : map->paths) {
        Path* sibling = core.find_path(id);
        Instant asked = sibling->run.running() ? sibling->run.started : sibling->last_check;
        if (sibling->id != path.id && asked < began) {
            check_now(core, *sibling);
        }
    }
}

// The kernel may hold a device blocked for a long time; the old state stands meanwhile, but not for
// longer than a command would have been given.
bool still_pending(Core& core, Path& path, PathState state) {
    if (state != PathState::pending) {
        path.pending_since = kNever;
        return state == PathState::unchecked;
    }
    path.pending_since = std::min(path.pending_since, core.now);
    return core.now - path.pending_since < path.policy.checker_timeout;
}

// A client that asked for this path hears the outcome once its map has followed.
void answer_path_waiters(Core& core, Path& path) {
    Map* map = core.map_of(path);
    for (ClientId client : std::exchange(path.waiters, {})) {
        if (path.serves() && map != nullptr) {
            map->waiters.push_back({client});
            core.mark_dirty(*map);
        } else {
            bool fine =
                path.good() && map == nullptr;  // usable, and its map waits for something else
            core.emit(model::effect::Reply{client, {fine, fine ? "" : path.message + "\n"}});
        }
    }
}

// purge_disconnected: a LUN that the array says is not ours any more is taken out of the kernel. It
// must have said so twice: it says the same for a moment while it changes its mappings.
void purge_if_unmapped(Core& core, Path& path) {
    int& checks = path.record.disconnected_checks;
    checks = path.state == PathState::disconnected ? checks + 1 : 0;
    if (checks == 2 && path.policy.purge_disconnected && path.device->bus == model::Bus::scsi) {
        core.log(LogLevel::notice, "path-purged", core.map_of(path), &path,
                 "the LUN is no longer mapped; its device is removed (purge_disconnected)");
        core.emit(model::effect::WriteAttribute{path.device->parent_dir() + "/delete", "1",
                                                "the LUN is no longer mapped"});
    }
}

}  // namespace

void apply_check(Core& core, Path& path, const CheckRun& run,
                 const prioritizers::Priority* priority) {
    path.last_check = core.now;
    path.view.reset();
    core.visible_soon = true;
    ++core.checks;
    if (run.kind == CheckRun::Kind::light) {
        ++core.light_checks;
    } else {
        path.fully_checked = core.now;
    }
    PathState state = run.verdict.state;
    bool pending = still_pending(core, path, state);
    if (path.dm_state == model::DmPathState::failed && (pending || !run.identity_ok)) {
        lose_trust(core, path);  // its reinstatement is still to come, and stands on nothing now
    }
    if (pending) {
        core.schedule_check(path, next_due(core.now, kPendingRetry));
        if (!run.again) {
            answer_path_waiters(core, path);
        }
        return;
    }
    if (state == PathState::pending || state == PathState::removed) {
        state = PathState::down;
    }
    if (state == PathState::wild && path.checker_name != "directio") {
        core.log(LogLevel::warning, "checker-unusable", core.map_of(path), &path,
                 "checker " + path.checker_name + " cannot check this device; using directio");
        path.checker_name = "directio";
        path.checker = checkers::find_checker("directio")->create();
        check_now(core, path);
        core.schedule_check(path, core.now + kPendingRetry);
        return;
    }
    path.hung_since = state == PathState::timeout ? std::min(path.hung_since, core.now) : kNever;
    bool was_good = path.good();
    bool was_trusted = path.trusted;
    bool changed = state != path.state;
    bool first = path.state == PathState::unchecked;
    path.state = state;
    path.message = run.verdict.message;
    note_check(core, path, changed && !first && !was_good);
    if (model::usable(state) && run.latency > Duration{0}) {
        note_latency(core, path, run.latency);
    }
    if (!model::usable(state)) {
        lose_trust(core, path);
    } else if (!path.trusted && run.identity_ok && run.started >= path.distrusted_at &&
               !held(core, path) && !awaits_registration(core, path)) {
        path.trusted = true;
        path.record.reinstated_at = path.failures > 0 ? core.now : Instant{};
    }
    purge_if_unmapped(core, path);
    if (run.verdict.capacity_changed) {
        core.emit(model::effect::RereadDevice{path.device->name});
    }
    if (priority != nullptr) {
        apply_priority(core, path, *priority, run.started);
    }
    Map* map = core.map_of(path);
    if (changed) {
        core.touch(path);
    }
    if (map != nullptr) {
        refresh_map(core, *map);
    }
    if (map != nullptr && (changed || was_trusted != path.trusted)) {
        core.mark_dirty(*map);
    }
    if (was_good && !path.good() && !was_trusted && !first) {
        core.log(LogLevel::info, "path-not-usable", map, &path, path.message);  // told already
    } else if (was_good && !path.good()) {
        path_failed(core, path, path.message);
    } else if (first && !path.good()) {
        core.log(LogLevel::info, "path-not-usable", map, &path, path.message);
    } else if (!path.good()) {
        bool once = core.config->globals().log_checker_err_once;
        core.log(once ? LogLevel::debug : LogLevel::info, "path-still-not-usable", map, &path,
                 path.message);
    } else if (!first && !was_trusted && path.serves()) {
        path_recovered(core, path);
    }
    if (first || was_trusted != path.trusted) {
        consider_map(core, path.wwid);
    }
    schedule_next(core, path, !changed);
    core.schedule_check(path, std::min(path.next_check, hold_ends(core, path)));
    if (run.identity_ok) {
        keep_registered(core, path);
    }
    // Who asked while this check ran is answered by the one that follows; who waits for a
    // registration as well, by the check after it.
    if (!run.again && (!path.run.running() || path.trusted)) {
        answer_path_waiters(core, path);
    }
}

void apply_kernel_failure(Core& core, Path& path, std::string reason) {
    lose_trust(core, path);
    note_io_failure(core, path);
    path_failed(core, path, std::move(reason));
    check_now(core, path);
}

bool has_other_usable(Core& core, const Path& path) {
    Map* map = core.map_of(path);
    return map != nullptr && std::ranges::any_of(map->paths, [&](PathId id) {
               const Path& other = *core.find_path(id);
               return other.id != path.id && other.serves();
           });
}

void apply_identity_change(Core& core, Path& path, const std::string& found) {
    std::string text = "another disk answers on this path: expected " + path.wwid.str() + ", " +
                       found + "; the path is taken out of its map";
    bool already = path.identity == IdentityState::changed;
    if (!already) {
        core.log(LogLevel::error, "identity-changed", core.map_of(path), &path, text);
    }
    path.identity = IdentityState::changed;
    path.state = PathState::down;
    path.message = text;
    path.last_check = core.now;
    lose_trust(core, path);
    if (!already) {
        ++path.failures;
        suspect_siblings(core, path);
        leave_map(core, path, text);
        // The kernel and udev still believe the old answer: have both read the device again, which
        // brings a change event with the disk's real name.
        if (path.device->bus == model::Bus::scsi) {
            core.emit(model::effect::WriteAttribute{path.device->sys_path + "/device/rescan", "1",
                                                    "another disk answers on this path"});
        }
        core.emit(model::effect::RetriggerDevice{path.device->sys_path});
    }
    core.touch(path);
    schedule_next(core, path, false);
    answer_path_waiters(core, path);
}

void suspect_siblings(Core& core, const Path& path) {
    struct Sweep {
        Kin kin;
        Duration after;
    };
    const Sweep sweeps[] = {
        {Kin::nexus, Duration{0}},
        {Kin::adapter, Duration{1}},
    };
    for (const Sweep& sweep : sweeps) {
        const std::string key = kin_key(*path.device, sweep.kin);
        Relatives::const_iterator found = core.by(sweep.kin).find(key);
        if (key.empty() || found == core.by(sweep.kin).end() || found->second.size() < 2) {
            continue;
        }
        Instant& last = core.last_sweep[key];
        if (last > core.now) {
            continue;  // one is already coming
        }
        Instant when = core.now;
        if (last != Instant{} && core.now - last < kSweepGap) {
            when = last + kSweepGap;
        }
        last = when;
        for (PathId id : found->second) {
            Path* sibling = core.find_path(id);
            if (sibling == nullptr || id == path.id || !sibling->present || !sibling->accepted) {
                continue;
            }
            sibling->asked_for = true;
            if (sibling->run.running()) {
                sibling->run.again = sibling->run.started < core.now;
            } else if (sibling->next_check > when + sweep.after) {
                core.schedule_check(*sibling, when + sweep.after);
            }
        }
    }
}

}  // namespace mp::engine
