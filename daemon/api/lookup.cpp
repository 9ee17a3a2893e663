// SPDX-License-Identifier: GPL-2.0-or-later
// Which map or path does a name mean, and which does a listing show? Names are tried from the most
// deliberate to the most technical: alias, WWID, dm-N, then a member path, so that a disk that was
// given the alias "sda" wins over the device sda.
#include "daemon/api/lookup.h"

#include "daemon/base/strings.h"

namespace mp::api {

using model::MapView;
using model::PathView;
using model::Snapshot;

const PathView* find_path(const Snapshot& snapshot, std::string_view name) {
    Result<DevT> devt = parse_devt(name);
    for (const std::shared_ptr<const PathView>& path : snapshot.paths) {
        if (path->device->name == name || (devt && path->device->devt == *devt)) {
            return path.get();
        }
    }
    return nullptr;
}

const MapView* find_map(const Snapshot& snapshot, std::string_view name) {
    const MapView* by_number = nullptr;
    const MapView* by_wwid = nullptr;
    Result<std::uint64_t> minor =
        starts_with(name, "dm-") ? parse_u64(name.substr(3)) : parse_u64("");
    for (const MapView* map : listed_maps(snapshot)) {
        if (map->alias == name) {
            return map;
        }
        if (map->wwid.str() == name) {
            by_wwid = map;
        }
        if (minor && map->dm_minor == *minor) {
            by_number = map;
        }
    }
    if (by_wwid != nullptr || by_number != nullptr) {
        return by_wwid != nullptr ? by_wwid : by_number;
    }
    const PathView* path = find_path(snapshot, name);
    if (path == nullptr || path->map_alias.empty()) {
        return nullptr;
    }
    for (const MapView* map : listed_maps(snapshot)) {
        if (map->alias == path->map_alias) {
            return map;
        }
    }
    return nullptr;
}

std::vector<const PathView*> listed_paths(const Snapshot& snapshot) {
    std::vector<const PathView*> out;
    out.reserve(snapshot.paths.size());
    for (const std::shared_ptr<const PathView>& path : snapshot.paths) {
        if (path->monitored) {
            out.push_back(path.get());
        }
    }
    return out;
}

std::vector<const MapView*> listed_maps(const Snapshot& snapshot) {
    std::vector<const MapView*> out;
    out.reserve(snapshot.maps.size());
    for (const std::shared_ptr<const MapView>& map : snapshot.maps) {
        if (map->exists) {
            out.push_back(map.get());
        }
    }
    return out;
}

}  // namespace mp::api
