// SPDX-License-Identifier: GPL-2.0-or-later
// How are paths and maps found, and how do the indices stay true? Look-ups by name, number, WWID
// and alias, the marks that say what must be looked at again, and the queues of due times. Nothing
// here decides anything: the rules do, and they go through these few functions so that no index is
// forgotten.
#include "daemon/engine/state.h"

#include "daemon/base/strings.h"

namespace mp::engine {

using model::effect::Log;

Path* Core::find_path(PathId id) {
    std::map<PathId, Path>::iterator found = paths.find(id);
    return found == paths.end() ? nullptr : &found->second;
}

Path* Core::find_path(DevT devt) {
    std::unordered_map<DevT, PathId>::iterator found = path_by_devt.find(devt);
    return found == path_by_devt.end() ? nullptr : find_path(found->second);
}

Path* Core::find_path(std::string_view name_or_devt) {
    std::unordered_map<std::string, PathId>::iterator by_name =
        path_by_name.find(std::string(name_or_devt));
    if (by_name != path_by_name.end()) {
        return find_path(by_name->second);
    }
    Result<DevT> devt = parse_devt(name_or_devt);
    return devt ? find_path(*devt) : nullptr;
}

Map* Core::find_map(MapId id) {
    std::map<MapId, Map>::iterator found = maps.find(id);
    return found == maps.end() ? nullptr : &found->second;
}

Map* Core::find_map(const Wwid& wwid) {
    std::unordered_map<Wwid, MapId>::iterator found = map_by_wwid.find(wwid);
    return found == map_by_wwid.end() ? nullptr : find_map(found->second);
}

Map* Core::find_map(std::string_view name) {
    std::unordered_map<std::string, MapId>::iterator by_alias =
        map_by_alias.find(std::string(name));
    if (by_alias != map_by_alias.end()) {
        return find_map(by_alias->second);
    }
    Map* by_wwid = find_map(Wwid{std::string(name)});
    if (by_wwid != nullptr) {
        return by_wwid;
    }
    std::optional<std::uint64_t> minor;
    std::optional<DevT> devt;
    if (starts_with(name, "dm-")) {
        Result<std::uint64_t> number = parse_u64(name.substr(3));
        minor = number ? std::optional<std::uint64_t>(*number) : std::nullopt;
    } else if (Result<DevT> parsed = parse_devt(name); parsed) {
        devt = *parsed;
    }
    if (!minor && !devt) {
        return nullptr;
    }
    for (std::pair<const MapId, Map>& entry : maps) {
        const std::optional<model::DmMapState>& actual = entry.second.actual;
        if (actual && ((minor && actual->minor == *minor) || (devt && actual->devt == *devt))) {
            return &entry.second;
        }
    }
    return nullptr;
}

void Core::log(model::LogLevel level, std::string id, const Map* map, const Path* path,
               std::string text) {
    Log record;
    record.level = level;
    record.id = std::move(id);
    record.map = map == nullptr ? "" : map->alias;
    record.path = path == nullptr ? "" : path->device->name;
    record.text = std::move(text);
    emit(std::move(record));
}

void Core::touch(Path& path) {
    path.view.reset();
    visible = true;
    Map* map = map_of(path);
    if (map != nullptr) {
        map->view.reset();
    }
}

void Core::touch(Map& map) {
    map.view.reset();
    visible = true;
}

void Core::mark_dirty(Map& map) {
    map.dirty = true;
    dirty_maps.insert(map.id);
    touch(map);
}

void Core::wake_map(Map& map, Instant when) {
    map_queue.erase({map.wake, map.id});
    map.wake = when;
    if (when != kNever) {
        map_queue.insert({when, map.id});
    }
}

void Core::schedule_check(Path& path, Instant when) {
    check_queue.erase({path.next_check, path.id});
    path.next_check = when;
    if (when != kNever) {
        check_queue.insert({when, path.id});
    }
}

std::string kin_key(const model::BlockDevice& device, Kin kin) {
    switch (kin) {
        case Kin::nexus:
            return device.adapter.id.empty() ? "" : device.adapter.id + " " + device.target_port;
        case Kin::target_port:
            return device.target_port;
        case Kin::adapter:
            return device.adapter.id;
        case Kin::array:
            return device.target_wwnn;
        case Kin::fabric:
            return device.fabric;
    }
    MP_ASSERT(false);
}

}  // namespace mp::engine
