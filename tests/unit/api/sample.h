// SPDX-License-Identifier: GPL-2.0-or-later
// Snapshots to render: two maps of two groups each over two adapters, and paths that are in no map.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "daemon/model/snapshot.h"

namespace mp::test {

using PathPtr = std::shared_ptr<const model::PathView>;
using MapPtr = std::shared_ptr<const model::MapView>;

constexpr Instant kSampleTime{seconds(1000)};

inline model::BlockDevice disk(const std::string& name, std::uint32_t minor, Hctl hctl) {
    model::BlockDevice device;
    device.devt = {8, minor};
    device.name = name;
    device.size_sectors = 41943040;
    device.max_sectors_kb = 1280;
    device.bus = model::Bus::scsi;
    device.protocol = model::Protocol::scsi_fcp;
    device.hctl = hctl;
    device.vendor = "LIO-ORG";
    device.product = "disk";
    device.revision = "4.0";
    device.serial = "abc123";
    device.kernel_state = "running";
    device.adapter.pci_address = "0000:00:0" + std::to_string(hctl.host) + ".0";
    device.adapter.numa_node = 1;
    device.adapter.node_distance = {31, 10};
    device.host_wwnn = "0x20000000c9000001";
    device.host_wwpn = "0x10000000c9000001";
    device.target_wwnn = "0x50060160bea00001";
    device.target_wwpn = "0x5006016044600001";
    return device;
}

inline model::PathView path_of(model::BlockDevice device, const std::string& wwid,
                               const std::string& alias, int priority) {
    model::PathView path;
    path.device = std::make_shared<model::BlockDevice>(std::move(device));
    path.wwid = Wwid(wwid);
    path.map_alias = alias;
    path.init = model::InitState::ok;
    path.state = model::PathState::up;
    path.dm_state = model::DmPathState::active;
    path.offline_word = "running";
    path.checker = "tur";
    path.prioritizer = "alua";
    path.priority = priority;
    path.target_port_group = 1;
    path.monitored = true;
    path.next_check = kSampleTime + seconds(8);
    path.check_interval = seconds(20);
    return path;
}

inline model::GroupView group_of(int priority, model::DmGroupState state,
                                 std::vector<PathPtr> paths) {
    model::GroupView group;
    group.selector = "service-time 0";
    group.priority = priority;
    group.dm_state = state;
    group.paths = std::move(paths);
    return group;
}

inline model::MapView map_of(const std::string& alias, const std::string& wwid,
                             std::uint32_t minor) {
    model::MapView map;
    map.alias = alias;
    map.wwid = Wwid(wwid);
    map.dm_minor = minor;
    map.exists = true;
    map.size_sectors = 41943040;
    map.features = "1 queue_if_no_path";
    map.hw_handler = "1 alua";
    map.failback = "immediate";
    map.queueing = "on";
    map.active_paths = 2;
    map.group_switches = 1;
    map.table_loads = 2;
    map.max_sectors_kb = 1280;
    return map;
}

/// mpatha: sda optimized, sdb non-optimized. Second map: without alias, one path failed. sde is in
/// no map, sdf was filtered out.
inline model::Snapshot sample() {
    using model::DmGroupState;
    const std::string first = "36001405aaaaaaaaaaaaaaaaaaaaaaaaa";
    const std::string second = "36001405bbbbbbbbbbbbbbbbbbbbbbbbb";
    model::Snapshot snapshot;
    snapshot.taken = kSampleTime;
    snapshot.daemon = model::DaemonState::running;

    PathPtr sda = std::make_shared<model::PathView>(
        path_of(disk("sda", 0, {2, 0, 0, 1}), first, "mpatha", 50));
    PathPtr sdb = std::make_shared<model::PathView>(
        path_of(disk("sdb", 16, {3, 0, 0, 1}), first, "mpatha", 10));
    PathPtr sdc = std::make_shared<model::PathView>(
        path_of(disk("sdc", 32, {2, 0, 0, 256}), second, second, 50));
    model::PathView failed = path_of(disk("sdaa", 160, {3, 0, 11, 256}), second, second, -1);
    failed.state = model::PathState::down;
    failed.dm_state = model::DmPathState::failed;
    failed.offline_word = "offline";
    failed.failures = 3;
    failed.target_port_group = -1;
    failed.marginal = true;
    PathPtr sdaa = std::make_shared<model::PathView>(failed);
    model::PathView orphan = path_of(disk("sde", 64, {4, 0, 0, 0}), "3600140500000000", "", -1);
    orphan.dm_state = model::DmPathState::undef;
    orphan.state = model::PathState::unchecked;
    orphan.checker.clear();
    model::PathView filtered = path_of(disk("sdf", 80, {4, 0, 0, 1}), "", "", -1);
    filtered.monitored = false;
    snapshot.paths = {sda,
                      sdb,
                      sdc,
                      sdaa,
                      std::make_shared<model::PathView>(orphan),
                      std::make_shared<model::PathView>(filtered)};

    model::MapView map_a = map_of("mpatha", first, 0);
    map_a.groups = {group_of(50, DmGroupState::active, {sda}),
                    group_of(10, DmGroupState::enabled, {sdb})};
    model::MapView map_b = map_of(second, second, 11);
    map_b.features = "0";
    map_b.queueing = "-";
    map_b.active_paths = 1;
    map_b.path_faults = 3;
    map_b.action = "reload";
    map_b.failback_due = kSampleTime + seconds(4);
    map_b.failback_delay = seconds(10);
    map_b.groups = {group_of(50, DmGroupState::active, {sdc, sdaa})};
    snapshot.maps = {std::make_shared<model::MapView>(map_a),
                     std::make_shared<model::MapView>(map_b)};
    return snapshot;
}

/// As many maps as asked for, `paths_per_map` paths each.
inline model::Snapshot large_sample(std::size_t maps, std::size_t paths_per_map) {
    model::Snapshot snapshot;
    snapshot.taken = kSampleTime;
    std::uint32_t minor = 0;
    for (std::size_t m = 0; m < maps; ++m) {
        std::string wwid = "36001405" + std::to_string(1000000 + m);
        std::string alias = "mpath" + std::to_string(m);
        model::MapView map = map_of(alias, wwid, static_cast<std::uint32_t>(m));
        std::vector<PathPtr> paths;
        for (std::size_t p = 0; p < paths_per_map; ++p, minor += 16) {
            Hctl hctl{static_cast<std::uint32_t>(p + 2), 0, 0, m};
            paths.push_back(std::make_shared<model::PathView>(
                path_of(disk("sd" + std::to_string(minor), minor, hctl), wwid, alias, 50)));
            snapshot.paths.push_back(paths.back());
        }
        map.groups = {group_of(50, model::DmGroupState::active, paths)};
        snapshot.maps.push_back(std::make_shared<model::MapView>(map));
    }
    return snapshot;
}

}  // namespace mp::test
