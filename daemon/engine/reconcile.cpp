// SPDX-License-Identifier: GPL-2.0-or-later
// From what a map should be to one plan, and from the plan's outcome to the next look.
//
// A map is looked at whenever something about it changed. What it should be is computed from
// scratch, compared with what the kernel last said, and the difference becomes one plan; while a
// plan is in flight the map waits. Path states are level-set in the same way: the kernel's A or F
// against our trust, so no failure or recovery can be lost between two events.
//
// Order inside a plan: first I/O is taken off paths that must not have it (they may lead to another
// disk), then the table, then group changes. A new table starts with every path active; the states
// that it forgot are set by the next plan, from what is known then: a swap can wait for a hung disk
// for minutes, and an order to fail a path must not be that old.
#include <algorithm>
#include <set>
#include <utility>

#include "daemon/dm/planner.h"
#include "daemon/engine/rules.h"

namespace mp::engine {

using model::DmPathState;
using model::LogLevel;
using model::MultipathTable;
using model::Plan;
using model::Step;

namespace {

// I/O that hangs in a path is given up by the kernel's own time-outs within this time or never.
constexpr Duration kHungIoMax = seconds(120);
constexpr Duration kHungLook = seconds(1);
constexpr Duration kRemovalGap = seconds(1);
constexpr Duration kRetryFirst = milliseconds(200);
constexpr Duration kRetryMax = seconds(30);

/// The table that the step brings into the kernel; null when it brings none.
const MultipathTable* table_of(const Step& step) {
    if (const model::step::Create* create = std::get_if<model::step::Create>(&step)) {
        return &create->table;
    }
    const model::step::Load* load = std::get_if<model::step::Load>(&step);
    return load == nullptr ? nullptr : &load->table;
}

bool brings_table(const Step& step) {
    return table_of(step) != nullptr;
}

bool swaps_table(const Plan& plan) {
    return std::ranges::any_of(plan.steps, brings_table);
}

bool removes(const Plan& plan) {
    return std::ranges::any_of(plan.steps, [](const Step& step) {
        return std::holds_alternative<model::step::Remove>(step);
    });
}

std::string action_of(const Plan& plan) {
    for (const Step& step : plan.steps) {
        if (std::holds_alternative<model::step::Create>(step)) {
            return "create";
        }
        if (std::holds_alternative<model::step::Load>(step)) {
            return "reload";
        }
        if (std::holds_alternative<model::step::Rename>(step)) {
            return "rename";
        }
    }
    return "";
}

bool has_usable(Core& core, const std::vector<PathId>& members) {
    return std::ranges::any_of(members,
                               [&core](PathId id) { return core.find_path(id)->serves(); });
}

bool all_ghost(Core& core, const std::vector<PathId>& members) {
    return std::ranges::all_of(
        members, [&core](PathId id) { return core.find_path(id)->state != model::PathState::up; });
}

// ghost_delay: a new map whose paths are all passive is announced as not ready for a while.
bool ghost_hold(Core& core, Map& map, const std::vector<PathId>& members) {
    if (!map.policy.ghost_delay || !all_ghost(core, members)) {
        if (map.ghost_until != kNever) {
            map.ghost_until = kNever;
            map.force_reload = map.actual.has_value();
        }
        return false;
    }
    if (!map.actual && map.ghost_until == kNever) {
        map.ghost_until = core.now + *map.policy.ghost_delay;
    }
    if (map.ghost_until == kNever) {
        return false;
    }
    if (map.ghost_until <= core.now) {
        map.ghost_until = kNever;
        map.force_reload = true;
        return false;
    }
    return true;
}

dm::DesiredMap desired_map(Core& core, Map& map, const std::vector<PathId>& members) {
    dm::DesiredMap desired;
    desired.name = map.alias;
    desired.uuid = model::kUuidPrefix + map.wwid.str();
    TableFacts facts;
    facts.size_sectors = map.size_sectors;
    facts.all_paths_tpgs = !members.empty();
    for (PathId id : members) {
        const model::BlockDevice& device = *core.find_path(id)->device;
        desired.read_only = desired.read_only || device.read_only;
        facts.all_paths_tpgs = facts.all_paths_tpgs && device.tpgs.value_or(0) > 0;
        facts.needs_bio = facts.needs_bio || device.protocol == model::Protocol::nvme_tcp;
        bool agrees = id == members.front() || facts.attached_handler == device.dh_state;
        facts.attached_handler = agrees ? device.dh_state : "";
    }
    for (PathGroup& group : map.groups) {
        for (GroupingPath& path : group.paths) {
            path.numa_node = core.find_path(path.id)->device->adapter.numa_node;
        }
    }
    facts.numa_refused = map.numa_refused;
    desired.table = desired_table(map.groups, map.policy, facts);
    desired.queueing = wants_queueing(core, map);
    desired.owner = {map.policy.mode, map.policy.uid, map.policy.gid};
    desired.skip_kpartx = map.policy.skip_kpartx;
    bool hold = ghost_hold(core, map, members);
    desired.no_path = hold || !has_usable(core, members);
    desired.suspended = map.suspended_by_command;
    desired.force_reload = map.force_reload && map.actual.has_value();
    return desired;
}

std::string devt_message(const char* verb, DevT devt) {
    return std::string(verb) + " " + devt.str();
}

// The messages that make the kernel's path states equal to our trust.
void add_path_messages(Core& core, const Map& map, Plan& plan, const std::set<DevT>& members) {
    bool swapped = swaps_table(plan);
    std::vector<Step> before;
    std::vector<Step> after;
    if (map.actual) {
        for (const model::StatusGroup& group : map.actual->status.groups) {
            for (const model::StatusPath& status : group.paths) {
                const Path* path = core.find_path(status.devt);
                bool ours = path != nullptr && path->map == map.id && members.contains(status.devt);
                bool unjudged = ours && path->state == model::PathState::unchecked;
                bool wanted = ours && path->serves();
                if (status.state == DmPathState::active && !wanted && !unjudged) {
                    before.push_back(model::step::Message{devt_message("fail_path", status.devt)});
                }
                if (!swapped && status.state == DmPathState::failed && wanted) {
                    after.push_back(
                        model::step::Message{devt_message("reinstate_path", status.devt)});
                }
            }
        }
    }
    if (map.actual && map.actual->suspended) {
        // The kernel refuses messages to a suspended map, and no I/O flows before it is resumed. A
        // new table comes with messages of its own; one about a path that it has not got is
        // refused.
        if (!swapped) {
            after.insert(after.begin(), before.begin(), before.end());
        }
        before.clear();
    }
    plan.steps.insert(plan.steps.begin(), before.begin(), before.end());
    plan.steps.insert(plan.steps.end(), after.begin(), after.end());
    for (PathId id : map.paths) {
        Path& path = *core.find_path(id);
        Step failing = model::step::Message{devt_message("fail_path", path.device->devt)};
        bool sent = std::ranges::find(plan.steps, failing) != plan.steps.end();
        path.fail_sent = path.fail_sent || sent;
    }
}

void add_group_messages(Core& core, Map& map, Plan& plan) {
    if (!map.actual || swaps_table(plan)) {
        map.failback_due = swaps_table(plan) ? kNever : map.failback_due;
        return;
    }
    std::uint32_t number = 0;
    for (const model::StatusGroup& group : map.actual->status.groups) {
        ++number;
        bool usable = std::ranges::any_of(group.paths, [&core](const model::StatusPath& status) {
            const Path* path = core.find_path(status.devt);
            return path != nullptr && path->trusted;
        });
        if (group.state == model::DmGroupState::disabled && usable) {
            plan.steps.push_back(model::step::Message{"enable_group " + std::to_string(number)});
        }
    }
    std::uint32_t target = group_to_switch_to(core, map);
    if (target != 0) {
        plan.steps.push_back(model::step::Message{"switch_group " + std::to_string(target)});
    }
}

void imagine(Core& core, Map& map, const Plan& plan) {
    map.action = action_of(plan);
    map.imagined.reset();
    for (const Step& step : plan.steps) {
        if (const MultipathTable* table = table_of(step)) {
            map.imagined = *table;
        }
    }
    core.touch(map);
}

void run_plan(Core& core, Map& map, Plan plan) {
    if (core.options.dry_run) {
        imagine(core, map, plan);
        return;
    }
    map.op = core.new_op();
    map.plan_removes = removes(plan);
    map.plan_swaps = swaps_table(plan);
    map.plan_table_step = static_cast<std::size_t>(std::ranges::find_if(plan.steps, brings_table) -
                                                   plan.steps.begin());
    map.action = action_of(plan);
    map.force_reload = false;
    core.map_ops[map.op] = map.id;
    for (const Step& step : plan.steps) {
        if (const MultipathTable* table = table_of(step)) {
            hold_loading(core, map, *table);
        }
    }
    core.touch(map);
    core.log(LogLevel::debug, "plan", &map, nullptr, dm::render_plan(plan));
    core.emit(model::effect::RunPlan{map.op, std::move(plan)});
}

void start_removal(Core& core, Map& map) {
    if (!map.actual) {
        answer_waiters(core, map, {true, ""});
        erase_map(core, map.id);
        return;
    }
    if (map.actual->deferred_remove) {
        answer_waiters(core, map, {true, ""});
        return;  // goes by itself when its last user lets go
    }
    dm::RemoveOptions options;
    options.deferred = map.deferred_removal;
    options.stop_queueing = map.stop_queueing_for_removal;
    Plan plan = dm::plan_remove(*map.actual, options);
    if (map.paths.empty() && !map.actual->suspended) {
        // None of its devices is its own any more, and the removal may be refused: I/O comes first.
        add_path_messages(core, map, plan, {});
    }
    run_plan(core, map, std::move(plan));
}

// The last path is out. The map goes, or stays with an empty table, which lets go of the devices
// and fails or holds I/O as configured.
void without_members(Core& core, Map& map, Plan& plan) {
    if (!map.actual) {
        if (map.paths.empty()) {
            answer_waiters(core, map, {false, ""});
            erase_map(core, map.id);
        }
        return;
    }
    conf::FlushOnLastDel flush = map.policy.flush_on_last_del;
    bool due = !map.kept_without_paths || map.flush_due <= core.now;
    if (map.paths.empty() && flush != conf::FlushOnLastDel::never && due) {
        map.wanted = false;
        map.flush_due = kNever;
        map.deferred_removal = map.policy.deferred_remove;
        map.stop_queueing_for_removal = flush == conf::FlushOnLastDel::always;
        core.log(map.flushes == 0 ? LogLevel::notice : LogLevel::debug, "last-path-gone", &map,
                 nullptr, "its last path was removed; flushing the map");
        start_removal(core, map);
        return;
    }
    map.groups.clear();
    plan = dm::plan_steps(map.actual, desired_map(core, map, {}));
}

// To swap a table the kernel waits for all I/O of the map, and holds new I/O back meanwhile. With a
// path that hangs that takes as long as the hang, so a swap waits while I/O can flow without it.
bool swap_would_hang(Core& core, const Map& map) {
    if (!map.actual || !map.waiters.empty()) {
        return false;
    }
    bool hangs = false;
    bool flows = false;
    for (const model::TableGroup& group : map.actual->table.groups) {
        for (const model::TablePath& table_path : group.paths) {
            const Path* path = core.find_path(table_path.devt);
            if (path != nullptr && path->map == map.id) {
                hangs = hangs ||
                        (path->hung_since != kNever && core.now - path->hung_since < kHungIoMax);
                flows = flows || path->serves();
            }
        }
    }
    return hangs && flows;
}

void settle_resize(Core& core, Map& map, const std::vector<PathId>& members) {
    std::set<std::uint64_t> sizes;
    for (PathId id : members) {
        sizes.insert(core.find_path(id)->device->size_sectors);
    }
    if (sizes.size() == 1 && *sizes.begin() != map.size_sectors && *sizes.begin() != 0) {
        std::uint64_t size = *sizes.begin();
        conf::AutoResize automatic = core.config->globals().auto_resize;
        bool grows = size > map.size_sectors;
        if (map.resize_wanted || automatic == conf::AutoResize::grow_shrink ||
            (automatic == conf::AutoResize::grow_only && grows)) {
            core.log(LogLevel::notice, "map-resized", &map, nullptr,
                     "size " + std::to_string(map.size_sectors) + " -> " + std::to_string(size) +
                         " sectors");
            map.size_sectors = size;
        }
    }
    if (map.resize_wanted && map.resize_rereads == 0) {
        map.resize_wanted = false;
        if (sizes.size() > 1) {
            answer_waiters(core, map, {false, "the paths have different sizes\n"});
        }
    }
}

void reconcile(Core& core, Map& map) {
    map.dirty = false;
    if (!core.maps_listed || !core.enumerated) {
        return;  // settle_adopted marks every map again
    }
    if (map.retry_at > core.now && map.waiters.empty()) {
        return;  // the last plan was refused; the same one again at once would be refused again
    }
    if (!map.wanted && map.removal_due <= core.now) {
        start_removal(core, map);
        return;
    }
    if (map.naming_pending && !map.actual) {
        return;
    }
    bool only_looks = core.options.observe_only && !core.options.dry_run;
    if (only_looks || !is_chosen(core, map.wwid)) {
        return;
    }
    std::vector<PathId> members = table_members(core, map);
    settle_resize(core, map, members);
    update_queueing(core, map);
    Plan plan;
    plan.map_name = map.actual ? map.actual->name : map.alias;
    plan.uuid = model::kUuidPrefix + map.wwid.str();
    bool table_work = core.now >= map.not_before || !map.waiters.empty();
    if (table_work && swap_would_hang(core, map)) {
        table_work = false;
        map.not_before = core.now + kHungLook;
    }
    if (members.empty()) {
        MapId id = map.id;
        without_members(core, map, plan);
        Map* still = core.find_map(id);
        if (still == nullptr || still->op || !still->actual) {
            return;
        }
    } else if (table_work) {
        map.kept_without_paths = false;
        map.flush_due = kNever;
        map.flushes = 0;
        make_groups(core, map, members);
        plan = dm::plan_steps(map.actual, desired_map(core, map, members));
    }
    if (!map.suspended_by_command) {
        std::set<DevT> devices;
        for (PathId id : members) {
            devices.insert(core.find_path(id)->device->devt);
        }
        add_path_messages(core, map, plan, devices);
        add_group_messages(core, map, plan);
    }
    if (!plan.steps.empty()) {
        run_plan(core, map, std::move(plan));
    } else if (map.resize_rereads == 0 && map.wanted) {
        answer_waiters(core, map, {true, ""});
    }
}

Duration retry_after(int attempts) {
    return std::min<Duration>(kRetryFirst * (1LL << std::min(attempts - 1, 8)), kRetryMax);
}

// The module can be there and not fit this kernel, or not be signed; the kernel says only that the
// table is invalid. Without the selector the same table may be good.
bool fall_back_from_numa(Core& core, Map& map, const model::event::PlanDone& event) {
    bool refused = map.plan_swaps && event.steps_done == map.plan_table_step &&
                   event.outcome.error().code == Errc::invalid;
    if (!refused || map.numa_refused || map.policy.selector != conf::kNumaSelector) {
        return false;
    }
    bool first = std::ranges::none_of(core.maps, [](const std::pair<const MapId, Map>& entry) {
        return entry.second.numa_refused;
    });
    map.numa_refused = true;
    core.log(first ? LogLevel::warning : LogLevel::info, "selector-refused", &map, nullptr,
             std::string("the kernel refuses a table with path selector ") + conf::kNumaSelector +
                 " (its log says why); " + conf::kDefaultSelector +
                 " is used until the next reconfigure");
    return true;
}

void plan_failed(Core& core, Map& map, const Error& error, bool was_removal, bool existed) {
    ++map.attempts;
    map.not_before = core.now + retry_after(map.attempts);
    map.retry_at = map.not_before;
    if (was_removal) {
        bool busy = error.code == Errc::busy;
        if (busy && map.removal_tries > 0) {  // it stays in service until then
            --map.removal_tries;
            map.removal_due = core.now + kRemovalGap;
            map.not_before = core.now;
            map.retry_at = Instant{};
            return;
        }
        answer_waiters(core, map,
                       {false, busy ? "map or partition in use\n" : error.text() + "\n"});
        map.wanted = true;
        map.kept_without_paths = map.paths.empty();
        map.not_before = core.now;
        map.retry_at = Instant{};
        LogLevel level = busy ? LogLevel::notice : LogLevel::warning;
        core.log(map.flushes == 0 ? level : LogLevel::debug, "map-not-removed", &map, nullptr,
                 "the map cannot be removed: " + error.text());
        if (map.kept_without_paths) {
            // Whoever has it open (udev for a moment, a user for a week) tells nobody when he
            // closes it.
            map.flush_due = core.now + retry_after(++map.flushes);
        }
    } else {
        LogLevel level = map.attempts == 1 ? LogLevel::error : LogLevel::info;
        core.log(level, "plan-failed", &map, nullptr,
                 (map.action.empty() ? "a message" : map.action) + " failed: " + error.text());
        answer_waiters(core, map, {false, error.text() + "\n"});
        if (!existed && map.attempts == 1) {
            core.emit(model::effect::MarkFailedWwid{map.wwid.str(), true});
        }
    }
}

}  // namespace

void on_plan_done(Core& core, const model::event::PlanDone& event) {
    std::unordered_map<OpId, MapId>::iterator found = core.map_ops.find(event.op);
    if (found == core.map_ops.end()) {
        return;
    }
    Map* map = core.find_map(found->second);
    core.map_ops.erase(found);
    if (map == nullptr) {
        return;
    }
    map->op = OpId{};
    bool existed = map->actual.has_value();
    bool was_removal = map->plan_removes;
    if (event.outcome) {
        map->attempts = 0;
        map->table_loads += map->plan_swaps ? 1U : 0U;
        if (!existed && event.now) {
            core.log(LogLevel::notice, "map-created", map, nullptr,
                     "map created as dm-" + std::to_string(event.now->minor));
            core.emit(model::effect::MarkFailedWwid{map->wwid.str(), false});
        }
    }
    if (map->plan_swaps && event.steps_done > 0) {
        for (PathId id : map->paths) {  // a new table counts failures from nought
            Path* path = core.find_path(id);
            path->dm_state = DmPathState::undef;
            path->dm_fail_count = 0;
        }
    }
    if (event.now) {
        absorb_state(core, *map, *event.now);
    } else if (event.outcome || event.outcome.error().code == Errc::gone) {
        forget_state(core, *map);
    }
    if (!event.outcome && !fall_back_from_numa(core, *map, event)) {
        plan_failed(core, *map, event.outcome.error(), was_removal, existed);
    }
    map->action.clear();
    core.mark_dirty(*map);
    if (was_removal && event.outcome && !event.now) {
        core.log(LogLevel::notice, "map-removed", map, nullptr, "map removed");
        answer_waiters(core, *map, {true, ""});
        erase_map(core, map->id);
        return;
    }
    if (map->query_again) {
        map->query_again = false;
        query_map(core, *map);
    }
}

void reconcile_maps(Core& core) {
    std::set<MapId> work = std::exchange(core.dirty_maps, {});
    for (MapId id : work) {
        Map* map = core.find_map(id);
        if (map == nullptr) {
            continue;
        }
        if (map->op) {
            core.dirty_maps.insert(id);  // looked at again when the operation is done
            continue;
        }
        reconcile(core, *map);
        map = core.find_map(id);
        if (map != nullptr) {
            Instant wake = std::min(
                {map->queueing_deadline, map->failback_due, map->ghost_until, map->flush_due});
            for (Instant later : {map->not_before, map->retry_at, map->removal_due}) {
                wake = later > core.now ? std::min(wake, later) : wake;
            }
            core.wake_map(*map, wake);
        }
    }
}

}  // namespace mp::engine
