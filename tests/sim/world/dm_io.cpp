// SPDX-License-Identifier: GPL-2.0-or-later
// The data half of the simulated device-mapper: which path a request takes (choose_pgpath), what a
// failed request does to its path, when requests are held and when they fail upwards. Kernel file:
// drivers/md/dm-mpath.c. Group initialisation (scsi_dh_activate) is modelled for ALUA: SET TARGET
// PORT GROUPS through the chosen path before the first request of a group.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "tests/sim/world/dm_kernel.h"

namespace mp::sim {
namespace {

constexpr Duration kDiskTimeout = seconds(30);
constexpr Duration kRequeueDelay = microseconds(100);

}  // namespace

void DmKernel::event(DmMap& map) {
    ++map.event_nr;
    ++version_;
    on_event_(map.name, false);
}

void DmKernel::fail_path(DmMap& map, DmPath& path, bool by_daemon) {
    if (!path.active) {
        return;
    }
    path.active = false;
    if (!by_daemon) {
        path.failed_at = loop_.now();
    }
    ++path.fail_count;
    trace_.note(fmt::format("dm {}: path {} failed", map.name, path.devt.str()));
    event(map);
}

void DmKernel::reinstate_path(DmMap& map, DmPath& path) {
    if (path.active) {
        return;
    }
    path.active = true;
    path.activated_at = loop_.now();
    trace_.note(fmt::format("dm {}: path {} reinstated", map.name, path.devt.str()));
    event(map);
    run_held(map.minor);
}

void DmKernel::set_queueing(DmMap& map, bool on) {
    map.live->queue_if_no_path = on;
    ++version_;
    if (!on) {
        run_held(map.minor);
    }
}

std::optional<DmKernel::Place> DmKernel::choose_in(DmTarget& target, std::size_t group) {
    DmGroup& from = target.groups[group];
    for (std::size_t step = 0; step < from.paths.size(); ++step) {
        const std::size_t at = (from.turn + step) % from.paths.size();
        if (from.paths[at].active) {
            from.turn = at + 1;
            if (target.current != static_cast<int>(group)) {
                target.current = static_cast<int>(group);
                target.pg_init_needed = !target.handler.empty();
            }
            return Place{group, at};
        }
    }
    return std::nullopt;
}

std::optional<DmKernel::Place> DmKernel::choose(DmTarget& target) {
    if (target.active_paths() == 0) {
        return std::nullopt;
    }
    if (target.next >= 0) {
        const auto wanted = static_cast<std::size_t>(std::exchange(target.next, -1));
        if (const std::optional<Place> place = choose_in(target, wanted)) {
            return place;
        }
    }
    if (target.current >= 0) {
        if (const std::optional<Place> place =
                choose_in(target, static_cast<std::size_t>(target.current))) {
            return place;
        }
    }
    for (const bool bypassed : {false, true}) {
        for (std::size_t i = 0; i < target.groups.size(); ++i) {
            if (target.groups[i].bypassed != bypassed) {
                continue;
            }
            if (const std::optional<Place> place = choose_in(target, i)) {
                return place;
            }
        }
    }
    return std::nullopt;
}

void DmKernel::submit(std::uint32_t minor, UserRequest request) {
    dispatch(minor, std::move(request));
}

void DmKernel::dispatch(std::uint32_t minor, UserRequest request) {
    DmMap* map = map_at(minor);
    if (map == nullptr) {
        request.done(UserResult{});
        return;
    }
    if (map->suspended || map->suspending || !map->live || map->live->pg_init_running) {
        map->held.push_back(std::move(request));
        return;
    }
    const std::optional<Place> place = choose(*map->live);
    if (!place) {
        if (map->live->queue_if_no_path) {
            map->held.push_back(std::move(request));
        } else {
            request.done(UserResult{});
        }
        return;
    }
    if (map->live->pg_init_needed) {
        map->held.push_back(std::move(request));
        start_pg_init(*map, *place);
        return;
    }
    send(*map, *place, std::move(request));
}

void DmKernel::send(DmMap& map, Place place, UserRequest request) {
    const DiskId disk = map.live->groups[place.group].paths[place.path].disk;
    ++map.in_flight;
    const Sent sent{map.minor, map.serial, disk, loop_.now()};
    host_.submit(disk, kDiskTimeout,
                 [this, sent, request = std::move(request)](std::uint16_t status) {
                     returned(sent, request, status);
                 });
}

void DmKernel::returned(const Sent& sent, const UserRequest& request, std::uint16_t status) {
    const DiskId disk = sent.disk;
    bool served = false;
    std::optional<int> lu;
    if (status == kDidOk) {
        const Nexus nexus = host_.disk(disk).nexus;
        while (host_.array().take_attention(nexus)) {
        }
        served = host_.array().data(nexus) == DataOutcome::done;
        lu = host_.lu_behind(disk);
    }
    DmMap* map = map_at(sent.minor, sent.serial);
    if (map == nullptr) {
        request.done(UserResult{served, disk, lu, sent.when});
        return;
    }
    if (!served) {
        on_io_failed_(disk, sent.when);
    }
    if (!served && map->live) {
        if (DmPath* path = find_path(*map->live, host_.disk(disk).devt)) {
            fail_path(*map, *path);
        }
    }
    --map->in_flight;
    if (served) {
        request.done(UserResult{true, disk, lu, sent.when});
    } else {
        loop_.after(kRequeueDelay,
                    [this, minor = sent.minor, request] { dispatch(minor, request); });
    }
    if (DmMap* still = map_at(sent.minor, sent.serial)) {
        check_idle(*still);
    }
}

void DmKernel::start_pg_init(DmMap& map, Place place) {
    DmTarget& target = *map.live;
    const DiskId disk = target.groups[place.group].paths[place.path].disk;
    target.pg_init_running = true;
    ++target.pg_inits;
    ++map.in_flight;
    const Sent sent{map.minor, map.serial, disk, loop_.now()};
    host_.submit(disk, kDiskTimeout,
                 [this, sent](std::uint16_t status) { end_pg_init(sent, status); });
}

void DmKernel::end_pg_init(const Sent& sent, std::uint16_t status) {
    const DiskId disk = sent.disk;
    DmMap* map = map_at(sent.minor, sent.serial);
    if (map == nullptr) {
        return;
    }
    --map->in_flight;
    if (map->live) {
        map->live->pg_init_running = false;
        if (status == kDidOk) {
            map->live->pg_init_needed = false;
            host_.array().activate(host_.disk(disk).nexus);
        } else if (DmPath* path = find_path(*map->live, host_.disk(disk).devt)) {
            fail_path(*map, *path);
        }
        run_held(sent.minor);
    }
    if (DmMap* still = map_at(sent.minor, sent.serial)) {
        check_idle(*still);
    }
}

void DmKernel::run_held(std::uint32_t minor) {
    DmMap* map = map_at(minor);
    if (map == nullptr) {
        return;
    }
    std::deque<UserRequest> again = std::exchange(map->held, {});
    for (UserRequest& request : again) {
        dispatch(minor, std::move(request));
    }
}

}  // namespace mp::sim
