// SPDX-License-Identifier: GPL-2.0-or-later
// Liveness: when the hardware is well again, what should the world look like, and does it? Each
// logical unit with enough paths has one map; its table holds exactly its disks, all of them
// active; nothing is suspended, half loaded or waiting; queueing is as configured; the best group
// is in use where failback brings it back. And it stays so: no table is loaded again.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "tests/sim/swarm/sim_world.h"

namespace mp::sim {
namespace {

constexpr Duration kQuiet = seconds(5);

/// The disks that lead to the logical unit; those that udev knows by its name must be in the map.
std::set<DiskId> disks_of(const SimWorld& world, int lu, bool known_to_udev) {
    std::set<DiskId> out;
    for (const DiskId disk : world.host.present()) {
        if (world.host.lu_behind(disk) == lu &&
            (!known_to_udev || world.host.disk(disk).udev_wwid == world.array.lu(lu).wwid)) {
            out.insert(disk);
        }
    }
    return out;
}

std::string members_complaint(const SimWorld& world, int lu, const DmMap& map,
                              const std::set<DiskId>& held) {
    const std::set<DiskId> may = disks_of(world, lu, false);
    std::string names;
    for (const DiskId disk : held) {
        names += may.count(disk) == 0 ? " +" + world.host.disk(disk).name : "";
    }
    for (const DiskId disk : disks_of(world, lu, true)) {
        names += held.count(disk) == 0 ? " -" + world.host.disk(disk).name : "";
    }
    return names.empty() ? ""
                         : fmt::format("{} holds other disks than it should:{}", map.name, names);
}

bool map_expected(const SimWorld& world, int lu, std::size_t paths) {
    const std::string& mode = world.settings.find_multipaths;
    if (paths == 0 || mode == "strict") {
        return false;
    }
    if (mode == "greedy" || mode == "off") {
        return true;
    }
    (void)lu;
    return paths >= 2;
}

std::string queueing_complaint(const SimWorld& world, const DmMap& map) {
    const std::string& retry = world.settings.no_path_retry;
    const bool wanted = !retry.empty() && retry != "fail";
    if (map.live->queue_if_no_path != wanted) {
        return fmt::format("{} {} queue", map.name, wanted ? "should" : "should not");
    }
    return "";
}

/// Is the group that I/O uses one with the best paths that the map has?
std::string group_complaint(const SimWorld& world, int lu, const DmMap& map) {
    const Settings& settings = world.settings;
    if (settings.grouping != "group_by_prio" || world.topology.model != ArrayModel::alua_implicit ||
        settings.failback == "manual" || settings.failback == "followover") {
        return "";
    }
    const int used = map.live->next >= 0 ? map.live->next : map.live->current;
    const auto optimized = [&](const DmGroup& group) {
        return std::ranges::any_of(group.paths, [&](const DmPath& path) {
            const int side = world.array.group_of_port(world.host.disk(path.disk).nexus.port);
            return world.array.lu(lu).state.at(static_cast<std::size_t>(side)) == Alua::optimized;
        });
    };
    if (used < 0 || !std::ranges::any_of(map.live->groups, optimized) ||
        optimized(map.live->groups.at(static_cast<std::size_t>(used)))) {
        return "";
    }
    return fmt::format("{} uses group {} and not the optimized one", map.name, used + 1);
}

std::string map_complaint(const SimWorld& world, int lu, const DmMap& map) {
    if (!map.live || map.suspended || map.suspending || map.inactive) {
        return fmt::format("{} is not live or suspended or half loaded", map.name);
    }
    std::set<DiskId> held;
    for (const DmGroup& group : map.live->groups) {
        for (const DmPath& path : group.paths) {
            held.insert(path.disk);
            if (!path.active && world.host.serves(path.disk)) {
                return fmt::format("{}: {} is failed and could serve", map.name,
                                   world.host.disk(path.disk).name);
            }
        }
    }
    if (std::string text = members_complaint(world, lu, map, held); !text.empty()) {
        return text;
    }
    if (std::string text = queueing_complaint(world, map); !text.empty()) {
        return text;
    }
    const Instant oldest = world.users.oldest(world.array.lu(lu).wwid);
    if (oldest != kNever && world.loop.now() - oldest > kQuiet) {
        return fmt::format("{} has a request that waits", map.name);
    }
    return group_complaint(world, lu, map);
}

std::string view_complaint(const SimWorld& world, int lu, const DmMap& map) {
    const model::MapView* view = world.map_view(lu);
    if (view == nullptr) {
        return fmt::format("{} is not in the snapshot", map.name);
    }
    if (view->alias != map.name) {
        return fmt::format("the snapshot calls {} {}", map.name, view->alias);
    }
    for (const model::GroupView& group : view->groups) {
        for (const auto& path : group.paths) {
            if (!model::usable(path->state)) {
                return fmt::format("the snapshot says that {} of {} is {} ({})", path->device->name,
                                   map.name, model::path_state_text(path->state),
                                   path->checker_message);
            }
        }
    }
    return "";
}

}  // namespace

std::string SimWorld::unsettled() const {
    if (!alive() || !supervisor.is_ready() || !snapshot_) {
        return "the daemon is not ready";
    }
    for (int lu = 0; lu < array.lu_count(); ++lu) {
        const DmMap* map = dm_map(lu);
        const std::size_t paths = disks_of(*this, lu, true).size();
        if (map == nullptr) {
            if (map_expected(*this, lu, paths)) {
                return fmt::format("lu{} has {} paths and no map", lu, paths);
            }
            continue;
        }
        if (paths == 0) {
            continue;  // whether an unused map goes away is for flush_on_last_del to say
        }
        if (std::string text = map_complaint(*this, lu, *map); !text.empty()) {
            return text;
        }
        if (std::string text = view_complaint(*this, lu, *map); !text.empty()) {
            return text;
        }
    }
    return "";
}

bool SimWorld::settle(Duration limit) {
    Instant next_look = loop.now();
    const bool settled = run_until(
        [this, &next_look] {
            if (loop.now() < next_look) {
                return false;
            }
            next_look = loop.now() + milliseconds(200);
            return unsettled().empty();
        },
        limit);
    if (!good()) {
        return false;
    }
    if (!settled) {
        complain("did not settle: " + unsettled());
        return false;
    }
    return true;
}

}  // namespace mp::sim
