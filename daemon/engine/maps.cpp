// SPDX-License-Identifier: GPL-2.0-or-later
// Which maps exist, and what does the kernel say of them?
//
// A map is made for a WWID when find_multipaths allows it and at least one path has been checked
// and verified; a map that the kernel already has is adopted as it stands. Before the first
// enumeration and the first list of maps are both complete nothing is created: half the truth makes
// needless reloads. What the kernel reports later (status, events, the result of a plan) is
// absorbed here: a path that the kernel failed while we trusted it loses that trust at once.
#include <algorithm>
#include <utility>

#include "daemon/engine/find_multipaths.h"
#include "daemon/engine/rules.h"

namespace mp::engine {

using model::DmMapState;
using model::DmPathState;
using model::LogLevel;

namespace {

// A path that just appeared is rarely alone: its siblings' events are on their way.
constexpr Duration kGatherFor = milliseconds(150);
// A path whose first check hangs does not keep the others of its disk waiting for longer than this.
constexpr Duration kFirstCheckWaitMax = seconds(3);
// Our own creations change the set of maps too; one list answers for a burst of them.
constexpr Duration kListGap = seconds(1);
// A map whose group is in use is read again no sooner: there is little left to learn.
constexpr Duration kRestInUse = seconds(180);

bool may_carry_io(const Path& path) {
    bool known =
        path.identity == IdentityState::verified || path.identity == IdentityState::unverifiable;
    return path.accepted && path.present && !path.excluded && known;
}

bool by_devt(Core& core, PathId a, PathId b) {
    return core.find_path(a)->device->devt < core.find_path(b)->device->devt;
}

Map& new_map(Core& core, const Wwid& wwid) {
    MapId id{core.next_id++};
    Map& map = core.maps[id];
    map.id = id;
    map.wwid = wwid;
    core.map_by_wwid[wwid] = id;
    core.visible = true;
    return map;
}

void set_alias(Core& core, Map& map, const std::string& alias) {
    std::unordered_map<std::string, MapId>::iterator old = core.map_by_alias.find(map.alias);
    if (old != core.map_by_alias.end() && old->second == map.id) {
        core.map_by_alias.erase(old);
    }
    map.alias = alias;
    core.map_by_alias[alias] = map.id;
    core.touch(map);
}

// The name that the map should have. A new binding is on its way to the file before the map is
// made.
std::string name_for(Core& core, Map& map) {
    AliasRequest request;
    request.wwid = map.wwid;
    request.configured = map.policy.alias;
    request.user_friendly_names = map.policy.user_friendly_names;
    request.prefix = map.policy.alias_prefix;
    request.existing = map.actual ? map.actual->name : "";
    request.read_only = core.options.read_only_bindings;
    AliasChoice choice = choose_alias(request, core.bindings, [&](const std::string& name) {
        Map* other = core.find_map(std::string_view(name));
        return other != nullptr && other->id != map.id;
    });
    if (!choice.append.empty() && !core.options.observe_only) {
        core.bindings_to_write += choice.append;
        map.naming_pending = true;
    }
    if (!choice.problem.empty()) {
        core.log(LogLevel::warning, "alias", &map, nullptr, choice.problem);
    }
    return choice.alias;
}

void refresh_policy(Core& core, Map& map) {
    const Path* any = nullptr;
    for (PathId id : map.paths) {
        const Path* path = core.find_path(id);
        if (path != nullptr && (any == nullptr || path->present)) {
            any = path;
        }
    }
    static const model::BlockDevice kUnknown;
    conf::MapPolicy policy =
        core.config->map_policy(map.wwid, any == nullptr ? kUnknown : *any->device);
    map.regroup = map.regroup || policy != map.policy;
    map.policy = std::move(policy);
}

bool waits_for_first_checks(Core& core, const std::set<PathId>& ids) {
    for (PathId id : ids) {
        const Path* path = core.find_path(id);
        if (path->present && path->state == model::PathState::unchecked && path->run.running() &&
            core.now - path->run.started < kFirstCheckWaitMax) {
            return true;
        }
    }
    return false;
}

void explain_waiting(Core& core, const std::set<PathId>& ids, const std::string& reason) {
    for (PathId id : ids) {
        Path* path = core.find_path(id);
        if (path->unused_reason != reason) {
            path->unused_reason = reason;
            core.touch(*path);
        }
    }
}

// The kernel's word on one path of the live table.
void absorb_path(Core& core, Path& path, const model::StatusPath& status) {
    // A path that is trusted again stays failed until our message has reinstated it; only a failure
    // that was not there before is news.
    bool news = path.dm_state != DmPathState::failed || status.fail_count > path.dm_fail_count;
    bool sent = std::exchange(path.fail_sent, false);
    news = news && !sent;
    path.dm_fail_count = status.fail_count;
    if (path.dm_state != status.state) {
        path.dm_state = status.state;
        core.touch(path);
    }
    if (sent && status.state == DmPathState::failed) {
        // An I/O may have failed on it as well while our plan was under way, which looks the same:
        // only a check that begins now counts.
        path.distrusted_at = core.now;
        bool recovered = std::exchange(path.trusted, false);
        if (recovered || path.run.running()) {
            check_now(core, path);
        }
        return;
    }
    if (status.state != DmPathState::failed || !news) {
        return;
    }
    if (path.trusted && path.map) {
        apply_kernel_failure(core, path, "the kernel failed the path after an I/O error");
    } else {  // a check that began before this failure says nothing about it
        path.trusted = false;
        path.distrusted_at = core.now;
        check_now(core, path);
    }
}

void absorb_paths(Core& core, const DmMapState& actual) {
    for (const model::StatusGroup& group : actual.status.groups) {
        for (const model::StatusPath& status : group.paths) {
            Path* path = core.find_path(status.devt);
            if (path != nullptr) {
                absorb_path(core, *path, status);
            }
        }
    }
}

// A map is often known before its paths are.
void absorb_newcomer(Core& core, const Map& map, Path& path) {
    if (!map.actual) {
        return;
    }
    for (const model::StatusGroup& group : map.actual->status.groups) {
        for (const model::StatusPath& status : group.paths) {
            if (status.devt == path.device->devt) {
                absorb_path(core, path, status);
            }
        }
    }
}

// Of the live table and of one that was sent: the kernel may make that one live at any moment,
// after an hour in the queue of a hung disk even.
std::set<DevT> held_devices(const Map& map) {
    std::set<DevT> devices = map.loading;
    if (map.actual) {
        devices.merge(devices_of(map.actual->table));
    }
    return devices;
}

// The devices that the map holds in the kernel are not put into another map's table meanwhile;
// whoever waits for one that is let go is looked at again.
void hold_devices(Core& core, const Map& map, const std::set<DevT>& before) {
    std::set<DevT> held = held_devices(map);
    for (DevT devt : before) {
        std::unordered_map<DevT, MapId>::iterator holder = core.table_holder.find(devt);
        if (held.contains(devt) || holder == core.table_holder.end() || holder->second != map.id) {
            continue;
        }
        core.table_holder.erase(holder);
        Path* path = core.find_path(devt);
        Map* waiting = path == nullptr ? nullptr : core.map_of(*path);
        if (waiting != nullptr && waiting->id != map.id) {
            core.mark_dirty(*waiting);
        }
    }
    for (DevT devt : held) {
        core.table_holder[devt] = map.id;
    }
}

void map_vanished(Core& core, Map& map) {
    forget_state(core, map);
    core.flushed.insert(map.wwid);
    core.log(LogLevel::notice, "map-gone", &map, nullptr, "the map was removed by someone else");
    answer_waiters(core, map, {true, ""});
    erase_map(core, map.id);
}

// udev said of the disk that it is nobody's, before the map was there. It is asked again, so that
// nothing scans or mounts a path of a map.
void have_members_claimed(Core& core, const Map& map) {
    if (core.options.observe_only) {
        return;
    }
    for (const model::TableGroup& group : map.actual->table.groups) {
        for (const model::TablePath& member : group.paths) {
            Path* path = core.find_path(member.devt);
            if (path == nullptr || path->claim_asked || !path->present) {
                continue;
            }
            auto said = path->device->properties.find("DM_MULTIPATH_DEVICE_PATH");
            if (said != path->device->properties.end() && said->second == "0") {
                path->claim_asked = true;
                core.emit(model::effect::RetriggerDevice{path->device->sys_path});
            }
        }
    }
}

}  // namespace

std::set<DevT> devices_of(const model::MultipathTable& table) {
    std::set<DevT> devices;
    for (const model::TableGroup& group : table.groups) {
        for (const model::TablePath& path : group.paths) {
            devices.insert(path.devt);
        }
    }
    return devices;
}

void hold_loading(Core& core, Map& map, const model::MultipathTable& table) {
    map.loading.merge(devices_of(table));
    hold_devices(core, map, {});
}

void forget_state(Core& core, Map& map) {
    std::set<DevT> before = held_devices(map);
    map.actual.reset();
    map.loading.clear();
    hold_devices(core, map, before);
}

void absorb_state(Core& core, Map& map, const DmMapState& state) {
    std::uint32_t old_group = map.actual ? map.actual->status.next_group : 0;
    bool had_groups = map.actual && !map.actual->status.groups.empty();
    std::set<DevT> before = held_devices(map);
    map.actual = state;
    map.read_at = core.now;
    if (!state.inactive_table) {
        map.loading.clear();
    }
    hold_devices(core, map, before);
    if (map.size_sectors == 0) {
        map.size_sectors = state.table.size_sectors;
    }
    absorb_paths(core, state);
    have_members_claimed(core, map);
    if (had_groups && old_group != 0 && state.status.next_group != old_group &&
        state.status.next_group != 0) {
        ++map.group_switches;
        core.log(LogLevel::notice, "group-switched", &map, nullptr,
                 "path group " + std::to_string(old_group) + " -> " +
                     std::to_string(state.status.next_group));
        group_switched(core, map);
    }
    core.mark_dirty(map);
}

bool is_chosen(Core& core, const Wwid& wwid) {
    const std::string& only = core.options.only;
    if (only.empty() || only == wwid.str()) {
        return true;
    }
    if (const Path* path = core.find_path(std::string_view(only))) {
        return path->wwid == wwid;
    }
    if (const Map* map = core.find_map(std::string_view(only))) {
        return map->wwid == wwid;
    }
    const Wwid* bound = core.bindings.wwid_of(only);
    return (bound != nullptr && *bound == wwid) ||
           core.config->map_policy(wwid, model::BlockDevice{}).alias == only;
}

void consider_map(Core& core, const Wwid& wwid) {
    if (wwid.empty() || !core.maps_listed || !core.enumerated || core.stopping ||
        (core.options.observe_only && !core.options.dry_run)) {
        return;
    }
    std::map<Wwid, std::set<PathId>>::iterator found = core.paths_by_wwid.find(wwid);
    if (found == core.paths_by_wwid.end()) {
        return;
    }
    Map* map = core.find_map(wwid);
    if (map == nullptr && !is_chosen(core, wwid)) {
        return;
    }
    if (map == nullptr) {
        const std::set<PathId>& ids = found->second;
        CreationFacts facts;
        facts.paths = ids.size();
        facts.wwid_known = core.wwids.contains(wwid);
        conf::FindMultipaths mode = core.config->globals().find_multipaths;
        CreationDecision decision =
            decide_map_creation(core.options.ignore_wwids ? without_wwids_file(mode) : mode, facts);
        if (core.flushed.contains(wwid)) {
            explain_waiting(core, ids, "its map was removed by command");
            return;
        }
        if (decision.creation != Creation::create) {
            explain_waiting(core, ids, decision.reason);
            if (core.first_round_done && !core.wwids_asked) {
                core.wwids_asked = true;  // `multipath -a` writes the file and tells nobody
                core.emit(model::effect::LoadWwids{});
            }
            return;
        }
        bool any_trusted = std::ranges::any_of(ids, [&core](PathId id) {
            return core.find_path(id)->trusted && may_carry_io(*core.find_path(id));
        });
        if (!any_trusted) {
            return;
        }
        std::erase_if(core.waiting_wwids, [&wwid](const std::pair<Instant, Wwid>& waiting) {
            return waiting.second == wwid;
        });
        if (waits_for_first_checks(core, ids)) {
            core.waiting_wwids.insert({core.now + kFirstCheckWaitMax, wwid});
            return;
        }
        map = &new_map(core, wwid);
        map->alias = wwid.str();
        for (PathId id : ids) {
            join_map(core, *map, *core.find_path(id));
        }
        refresh_policy(core, *map);
        set_alias(core, *map, name_for(core, *map));
        map->not_before = core.first_round_done ? core.now + kGatherFor : core.now;
        if (!core.wwids.contains(wwid) && !core.options.observe_only) {
            core.wwids_to_write += core.wwids.add(wwid);
        }
        return;
    }
    bool grew = false;
    for (PathId id : found->second) {
        Path* path = core.find_path(id);
        if (path->map != map->id && may_carry_io(*path)) {
            join_map(core, *map, *path);
            grew = true;
        }
    }
    if (grew && core.first_round_done) {
        map->not_before = std::max(map->not_before, core.now + kGatherFor);
    }
}

void join_map(Core& core, Map& map, Path& path) {
    if (path.map == map.id) {
        return;
    }
    MP_ASSERT(path.wwid == map.wwid);
    MP_ASSERT(!path.map);
    path.map = map.id;
    path.unused_reason.clear();
    // A path came back to a map that was about to go; one that somebody wants to be gone still
    // goes.
    map.wanted = map.wanted || map.removal_due <= core.now;
    std::vector<PathId>::iterator at = std::ranges::lower_bound(
        map.paths, path.id, [&core](PathId a, PathId b) { return by_devt(core, a, b); });
    map.paths.insert(at, path.id);
    if (map.paths.size() == 1) {
        refresh_policy(core, map);
    }
    map.regroup = true;
    absorb_newcomer(core, map, path);
    path.trusted = path.trusted && !awaits_registration(core, path);
    keep_registered(core, path);
    tune(core, path);
    core.mark_dirty(map);
    core.touch(path);
}

Map& adopt_map(Core& core, const DmMapState& actual) {
    Map& map = new_map(core, actual.wwid());
    map.alias = actual.name;
    core.map_by_alias[map.alias] = map.id;
    map.policy = core.config->map_policy(map.wwid, model::BlockDevice{});
    map.size_sectors = actual.table.size_sectors;
    map.force_reload = core.options.force_reload;
    absorb_state(core, map, actual);
    if (!core.wwids.contains(map.wwid) && !core.options.observe_only) {
        core.wwids_to_write += core.wwids.add(map.wwid);
    }
    core.log(LogLevel::info, "map-adopted", &map, nullptr, "adopted as it stands");
    return map;
}

void settle_adopted(Core& core) {
    for (std::pair<const MapId, Map>& entry : core.maps) {
        Map& map = entry.second;
        std::map<Wwid, std::set<PathId>>::iterator found = core.paths_by_wwid.find(map.wwid);
        if (found != core.paths_by_wwid.end()) {
            for (PathId id : found->second) {
                Path* path = core.find_path(id);
                if (!path->map) {
                    join_map(core, map, *path);
                }
            }
        }
        refresh_policy(core, map);
        bool may_rename = !core.options.observe_only || core.options.dry_run;
        if (may_rename && is_chosen(core, map.wwid)) {
            set_alias(core, map, name_for(core, map));
        }
        if (map.actual) {
            have_members_claimed(core, map);
        }
        core.mark_dirty(map);
    }
    std::vector<Wwid> wwids;
    for (const std::pair<const Wwid, std::set<PathId>>& entry : core.paths_by_wwid) {
        wwids.push_back(entry.first);
    }
    std::ranges::sort(wwids);
    for (const Wwid& wwid : wwids) {
        consider_map(core, wwid);
    }
}

void on_maps_listed(Core& core, const model::event::MapsListed& event) {
    if (!event.maps) {
        core.log(LogLevel::error, "maps-unreadable", nullptr, nullptr,
                 "cannot list device-mapper maps: " + event.maps.error().text());
        core.list_due = core.now + seconds(5);
        return;
    }
    std::set<Wwid> seen;
    for (const DmMapState& actual : *event.maps) {
        if (actual.wwid().empty() || !actual.is_multipath) {
            continue;
        }
        seen.insert(actual.wwid());
        Map* map = core.find_map(actual.wwid());
        if (map == nullptr) {
            adopt_map(core, actual);
        } else if (!map->op) {
            absorb_state(core, *map, actual);
        }
    }
    std::vector<MapId> gone;
    for (const std::pair<const MapId, Map>& entry : core.maps) {
        if (entry.second.actual && !entry.second.op && !seen.contains(entry.second.wwid)) {
            gone.push_back(entry.first);
        }
    }
    for (MapId id : gone) {
        map_vanished(core, *core.find_map(id));
    }
    core.maps_listed = true;
    if (core.enumerated) {
        settle_adopted(core);
    }
}

void on_map_queried(Core& core, const model::event::MapQueried& event) {
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
    if (event.state) {
        absorb_state(core, *map, *event.state);
    } else if (event.state.error().code == Errc::gone) {
        map_vanished(core, *map);
        return;
    } else {
        core.log(LogLevel::warning, "map-unreadable", map, nullptr,
                 "cannot read the map: " + event.state.error().text());
    }
    if (map->query_again) {
        map->query_again = false;
        query_map(core, *map);
    }
}

void refresh_map(Core& core, Map& map) {
    if (!map.actual || map.op || core.options.one_shot) {
        return;
    }
    bool in_use = std::ranges::any_of(
        map.actual->status.groups,
        [](const model::StatusGroup& group) { return group.state == model::DmGroupState::active; });
    bool counts =  // what the selector tells of the I/O is news each time
        std::ranges::any_of(map.actual->status.groups, [](const model::StatusGroup& group) {
            return !group.selector_status.empty();
        });
    Duration rest = core.config->globals().max_polling_interval;
    if (core.now - map.read_at >= (in_use && !counts ? std::max(rest, kRestInUse) : rest)) {
        query_map(core, map);
    }
}

void query_map(Core& core, Map& map) {
    if (map.op) {
        map.query_again = true;
        return;
    }
    if (!map.actual) {
        return;
    }
    map.op = core.new_op();
    core.map_ops[map.op] = map.id;
    core.emit(model::effect::QueryMap{map.op, map.actual->name});
}

void on_maps_changed(Core& core, const model::event::MapsChanged& event) {
    for (const std::string& name : event.names) {
        for (std::pair<const MapId, Map>& entry : core.maps) {
            if (entry.second.actual && entry.second.actual->name == name) {
                query_map(core, entry.second);
                break;
            }
        }
    }
    if (event.set_changed) {
        core.list_due = std::min(core.list_due, core.now + kListGap);
    }
}

void erase_map(Core& core, MapId id) {
    Map* map = core.find_map(id);
    MP_ASSERT(map != nullptr);
    MP_ASSERT(map->waiters.empty());
    for (PathId path_id : map->paths) {
        Path* path = core.find_path(path_id);
        if (path != nullptr) {
            path->map = MapId{};
            path->dm_state = DmPathState::undef;
            path->unused_reason = "its map was removed";
            core.touch(*path);
        }
    }
    if (map->op) {
        core.map_ops.erase(map->op);
    }
    forget_state(core, *map);
    core.map_by_wwid.erase(map->wwid);
    std::unordered_map<std::string, MapId>::iterator alias = core.map_by_alias.find(map->alias);
    if (alias != core.map_by_alias.end() && alias->second == id) {
        core.map_by_alias.erase(alias);
    }
    core.wake_map(*map, kNever);
    core.dirty_maps.erase(id);
    core.maps.erase(id);
    core.visible = true;
}

void answer_waiters(Core& core, Map& map, const model::CommandReply& reply) {
    for (const Waiter& waiter : std::exchange(map.waiters, {})) {
        std::map<ClientId, GroupReply>::iterator group = core.group_replies.find(waiter.client);
        if (group == core.group_replies.end()) {
            core.emit(model::effect::Reply{waiter.client, reply});
            continue;
        }
        if (!reply.ok && group->second.reply.ok) {
            group->second.reply = reply;
        }
        if (--group->second.outstanding == 0) {
            core.emit(model::effect::Reply{waiter.client, group->second.reply});
            core.group_replies.erase(group);
        }
    }
}

}  // namespace mp::engine
