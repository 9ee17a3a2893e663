// SPDX-License-Identifier: GPL-2.0-or-later
// Which paths of a map belong in its table, and in which groups?
//
// Into a new place in a table goes only a path whose identity the device itself has confirmed. A
// path that the live table already holds stays while it is not known to be wrong: taking a working
// path away on a suspicion would be the second worst thing, and the kernel state "failed" keeps I/O
// off it.
//
// The grouping is made anew when members or settings change, when priorities change under immediate
// failback, and when they change so that a group of equals no longer is one. When a member has no
// priority yet (it was down when the daemon started) and the live table already has exactly these
// members, the live grouping stands: it was made by someone who knew more.
#include <algorithm>
#include <set>

#include "daemon/engine/rules.h"

namespace mp::engine {

namespace {

std::set<DevT> live_devices(const Map& map) {
    return map.actual ? devices_of(map.actual->table) : std::set<DevT>{};
}

bool confirmed(const Path& path) {
    return path.identity == IdentityState::verified || path.identity == IdentityState::unverifiable;
}

std::string why_not_member(Core& core, const Map& map, const Path& path, bool in_live_table) {
    if (path.excluded) {
        return "removed by command";
    }
    if (path.identity == IdentityState::changed) {
        return path.message;
    }
    if (!in_live_table && !confirmed(path)) {
        return "its identity has not been verified yet: " +
               (path.message.empty() ? std::string("no check has ended") : path.message);
    }
    if (!in_live_table && awaits_registration(core, path)) {
        return "its reservation key is not registered yet";
    }
    std::unordered_map<DevT, MapId>::const_iterator holder =
        core.table_holder.find(path.device->devt);
    if (!in_live_table && holder != core.table_holder.end() && holder->second != map.id) {
        return "another map still holds it";
    }
    if (!in_live_table && path.device->size_sectors != map.size_sectors) {
        return "its size is " + std::to_string(path.device->size_sectors) + " sectors, the map's " +
               std::to_string(map.size_sectors);
    }
    return "";
}

// WWIDs that come from configured properties may join what must not be joined.
bool contradicts(Core& core, const std::vector<PathId>& members, const Path& path) {
    return std::ranges::any_of(members, [&](PathId id) {
        return identities_contradict(core.find_path(id)->baseline, path.baseline);
    });
}

GroupingPath grouping_path(const Path& path) {
    GroupingPath out;
    out.id = path.id;
    out.devt = path.device->devt;
    out.serial = path.device->serial;
    out.node_name =
        path.device->target_wwnn.empty() ? path.device->target_port : path.device->target_wwnn;
    out.adapter = path.device->adapter.pci_address;
    out.host = path.device->adapter.id;
    out.numa_node = path.device->adapter.numa_node;
    out.node_distance = path.device->adapter.node_distance;
    out.priority = path.priority;
    out.tpg = path.target_port_group;
    out.state = path.failed_by_command ? model::PathState::down : path.state;
    out.marginal = path.marginal;
    return out;
}

// With `as_trusted`, what the checker says good and the kernel has failed counts as down: it
// carries no I/O yet.
std::vector<PathGroup> live_grouping(Core& core, const Map& map, bool as_trusted) {
    std::vector<PathGroup> groups;
    for (const model::TableGroup& table_group : map.actual->table.groups) {
        PathGroup group;
        for (const model::TablePath& table_path : table_group.paths) {
            const Path* path = core.find_path(table_path.devt);
            if (path == nullptr) {
                continue;
            }
            group.paths.push_back(grouping_path(*path));
            if (as_trusted && !path->trusted) {
                group.paths.back().state = model::PathState::down;
            }
        }
        rank(group);
        group.marginal =
            !group.paths.empty() && std::ranges::all_of(group.paths, &GroupingPath::marginal);
        groups.push_back(std::move(group));
    }
    return groups;
}

bool keep_live_grouping(Core& core, const Map& map, const std::vector<PathId>& members) {
    if (!map.actual || !map.actual->live_table || map.actual->table.groups.empty()) {
        return false;
    }
    std::set<DevT> wanted;
    bool unknown_priority = false;
    for (PathId id : members) {
        const Path& path = *core.find_path(id);
        wanted.insert(path.device->devt);
        unknown_priority = unknown_priority || path.state == model::PathState::unchecked ||
                           (path.priority < 0 && !path.good());
    }
    return unknown_priority && wanted == live_devices(map);
}

bool all_alua(Core& core, const std::vector<PathId>& members) {
    return std::ranges::all_of(members, [&core](PathId id) {
        const std::string& name = core.find_path(id)->prioritizer_name;
        return name.starts_with("alua ") || name.starts_with("sysfs ");
    });
}

// Paths that were worth the same and no longer are, in one group: the kernel would send I/O down
// the standby ones too.
bool mixes(Core& core, const Map& map) {
    return std::ranges::any_of(map.groups, [&core](const PathGroup& group) {
        std::set<int> known;
        for (const GroupingPath& member : group.paths) {
            const Path* path = core.find_path(member.id);
            if (path != nullptr && path->priority >= 0) {
                known.insert(path->priority);
            }
        }
        return known.size() > 1;
    });
}

}  // namespace

std::vector<PathId> table_members(Core& core, Map& map) {
    std::set<DevT> live = live_devices(map);
    if (map.size_sectors == 0 || (!map.actual && live.empty())) {
        for (PathId id : map.paths) {
            const Path& path = *core.find_path(id);
            if (path.present && confirmed(path) && path.device->size_sectors != 0) {
                map.size_sectors = path.device->size_sectors;
                break;
            }
        }
    }
    std::vector<PathId> members;
    for (PathId id : map.paths) {
        Path& path = *core.find_path(id);
        std::string reason = why_not_member(core, map, path, live.contains(path.device->devt));
        if (reason.empty() && contradicts(core, members, path)) {
            reason = "it says that it is another disk than the map's other paths";
        }
        if (reason != path.unused_reason) {
            if (!reason.empty()) {
                core.log(model::LogLevel::notice, "path-unused", &map, &path, reason);
            }
            path.unused_reason = reason;
            core.touch(path);
        }
        if (reason.empty()) {
            members.push_back(id);
        }
    }
    return members;
}

void make_groups(Core& core, Map& map, const std::vector<PathId>& members) {
    std::vector<PathId> grouped;
    for (const PathGroup& group : map.groups) {
        for (const GroupingPath& path : group.paths) {
            grouped.push_back(path.id);
        }
    }
    std::ranges::sort(grouped);
    std::vector<PathId> wanted = members;
    std::ranges::sort(wanted);
    std::vector<std::pair<PathId, int>> priorities;
    for (PathId id : wanted) {
        priorities.emplace_back(id, core.find_path(id)->priority);
    }
    conf::GroupPolicy policy =
        core.options.grouping.value_or(effective_grouping(map.policy, all_alua(core, members)));
    bool follows_priorities = priorities != map.grouped_priorities &&
                              (map.policy.failback.kind == conf::Failback::Kind::immediate ||
                               (policy == conf::GroupPolicy::group_by_prio && mixes(core, map)));
    if (!map.regroup && grouped == wanted && !follows_priorities) {
        return;
    }
    if (keep_live_grouping(core, map, members)) {
        map.groups = live_grouping(core, map, false);
        return;  // regroup stays set: done again once every priority is known
    }
    std::vector<GroupingPath> paths;
    for (PathId id : members) {
        GroupingPath path = grouping_path(*core.find_path(id));
        // The order of the table's groups follows what the paths are worth, not how they are today:
        // a failure is no reason to load a table, the kernel skips failed paths by itself.
        path.state = path.priority >= 0 ? model::PathState::up : path.state;
        paths.push_back(std::move(path));
    }
    map.groups = group_paths(paths, policy, map.policy.selector == "round-robin");
    map.regroup = false;
    map.grouped_priorities = std::move(priorities);
}

std::vector<PathGroup> present_groups(Core& core, const Map& map) {
    return live_grouping(core, map, true);
}

}  // namespace mp::engine
