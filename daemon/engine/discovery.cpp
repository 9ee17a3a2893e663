// SPDX-License-Identifier: GPL-2.0-or-later
// From a block device to a member of a map: is it a disk we may use, which disk is it, and is it
// really that disk?
//
// A device is filtered first (property, devnode, device, protocol, then WWID), then identified by
// decide_wwid; if udev has not processed it yet, it is asked to, a configured number of times,
// before the fallbacks are used. An identified path is checked, which includes asking the device
// itself who it is, and only then offered to a map. Facts that change later (a change event,
// another configuration) run through the same function again: there is one way in.
#include <algorithm>
#include <utility>

#include "daemon/engine/detect.h"
#include "daemon/engine/rules.h"

namespace mp::engine {

using model::BlockDevice;
using model::InitState;
using model::LogLevel;

namespace {

void index_path(Core& core, const Path& path) {
    for (std::size_t i = 0; i < kKinCount; ++i) {
        std::string key = kin_key(*path.device, static_cast<Kin>(i));
        if (!key.empty()) {
            core.relatives[i][std::move(key)].insert(path.id);
        }
    }
}

template <class Index, class Key>
void drop_from(Index& index, const Key& key, PathId id) {
    typename Index::iterator found = index.find(key);
    if (found == index.end()) {
        return;
    }
    found->second.erase(id);
    if (found->second.empty()) {
        index.erase(found);
    }
}

void unindex_path(Core& core, const Path& path) {
    for (std::size_t i = 0; i < kKinCount; ++i) {
        drop_from(core.relatives[i], kin_key(*path.device, static_cast<Kin>(i)), path.id);
    }
}

void forget_wwid(Core& core, Path& path) {
    if (!path.wwid.empty()) {
        drop_from(core.paths_by_wwid, path.wwid, path.id);
    }
    path.wwid = Wwid{};
    path.wwid_source.clear();
    path.baseline = IdentityBaseline{};
    path.identity = IdentityState::unknown;
    path.trusted = false;
}

void choose_tools(Core& core, Path& path) {
    std::string checker = decide_checker(*path.device, path.policy);
    if (path.checker == nullptr || checker != path.checker_name) {
        const checkers::CheckerType* type = checkers::find_checker(checker);
        if (type == nullptr) {
            core.log(LogLevel::warning, "checker-unknown", nullptr, &path,
                     "there is no path checker \"" + checker + "\"; using tur");
            type = checkers::find_checker("tur");
        }
        path.checker_name = std::string(type->name);
        path.checker = type->create();
        path.run = CheckRun{};
    }
    PrioritizerChoice choice =
        decide_prioritizer(*path.device, path.policy, path.checker_name == "rdac");
    std::string wanted = choice.name + " " + choice.args;
    if (path.prioritizer != nullptr && wanted == path.prioritizer_name) {
        return;
    }
    path.prioritizer_name = wanted;
    path.run = CheckRun{};  // an answer to the old one's question means nothing to the new one
    const prioritizers::PrioritizerType* type = prioritizers::find_prioritizer(choice.name);
    if (type != nullptr) {
        Result<std::unique_ptr<prioritizers::Prioritizer>> made = type->create(choice.args);
        if (made) {
            path.prioritizer = std::move(*made);
            return;
        }
        core.log(LogLevel::warning, "prioritizer-arguments", nullptr, &path,
                 "prioritizer " + choice.name + " \"" + choice.args + "\": " + made.error().what +
                     "; using const");
    } else {
        core.log(LogLevel::warning, "prioritizer-unknown", nullptr, &path,
                 "there is no prioritizer \"" + choice.name + "\"; using const");
    }
    path.prioritizer_name = "const ";
    path.prioritizer = std::move(*prioritizers::find_prioritizer("const")->create(""));
}

// Not ours: remembered for `show devices`, in no map, never probed.
void reject(Core& core, Path& path, std::string reason) {
    path.accepted = false;
    path.unused_reason = reason;
    leave_map(core, path, reason);
    forget_wwid(core, path);
    core.schedule_check(path, kNever);
    core.emit(model::effect::WatchPath{path.ref(), {}});
    core.touch(path);
}

void adopt_wwid(Core& core, Path& path, const Wwid& wwid, std::string source) {
    conf::FilterVerdict verdict = core.config->filter_wwid(wwid);
    if (!verdict.accepted) {
        reject(core, path, verdict.reason);
        return;
    }
    path.init = InitState::ok;
    path.wwid_source = std::move(source);
    if (path.wwid == wwid) {
        return;
    }
    if (!path.wwid.empty()) {
        leave_map(core, path, "its WWID changed from " + path.wwid.str() + " to " + wwid.str());
        forget_wwid(core, path);
    }
    path.wwid = wwid;
    path.unused_reason.clear();
    core.paths_by_wwid[wwid].insert(path.id);
    core.touch(path);
}

void wait_for_udev(Core& core, Path& path) {
    const conf::Globals& globals = core.config->globals();
    path.init = path.retriggers == 0 ? InitState::udev_missing : InitState::udev_requested;
    if (path.retrigger_due == kNever) {
        path.retrigger_due = core.now + globals.retrigger_delay;
        core.retrigger_queue.insert({path.retrigger_due, path.id});
    }
}

Path& new_path(Core& core, std::shared_ptr<const BlockDevice> device) {
    PathId id{core.next_id++};
    Path& path = core.paths[id];
    path.id = id;
    path.device = std::move(device);
    core.path_by_devt[path.device->devt] = id;
    core.path_by_name[path.device->name] = id;
    index_path(core, path);
    return path;
}

bool same_disk_life(const BlockDevice& a, const BlockDevice& b) {
    return a.name == b.name && a.devt == b.devt && a.hctl == b.hctl &&
           (a.disk_seq == 0 || b.disk_seq == 0 || a.disk_seq == b.disk_seq) &&
           a.sys_path == b.sys_path;
}

void note_size_change(Core& core, Path& path, std::uint64_t old_sectors) {
    Map* map = core.map_of(path);
    if (map == nullptr || path.device->size_sectors == old_sectors) {
        return;
    }
    core.log(LogLevel::notice, "path-resized", map, &path,
             "size changed from " + std::to_string(old_sectors) + " to " +
                 std::to_string(path.device->size_sectors) + " sectors");
    core.mark_dirty(*map);
}

// numa-distance sorts the paths by distance when a table is loaded: another place needs another
// one.
void note_move(Core& core, Path& path, const model::Adapter& before) {
    Map* map = core.map_of(path);
    const model::Adapter& now = path.device->adapter;
    if (map == nullptr || map->policy.selector != conf::kNumaSelector ||
        (now.numa_node == before.numa_node && now.node_distance == before.node_distance)) {
        return;
    }
    map->force_reload = true;
    core.mark_dirty(*map);
}

}  // namespace

void on_device_seen(Core& core, const model::event::DeviceSeen& event) {
    Path* known = core.find_path(std::string_view(event.device.name));
    if (known == nullptr) {
        known = core.find_path(event.device.devt);
    }
    if (known != nullptr && !same_disk_life(*known->device, event.device)) {
        // The name or number lives again: the removal event was lost or is still to come.
        erase_path(core, known->id);
        known = nullptr;
    }
    std::shared_ptr<const BlockDevice> device = std::make_shared<const BlockDevice>(event.device);
    if (known == nullptr) {
        Path& fresh = new_path(core, std::move(device));
        fresh.seen_at = core.now;
        identify(core, fresh);
        answer_device_waiters(core, event.device.name, true);
        return;
    }
    bool returned = !known->present;
    std::uint64_t old_sectors = known->device->size_sectors;
    const model::Adapter old_place = known->device->adapter;
    if (known->watched_state && *known->watched_state != device->kernel_state &&
        known->device->state_attribute == device->state_attribute) {
        std::shared_ptr<BlockDevice> fresh = std::make_shared<BlockDevice>(*device);
        fresh->kernel_state = *known->watched_state;
        device = std::move(fresh);
    }
    unindex_path(core, *known);
    known->device = std::move(device);
    known->present = true;
    known->seen_at = core.now;
    index_path(core, *known);
    identify(core, *known);
    known = core.find_path(std::string_view(event.device.name));
    if (known != nullptr && known->accepted) {
        note_size_change(core, *known, old_sectors);
        note_move(core, *known, old_place);
        if (event.change || returned) {
            check_now(core, *known);
        }
        Map* map = core.map_of(*known);
        if (map != nullptr && map->resize_rereads > 0) {
            --map->resize_rereads;
            core.mark_dirty(*map);
        }
    }
    answer_device_waiters(core, event.device.name, true);
}

void identify(Core& core, Path& path) {
    const BlockDevice& device = *path.device;
    path.policy = core.config->path_policy(device, path.wwid);
    if (device.hidden || !device.is_disk ||
        (device.usb && !core.config->globals().allow_usb_devices)) {
        reject(core, path,
               device.usb ? "USB devices are not allowed (allow_usb_devices)" : "hidden device");
        return;
    }
    if (device.size_sectors == 0) {
        path.unused_reason = "the device has no capacity";
    }
    conf::FilterVerdict verdict = core.config->filter_device(device, path.policy.uid_attribute);
    if (!verdict.accepted) {
        reject(core, path, verdict.reason);
        return;
    }
    if (!path.accepted) {
        path.accepted = true;
        path.unused_reason.clear();
        core.emit(model::effect::WatchPath{path.ref(), device.watch_attributes});
    }
    choose_tools(core, path);
    path.ask_wwid = false;
    const conf::Globals& globals = core.config->globals();
    WwidDecision decision =
        decide_wwid(device, path.policy, globals, path.retriggers >= globals.retrigger_tries);
    switch (decision.kind) {
        case WwidDecision::Kind::known:
            path.retrigger_due = kNever;
            if (path.identity == IdentityState::changed && decision.wwid == path.wwid) {
                break;  // udev repeats the old name of a disk that is no longer there
            }
            adopt_wwid(core, path, decision.wwid, decision.source);
            break;
        case WwidDecision::Kind::need_inquiry:
            path.ask_wwid = true;
            break;  // the identity stage of its check asks the device
        case WwidDecision::Kind::wait_udev:
            wait_for_udev(core, path);
            path.unused_reason = decision.reason;
            break;
        case WwidDecision::Kind::none:
            if (path.map) {
                break;  // a gap in udev's data does not take a working path away
            }
            path.init = InitState::failed;
            path.unused_reason = decision.reason;
            break;
    }
    if (!path.accepted) {
        return;  // its WWID is filtered
    }
    core.touch(path);
    if (path.next_check == kNever && !path.run.running() && (!path.wwid.empty() || path.ask_wwid)) {
        path.interval = globals.polling_interval;
        core.schedule_check(path, core.now);
    }
    if (!path.wwid.empty()) {
        consider_map(core, path.wwid);
    }
}

void on_wwid_learnt(Core& core, Path& path, const Wwid& wwid, std::string source) {
    adopt_wwid(core, path, wwid, std::move(source));
}

void leave_map(Core& core, Path& path, std::string reason) {
    path.unused_reason = std::move(reason);
    Map* map = core.map_of(path);
    path.map = MapId{};
    untune(core, path);
    stop_sampling(core, path);
    path.dm_state = model::DmPathState::undef;
    core.touch(path);
    if (map == nullptr) {
        return;
    }
    std::erase(map->paths, path.id);
    map->regroup = true;
    core.mark_dirty(*map);
}

void on_device_gone(Core& core, const model::event::DeviceGone& event) {
    Path* path = core.find_path(std::string_view(event.name));
    if (path == nullptr || path->device->devt != event.devt) {
        answer_device_waiters(core, event.name, false);
        return;  // an old name's removal, delivered after the new life began
    }
    erase_path(core, path->id);
    answer_device_waiters(core, event.name, false);
}

void erase_path(Core& core, PathId id) {
    Path* path = core.find_path(id);
    MP_ASSERT(path != nullptr);
    Map* map = core.map_of(*path);
    if (map != nullptr) {
        core.log(LogLevel::notice, "path-removed", map, path, "the path's device was removed");
    }
    for (ClientId client : path->waiters) {
        core.emit(model::effect::Reply{client, {false, "device not found\n"}});
    }
    leave_map(core, *path, "removed");
    forget_wwid(core, *path);
    core.schedule_check(*path, kNever);
    unindex_path(core, *path);
    core.path_by_devt.erase(path->device->devt);
    core.path_by_name.erase(path->device->name);
    core.retrigger_queue.erase({path->retrigger_due, id});
    core.emit(model::effect::ReleasePath{id});
    core.paths.erase(id);
    core.visible = true;
}

void on_enumeration_done(Core& core, const model::event::EnumerationDone& event) {
    std::set<DevT> present(event.present.begin(), event.present.end());
    std::vector<PathId> gone;
    for (const std::pair<const PathId, Path>& entry : core.paths) {
        // What appeared after the list was begun need not be on it.
        bool older = entry.second.seen_at < core.enumerated_from;
        if (older && !present.contains(entry.second.device->devt)) {
            gone.push_back(entry.first);
        }
    }
    for (PathId id : gone) {
        erase_path(core, id);
    }
    core.enumerated = true;
    core.enumerating = false;
    if (std::exchange(core.enumerate_again, false)) {
        enumerate(core);
    }
    if (core.maps_listed) {
        settle_adopted(core);
    }
}

void enumerate(Core& core) {
    if (core.enumerating) {
        core.enumerate_again = true;
        return;
    }
    core.enumerating = true;
    core.enumerated_from = core.now;
    core.emit(model::effect::EnumerateDevices{});
}

void retrigger_due(Core& core) {
    while (!core.retrigger_queue.empty() && core.retrigger_queue.begin()->first <= core.now) {
        Path* path = core.find_path(core.retrigger_queue.begin()->second);
        core.retrigger_queue.erase(core.retrigger_queue.begin());
        if (path == nullptr || path->retrigger_due == kNever) {
            continue;
        }
        path->retrigger_due = kNever;
        ++path->retriggers;
        if (path->retriggers <= core.config->globals().retrigger_tries) {
            core.emit(model::effect::RetriggerDevice{path->device->sys_path});
        }
        identify(core, *path);
    }
}

}  // namespace mp::engine
