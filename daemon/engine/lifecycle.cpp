// SPDX-License-Identifier: GPL-2.0-or-later
// Start, reconfigure, stop, and what is done at the end of every event.
//
// Start asks for configuration, maps and devices at once; the first round is over when every map
// that these called for has been tried, and only then is the service manager told. Reconfiguring
// applies a new configuration to what is known: nothing is rediscovered, no counter is lost, no
// check is dropped. Stopping gives queued I/O back to the applications (unless told otherwise),
// waits briefly for plans in flight, and leaves every map as it stands.
#include <algorithm>
#include <utility>

#include "daemon/engine/rules.h"

namespace mp::engine {

using model::LogLevel;
using model::event::ConfigLoaded;

namespace {

constexpr Duration kFirstRoundMax = seconds(15);
constexpr Duration kStopMax = seconds(3);

void apply_config(Core& core) {
    std::vector<PathId> ids;
    for (const std::pair<const PathId, Path>& entry : core.paths) {
        ids.push_back(entry.first);
    }
    for (PathId id : ids) {
        Path* path = core.find_path(id);
        path->excluded = false;
        identify(core, *path);
    }
    for (std::pair<const MapId, Map>& entry : core.maps) {
        entry.second.regroup = entry.second.regroup || core.reload_all;
        entry.second.force_reload = entry.second.force_reload || core.reload_all;
        entry.second.not_before = core.now;
    }
    core.flushed.clear();
    core.reload_all = false;
    if (core.enumerated && core.maps_listed) {
        settle_adopted(core);
    }
    tune_all(core);
}

void flush_state_files(Core& core) {
    if (!core.bindings_to_write.empty() && !core.naming_op) {
        core.naming_op = core.new_op();
        core.emit(model::effect::AppendFile{core.naming_op, model::StateFile::bindings,
                                            Bindings::header(),
                                            std::exchange(core.bindings_to_write, "")});
        for (std::pair<const MapId, Map>& entry : core.maps) {
            entry.second.naming_written = entry.second.naming_pending;
        }
    }
    if (!core.wwids_to_write.empty() && !core.wwids_op) {
        core.wwids_op = core.new_op();
        core.emit(model::effect::AppendFile{core.wwids_op, model::StateFile::wwids,
                                            KnownWwids::header(),
                                            std::exchange(core.wwids_to_write, "")});
    }
}

bool first_round_over(const Core& core) {
    if (core.now - core.started >= kFirstRoundMax) {
        return true;
    }
    bool checking = std::ranges::any_of(core.paths, [](const std::pair<const PathId, Path>& entry) {
        return entry.second.state == model::PathState::unchecked && entry.second.run.running();
    });
    bool working = std::ranges::any_of(core.maps, [](const std::pair<const MapId, Map>& entry) {
        return entry.second.op || entry.second.naming_pending || entry.second.dirty ||
               !entry.second.waiters.empty();
    });
    return !checking && !working && core.waiting_wwids.empty();
}

void settle_first_round(Core& core) {
    if (core.first_round_done || !core.enumerated || !core.maps_listed || !first_round_over(core)) {
        return;
    }
    core.first_round_done = true;
    core.visible = true;
    core.daemon = model::DaemonState::idle;
    std::size_t usable = 0;
    for (const std::pair<const PathId, Path>& entry : core.paths) {
        usable += entry.second.map && entry.second.good() ? 1U : 0U;
    }
    core.log(LogLevel::notice, "started", nullptr, nullptr,
             std::to_string(core.maps.size()) + " maps over " + std::to_string(usable) +
                 " usable paths");
    core.emit(model::effect::NotifyReady{});
    if (core.options.one_shot) {
        request_stop(core);
    }
}

void settle_stop(Core& core) {
    if (!core.stopping || core.exit_sent) {
        return;
    }
    bool working = std::ranges::any_of(core.maps, [](const std::pair<const MapId, Map>& entry) {
        return static_cast<bool>(entry.second.op);
    });
    if (!working || core.now >= core.stop_deadline) {
        core.exit_sent = true;
        core.emit(model::effect::Exit{0});
    }
}

void log_file_problem(Core& core, const char* file, const FileProblem& problem) {
    core.log(LogLevel::warning, "state-file", nullptr, nullptr,
             std::string(file) + ":" + std::to_string(problem.line) + ": " + problem.text);
}

void wake_timers(Core& core) {
    while (!core.map_queue.empty() && core.map_queue.begin()->first <= core.now) {
        Map* map = core.find_map(core.map_queue.begin()->second);
        core.wake_map(*map, kNever);
        core.mark_dirty(*map);
    }
    while (!core.waiting_wwids.empty() && core.waiting_wwids.begin()->first <= core.now) {
        Wwid wwid = core.waiting_wwids.begin()->second;
        core.waiting_wwids.erase(core.waiting_wwids.begin());
        consider_map(core, wwid);
    }
    if (core.list_due <= core.now) {
        core.list_due = kNever;
        core.emit(model::effect::ListMaps{});
    }
    expire_device_waiters(core);
    expire_replies(core);
}

}  // namespace

void start(Core& core) {
    core.started = core.now;
    core.daemon = model::DaemonState::configure;
    core.emit(model::effect::LoadConfig{});
}

void on_config_loaded(Core& core, const ConfigLoaded& event) {
    bool first = core.config == nullptr;
    if (!event.problems.empty()) {
        core.log(LogLevel::warning, "configuration-problems", nullptr, nullptr, event.problems);
    }
    if (event.config == nullptr) {
        core.log(LogLevel::error, "configuration-unusable", nullptr, nullptr,
                 first ? "the configuration cannot be read; built-in settings are used"
                       : "the new configuration is refused; the running one stays");
    }
    std::shared_ptr<const conf::Config> next = event.config;
    if (next == nullptr && first) {
        next = conf::Config::build({});
    }
    if (next != nullptr) {
        core.config = std::move(next);
    }
    core.visible = true;
    if (first) {
        core.emit(model::effect::ListMaps{});
        enumerate(core);
        return;
    }
    for (std::pair<const MapId, Map>& entry : core.maps) {
        entry.second.numa_refused = false;
    }
    apply_config(core);
    core.reconfiguring = false;
    if (event.config != nullptr) {
        core.log(LogLevel::notice, "reconfigured", nullptr, nullptr, "configuration applied");
    }
    if (core.first_round_done) {
        core.emit(model::effect::NotifyReady{});
    }
}

void on_files_loaded(Core& core, const model::event::FilesLoaded& event) {
    if (core.naming_op || core.wwids_op || !core.bindings_to_write.empty() ||
        !core.wwids_to_write.empty()) {
        return;  // what we know is newer than what was read
    }
    core.bindings = Bindings::parse(event.bindings);
    core.wwids = KnownWwids::parse(event.wwids);
    if (!core.prkeys_op && !core.prkeys_dirty) {
        core.reservation_keys = ReservationKeys::parse(event.prkeys);
        for (const FileProblem& problem : core.reservation_keys.problems()) {
            log_file_problem(core, "prkeys", problem);
        }
    }
    for (const FileProblem& problem : core.bindings.problems()) {
        log_file_problem(core, "bindings", problem);
    }
    for (const FileProblem& problem : core.wwids.problems()) {
        log_file_problem(core, "wwids", problem);
    }
}

// Only what was added counts, and only for disks that are here: those get their maps.
void on_wwids_loaded(Core& core, const model::event::WwidsLoaded& event) {
    core.wwids_asked = false;
    const KnownWwids read = KnownWwids::parse(event.text);
    std::vector<Wwid> added;
    for (const std::pair<const Wwid, std::set<PathId>>& entry : core.paths_by_wwid) {
        if (!core.wwids.contains(entry.first) && read.contains(entry.first)) {
            added.push_back(entry.first);
        }
    }
    std::ranges::sort(added);
    for (const Wwid& wwid : added) {
        (void)core.wwids.add(wwid);  // the line for the file: it is there
        consider_map(core, wwid);
    }
}

void on_file_written(Core& core, const model::event::FileWritten& event) {
    if (on_reservation_keys_written(core, event)) {
        return;
    }
    if (!event.outcome) {
        core.log(LogLevel::warning, "state-file", nullptr, nullptr,
                 "cannot write " + std::string(event.op == core.naming_op ? "bindings" : "wwids") +
                     ": " + event.outcome.error().text());
    }
    if (event.op == core.wwids_op) {
        core.wwids_op = OpId{};
        return;
    }
    if (event.op != core.naming_op) {
        return;
    }
    core.naming_op = OpId{};
    for (std::pair<const MapId, Map>& entry : core.maps) {
        if (entry.second.naming_written) {
            entry.second.naming_written = false;
            entry.second.naming_pending = false;
            core.mark_dirty(entry.second);
        }
    }
}

void request_reload(Core& core, bool all) {
    core.reload_all = core.reload_all || all;
    if (!core.reconfiguring) {
        core.reconfiguring = true;
        core.emit(model::effect::NotifyReloading{});
        core.emit(model::effect::LoadConfig{});
    }
    core.visible = true;
}

void request_stop(Core& core) {
    if (core.stopping) {
        return;
    }
    core.stopping = true;
    core.daemon = model::DaemonState::shutdown;
    core.visible = true;
    core.stop_deadline = core.now + kStopMax;
    core.emit(model::effect::NotifyStopping{});
    if (core.options.one_shot) {
        return;  // a tool leaves everything as it made it
    }
    core.log(LogLevel::notice, "stopping", nullptr, nullptr, "stopping; maps stay as they are");
    for (std::pair<const MapId, Map>& entry : core.maps) {
        core.mark_dirty(entry.second);
    }
}

void settle(Core& core) {
    if (core.config == nullptr) {
        return;
    }
    run_early_commands(core);
    wake_timers(core);
    run_due_checks(core);
    run_due_samples(core);
    run_due_rounds(core);
    retrigger_due(core);
    report_incidents(core);
    reconcile_maps(core);
    flush_state_files(core);
    write_reservation_keys(core);
    settle_first_round(core);
    settle_stop(core);
}

}  // namespace mp::engine
