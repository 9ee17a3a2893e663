// SPDX-License-Identifier: GPL-2.0-or-later
// What is this map at the moment?
//
// Two ioctls, table and status; both carry the info of the device. Between them someone may load
// another table, so the two are kept only when they speak of the same paths in the same groups, and
// read again otherwise. None of them waits for I/O: status is asked without flushing.
//
// Partition maps and other holders come from sysfs, which costs one directory and does not grow
// with the number of maps.
#include "daemon/os/libdm_read.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "daemon/base/strings.h"
#include "daemon/dm/table_codec.h"
#include "daemon/os/libdm_task.h"

namespace mp::os::libdm {
namespace {

using model::DmMapState;

constexpr int kReadTries = 4;
constexpr const char* kTarget = "multipath";

struct Target {
    std::string type;
    std::uint64_t size_sectors = 0;
    std::string params;
};

/// The targets of a table or status reply; only the first two matter, a multipath map has one.
std::vector<Target> targets_of(const DmTask& task) {
    std::vector<Target> targets;
    void* next = nullptr;
    do {
        std::uint64_t start = 0;
        std::uint64_t length = 0;
        char* type = nullptr;
        char* params = nullptr;
        next = dm_get_next_target(task.get(), next, &start, &length, &type, &params);
        if (type != nullptr) {
            targets.push_back({type, length, params == nullptr ? "" : params});
        }
    } while (next != nullptr && targets.size() < 2);
    return targets;
}

bool is_multipath(const std::vector<Target>& targets) {
    return targets.size() == 1 && targets.front().type == kTarget;
}

bool same_shape(const model::MultipathTable& table, const model::MultipathStatus& status) {
    if (table.groups.size() != status.groups.size()) {
        return false;
    }
    for (std::size_t i = 0; i < table.groups.size(); ++i) {
        auto same_device = [](const model::TablePath& a, const model::StatusPath& b) {
            return a.devt == b.devt;
        };
        if (!std::ranges::equal(table.groups[i].paths, status.groups[i].paths, same_device)) {
            return false;
        }
    }
    return true;
}

DmMapState state_of(const DmTask& task) {
    dm_info info = task.info();
    DmMapState map;
    const char* name = dm_task_get_name(task.get());
    const char* uuid = dm_task_get_uuid(task.get());
    map.name = name == nullptr ? "" : name;
    map.uuid = uuid == nullptr ? "" : uuid;
    map.minor = info.minor;
    map.devt = {info.major, info.minor};
    map.event_nr = info.event_nr;
    map.open_count = static_cast<std::uint32_t>(std::max(info.open_count, 0));
    map.suspended = info.suspended != 0;
    map.read_only = info.read_only != 0;
    map.deferred_remove = info.deferred_remove != 0;
    map.live_table = info.live_table != 0;
    map.inactive_table = info.inactive_table != 0;
    return map;
}

Result<DmTask> task_for(int type, const std::string& uuid, const std::string& name) {
    return uuid.empty() ? DmTask::by_name(type, name) : DmTask::by_uuid(type, uuid);
}

Result<DmMapState> read_once(const std::string& uuid, const std::string& name) {
    MP_TRY(DmTask table_task, task_for(DM_DEVICE_TABLE, uuid, name));
    MP_CHECK(table_task.run("read the table of a map"));
    if (table_task.info().exists == 0) {
        return fail(Errc::gone, "no such map");
    }
    DmMapState map = state_of(table_task);
    if (!starts_with(map.uuid, model::kUuidPrefix)) {
        return fail(Errc::gone, "the map of that name is not a multipath map");
    }
    std::vector<Target> targets = targets_of(table_task);
    if (targets.empty()) {
        map.live_table = false;
        return map;
    }
    map.is_multipath = is_multipath(targets);
    if (!map.is_multipath) {
        return map;
    }
    MP_TRY(DmTask status_task, DmTask::by_uuid(DM_DEVICE_STATUS, map.uuid));
    dm_task_no_flush(status_task.get());
    MP_CHECK(status_task.run("read the status of a map"));
    if (status_task.info().exists == 0) {
        return fail(Errc::gone, "no such map");
    }
    std::vector<Target> states = targets_of(status_task);
    if (!is_multipath(states)) {
        return fail(Errc::busy, "the map changed while it was read");
    }
    MP_TRY(map.table, dm::parse_table(targets.front().params, targets.front().size_sectors));
    MP_TRY(map.status, dm::parse_status(states.front().params));
    if (!same_shape(map.table, map.status)) {
        return fail(Errc::busy, "the map changed while it was read");
    }
    map.status.queue_if_no_path = dm::has_feature(map.table, "queue_if_no_path");
    return map;
}

Result<DmMapState> read_map(const std::string& uuid, const std::string& name) {
    Result<DmMapState> map = read_once(uuid, name);
    for (int tries = 1; tries < kReadTries && !map && map.error().code == Errc::busy; ++tries) {
        map = read_once(uuid, name);
    }
    if (map) {
        for (const Holder& holder : holders_of(map->devt)) {
            map->holders.push_back(holder.kernel_name);
        }
    }
    return map;
}

std::string first_line(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

}  // namespace

Result<DmMapState> read_map_by_uuid(const std::string& uuid) {
    return read_map(uuid, "");
}

Result<DmMapState> read_map_by_name(const std::string& name) {
    return read_map("", name);
}

Result<std::vector<DmMapState>> read_maps(const std::vector<ListedMap>& listed) {
    std::vector<DmMapState> maps;
    for (const ListedMap& one : listed) {
        Result<DmMapState> map = read_map_by_uuid(one.uuid);
        if (map) {
            maps.push_back(std::move(*map));
        } else if (map.error().code == Errc::invalid || map.error().code == Errc::limit) {
            DmMapState unread;
            unread.name = one.name;
            unread.uuid = one.uuid;
            unread.devt = one.devt;
            unread.minor = one.devt.minor;
            unread.event_nr = one.event_nr;
            unread.live_table = true;
            unread.is_multipath = false;
            maps.push_back(std::move(unread));
        } else if (map.error().code != Errc::gone) {
            return tl::unexpected<Error>(map.error());
        }
    }
    return maps;
}

std::vector<Holder> holders_of(DevT devt) {
    std::vector<Holder> holders;
    std::error_code error;
    std::filesystem::path base = "/sys/dev/block/" + devt.str() + "/holders";
    std::filesystem::directory_iterator at(base, error);
    while (!error && at != std::filesystem::directory_iterator()) {
        Holder holder;
        holder.kernel_name = at->path().filename().string();
        holder.dm_name = unmangle(first_line(at->path() / "dm/name"));
        holder.dm_uuid = unmangle(first_line(at->path() / "dm/uuid"));
        holders.push_back(std::move(holder));
        at.increment(error);
    }
    std::ranges::sort(holders, {}, &Holder::kernel_name);
    return holders;
}

bool is_partition_of(std::string_view holder_uuid, std::string_view map_uuid) {
    constexpr std::string_view kPart = "part";
    if (map_uuid.empty() || !starts_with(holder_uuid, kPart)) {
        return false;
    }
    holder_uuid.remove_prefix(kPart.size());
    std::size_t digits = holder_uuid.find_first_not_of("0123456789");
    if (digits == 0 || digits == std::string_view::npos) {
        return false;
    }
    holder_uuid.remove_prefix(digits);
    return starts_with(holder_uuid, "-") && holder_uuid.substr(1) == map_uuid;
}

}  // namespace mp::os::libdm
