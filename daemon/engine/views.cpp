// SPDX-License-Identifier: GPL-2.0-or-later
// The picture that readers get. Views of paths and maps that did not change are the same objects as
// in the last picture, so a snapshot costs what changed, plus two vectors of pointers.
#include <algorithm>
#include <array>

#include "daemon/base/strings.h"
#include "daemon/dm/table_codec.h"
#include "daemon/engine/rules.h"

namespace mp::engine {

using model::GroupView;
using model::MapView;
using model::PathView;

namespace {

std::string offline_word(const Path& path) {
    const std::string& state = path.device->kernel_state;
    if (state.empty()) {
        return "unknown";
    }
    return state == "running" || state == "live" ? "running" : "offline";
}

std::shared_ptr<const PathView> view_of(Core& core, Path& path) {
    if (path.view != nullptr) {
        return path.view;
    }
    std::shared_ptr<PathView> view = std::make_shared<PathView>();
    const Map* map = core.map_of(path);
    view->id = path.id;
    view->device = path.device;
    view->wwid = path.wwid;
    view->map_alias = map == nullptr ? "" : map->alias;
    view->init = path.init;
    view->state = path.failed_by_command ? model::PathState::down : path.state;
    if (core.now < path.record.hold_until && path.good()) {
        view->held_reason = path.record.held_reason;
        view->held_until = path.record.hold_until;
        if (!path.trusted) {
            view->state = model::PathState::delayed;
        }
    }
    for (const std::shared_ptr<Tuning>& tuning : path.tunings) {
        if (tuning->outcome != nullptr) {
            view->settings.push_back(tuning->outcome);
        }
    }
    view->check_pending = path.run.running() && path.run.stage != CheckRun::Stage::sampling;
    view->dm_state = path.dm_state;
    view->offline_word = offline_word(path);
    view->checker = path.checker_name;
    view->checker_message = path.message;
    view->prioritizer = path.prioritizer_name;
    view->priority = path.priority;
    view->target_port_group = path.target_port_group;
    view->marginal = path.marginal;
    view->failures = path.failures;
    view->unused_reason = path.unused_reason;
    view->monitored = path.accepted;
    view->last_check = path.last_check;
    view->next_check = path.next_check;
    view->check_interval = path.interval;
    view->last_latency = path.last_latency;
    view->latency = path.latency;
    view->latency_notice = path.latency_notice;
    path.view = view;
    return view;
}

std::string failback_text(const Map& map) {
    switch (map.policy.failback.kind) {
        case conf::Failback::Kind::manual:
            return "manual";
        case conf::Failback::Kind::immediate:
            return "immediate";
        case conf::Failback::Kind::followover:
            return "followover";
        case conf::Failback::Kind::after:
            return "deferred:" +
                   std::to_string(
                       std::chrono::duration_cast<seconds>(map.policy.failback.delay).count());
    }
    return "undef";
}

std::string queueing_text(const Core& core, const Map& map) {
    if (map.queueing == Queueing::disabled_by_command || map.queueing == Queueing::expired) {
        return "off";
    }
    switch (map.policy.no_path_retry.kind) {
        case conf::NoPathRetry::Kind::unset:
            return "-";
        case conf::NoPathRetry::Kind::fail:
            return "off";
        case conf::NoPathRetry::Kind::queue:
            return "on";
        case conf::NoPathRetry::Kind::retries:
            break;
    }
    if (map.queueing == Queueing::counting) {
        Duration left = std::max(Duration{0}, map.queueing_deadline - core.now);
        return std::to_string(std::chrono::duration_cast<seconds>(left).count()) + " sec";
    }
    return std::to_string(map.policy.no_path_retry.retries) + " chk";
}

std::optional<model::NumaShares> numa_shares(const model::TableGroup& table,
                                             const model::StatusGroup* status) {
    if (table.selector != conf::kNumaSelector || status == nullptr ||
        status->selector_status.size() < 3) {
        return std::nullopt;
    }
    std::array<std::uint64_t, 3> counts{};
    for (std::size_t i = 0; i < counts.size(); ++i) {
        Result<std::uint64_t> count = parse_u64(status->selector_status[i]);
        if (!count) {
            return std::nullopt;
        }
        counts[i] = *count;
    }
    return model::NumaShares{counts[0], counts[1], counts[2]};
}

GroupView group_view(Core& core, const PathGroup& group, const model::TableGroup* table,
                     const model::StatusGroup* status) {
    GroupView view;
    if (table != nullptr) {
        view.selector = table->selector + " " + dm::render_counted(table->selector_args);
        view.numa = numa_shares(*table, status);
    }
    view.priority = group.priority;
    view.marginal = group.marginal;
    view.dm_state = status == nullptr ? model::DmGroupState::undef : status->state;
    for (const GroupingPath& member : group.paths) {
        Path* path = core.find_path(member.id);
        if (path != nullptr) {
            view.paths.push_back(view_of(core, *path));
        }
    }
    return view;
}

void show_imagined(Core& core, const Map& map, MapView& view) {
    view.size_sectors = map.imagined->size_sectors;
    view.features = dm::render_counted(map.imagined->features);
    view.hw_handler = dm::render_counted(map.imagined->hw_handler);
    view.groups.clear();
    for (std::size_t i = 0; i < map.groups.size() && i < map.imagined->groups.size(); ++i) {
        view.groups.push_back(group_view(core, map.groups[i], &map.imagined->groups[i], nullptr));
    }
}

std::shared_ptr<const MapView> view_of(Core& core, Map& map) {
    if (map.view != nullptr) {
        return map.view;
    }
    std::shared_ptr<MapView> view = std::make_shared<MapView>();
    view->id = map.id;
    view->alias = map.alias;
    view->wwid = map.wwid;
    view->size_sectors = map.size_sectors;
    view->action = map.action;
    view->failback = failback_text(map);
    view->failback_due = map.failback_due;
    view->failback_delay = map.policy.failback.kind == conf::Failback::Kind::after
                               ? map.policy.failback.delay
                               : Duration{0};
    view->queueing = queueing_text(core, map);
    view->map_failures = map.map_failures;
    view->path_faults = map.path_faults;
    view->group_switches = map.group_switches;
    view->table_loads = map.table_loads;
    view->queueing_time = map.queueing_time;
    view->queueing_timeouts = map.queueing_timeouts;
    if (map.actual) {
        const model::DmMapState& actual = *map.actual;
        view->exists = true;
        view->dm_minor = actual.minor;
        view->size_sectors = actual.live_table ? actual.table.size_sectors : map.size_sectors;
        view->features = dm::render_counted(actual.table.features);
        view->hw_handler = dm::render_counted(actual.table.hw_handler);
        view->read_only = actual.read_only;
        view->suspended = actual.suspended;
        std::vector<PathGroup> groups = present_groups(core, map);
        for (std::size_t i = 0; i < groups.size(); ++i) {
            const model::StatusGroup* status =
                i < actual.status.groups.size() ? &actual.status.groups[i] : nullptr;
            view->groups.push_back(group_view(core, groups[i], &actual.table.groups[i], status));
        }
    }
    if (map.imagined) {
        show_imagined(core, map, *view);
    }
    for (PathId id : map.paths) {
        const Path& path = *core.find_path(id);
        view->active_paths += path.good() ? 1U : 0U;
        view->max_sectors_kb = std::max(view->max_sectors_kb, path.device->max_sectors_kb);
    }
    map.view = view;
    return view;
}

}  // namespace

std::shared_ptr<const model::Snapshot> build_snapshot(Core& core,
                                                      const model::ProbingLoad& probing) {
    std::shared_ptr<model::Snapshot> snapshot = std::make_shared<model::Snapshot>();
    snapshot->generation = ++core.generation;
    snapshot->taken = core.now;
    snapshot->daemon = core.daemon;
    snapshot->reconfigure_pending = core.reconfiguring;
    snapshot->config = core.config;
    snapshot->other_devices = core.other_devices;
    snapshot->native_maps = core.native_maps;
    snapshot->probing = probing;
    snapshot->checks = core.checks;
    snapshot->light_checks = core.light_checks;
    snapshot->paths.reserve(core.paths.size());
    for (std::pair<const PathId, Path>& entry : core.paths) {
        snapshot->paths.push_back(view_of(core, entry.second));
    }
    snapshot->maps.reserve(core.maps.size());
    snapshot->busy = !core.first_round_done || core.reconfiguring;
    for (std::pair<const MapId, Map>& entry : core.maps) {
        Map& map = entry.second;
        snapshot->busy = snapshot->busy || map.op || map.dirty;
        if (map.actual || map.imagined) {
            snapshot->maps.push_back(view_of(core, map));
        }
    }
    core.visible = false;
    core.visible_soon = false;
    core.last_snapshot = core.now;
    return snapshot;
}

}  // namespace mp::engine
