// SPDX-License-Identifier: GPL-2.0-or-later
// What an administrator asks for. A command changes what should be (a path is excluded, a map
// unwanted, a group wanted) and the client is answered when the map has settled, or at once when
// there is nothing to wait for. A command that fails changes nothing. Answers are the words that
// scripts know.
#include <algorithm>
#include <utility>

#include "daemon/base/strings.h"
#include "daemon/engine/rules.h"

namespace mp::engine {

using model::Command;
using model::CommandReply;
using model::Verb;

namespace {

constexpr Duration kDeviceWaitMax = seconds(5);
// A map whose plan waits for a hung disk keeps nobody waiting for longer than this.
constexpr Duration kReplyMax = seconds(60);
constexpr std::size_t kEarlyCommandsMax = 256;
constexpr const char* kDeviceNotFound = "device not found\n";

void reply(Core& core, ClientId client, bool ok, std::string text = "") {
    core.emit(model::effect::Reply{client, CommandReply{ok, std::move(text)}});
}

void wait_for(Core& core, Map& map, ClientId client) {
    map.waiters.push_back({client});
    core.mark_dirty(map);
}

void add_path(Core& core, ClientId client, const std::string& name) {
    Path* path = core.find_path(std::string_view(name));
    if (path == nullptr) {
        core.device_waiters.emplace(core.now + kDeviceWaitMax, DeviceWaiter{name, client});
        core.emit(model::effect::RereadDevice{name});
        return;
    }
    path->excluded = false;
    core.flushed.erase(path->wwid);
    identify(core, *path);
    path = core.find_path(std::string_view(name));
    if (path == nullptr || !path->accepted) {
        reply(core, client, true, "blacklisted\n");
        return;
    }
    Map* map = core.map_of(*path);
    if (map != nullptr) {
        map->regroup = true;
        core.mark_dirty(*map);
    }
    path->waiters.push_back(client);
    check_now(core, *path);
}

void remove_path(Core& core, ClientId client, Path& path) {
    Map* map = core.map_of(path);
    path.excluded = true;
    if (map == nullptr) {
        reply(core, client, true);
        return;
    }
    leave_map(core, path, "removed by command");
    wait_for(core, *map, client);
}

void fail_path(Core& core, ClientId client, Path& path) {
    path.failed_by_command = true;
    path.trusted = false;
    path.distrusted_at = core.now;
    core.touch(path);
    core.log(model::LogLevel::notice, "path-failed-by-command", core.map_of(path), &path,
             "failed by command; it stays failed until it is reinstated by command");
    Map* map = core.map_of(path);
    if (map == nullptr) {
        reply(core, client, true);
        return;
    }
    ++path.failures;
    ++map->path_faults;
    wait_for(core, *map, client);
}

// The check decides: by command or not, no path carries I/O before it was found good and the same
// disk.
void reinstate_path(Core& core, ClientId client, Path& path) {
    path.failed_by_command = false;
    path.trusted = false;
    path.distrusted_at = core.now;
    path.registration.forget();
    forgive(core, path);
    core.touch(path);
    path.waiters.push_back(client);
    check_now(core, path);
}

void add_map(Core& core, ClientId client, const std::string& name) {
    Map* map = core.find_map(std::string_view(name));
    if (map != nullptr) {
        wait_for(core, *map, client);
        return;
    }
    Wwid wwid{name};
    if (!core.paths_by_wwid.contains(wwid)) {
        const Wwid* bound = core.bindings.wwid_of(name);
        wwid = bound == nullptr ? Wwid{} : *bound;
    }
    if (wwid.empty() || !core.paths_by_wwid.contains(wwid)) {
        bool filtered = !core.config->filter_wwid(Wwid{name}).accepted;
        reply(core, client, false, filtered ? "blacklisted\n" : kDeviceNotFound);
        return;
    }
    core.flushed.erase(wwid);
    if (!core.wwids.contains(wwid)) {
        core.wwids_to_write += core.wwids.add(wwid);
    }
    consider_map(core, wwid);
    map = core.find_map(wwid);
    if (map == nullptr) {
        reply(core, client, false, "no usable path\n");
        return;
    }
    wait_for(core, *map, client);
}

void remove_map(Core& core, ClientId client, Map& map) {
    core.flushed.insert(map.wwid);
    map.wanted = false;
    map.deferred_removal = map.policy.deferred_remove;
    map.stop_queueing_for_removal = true;
    map.removal_tries = core.config->globals().remove_retries;
    map.removal_due = core.now;
    wait_for(core, map, client);
}

// One answer for many maps: the client hears "ok" when all are gone and the first refusal
// otherwise.
void remove_maps(Core& core, ClientId client) {
    if (core.maps.empty()) {
        reply(core, client, true);
        return;
    }
    core.group_replies[client] = GroupReply{core.maps.size(), {true, ""}};
    for (std::pair<const MapId, Map>& entry : core.maps) {
        remove_map(core, client, entry.second);
    }
}

void switch_group(Core& core, ClientId client, Map& map, const std::string& argument) {
    Result<std::uint64_t> number = parse_u64(argument);
    std::size_t groups = map.actual ? map.actual->table.groups.size() : 0;
    if (!number || *number == 0 || *number > groups) {
        reply(core, client, false, "the map has groups 1 to " + std::to_string(groups) + "\n");
        return;
    }
    map.wanted_group = static_cast<std::uint32_t>(*number);
    wait_for(core, map, client);
}

void resize_map(Core& core, ClientId client, Map& map) {
    map.resize_wanted = true;
    map.resize_rereads = static_cast<int>(map.paths.size());
    for (PathId id : map.paths) {
        core.emit(model::effect::RereadDevice{core.find_path(id)->device->name});
    }
    wait_for(core, map, client);
}

void reset_stats(Core& core, Map& map) {
    map.map_failures = 0;
    map.path_faults = 0;
    map.group_switches = 0;
    map.table_loads = 0;
    map.queueing_time = Duration{0};
    map.queueing_timeouts = 0;
    core.touch(map);
}

// Devices stacked on a path before it had a map are not moved to the map. "ok" would say that they
// were.
void reset_map(Core& core, ClientId client, const Map& map) {
    const std::string own = "dm-" + std::to_string(map.actual ? map.actual->minor : 0);
    for (PathId id : map.paths) {
        const Path& path = *core.find_path(id);
        for (const std::string& holder : path.device->holders) {
            if (holder != own) {
                reply(core, client, false,
                      holder + " stays on " + path.device->name +
                          ": what is stacked on a path is not moved\n");
                return;
            }
        }
    }
    reply(core, client, true);
}

void set_queueing(Core& core, Map& map, bool disabled) {
    if (disabled) {
        map.queueing = Queueing::disabled_by_command;
        map.queueing_deadline = kNever;
    } else {
        map.queueing = Queueing::normal;
        map.queueing_since = kNever;  // a new episode begins if no path is there
    }
    core.mark_dirty(map);
}

void on_path_command(Core& core, ClientId client, const Command& command) {
    Path* path = core.find_path(std::string_view(command.target));
    if (path == nullptr) {
        reply(core, client, false, kDeviceNotFound);
        return;
    }
    switch (command.verb) {
        case Verb::remove_path:
            remove_path(core, client, *path);
            return;
        case Verb::fail_path:
            fail_path(core, client, *path);
            return;
        case Verb::reinstate_path:
            reinstate_path(core, client, *path);
            return;
        default:
            break;
    }
    path->marginal_by_command = command.verb == Verb::set_marginal_path;
    if (!path->marginal_by_command) {
        forgive(core, *path);
    }
    update_marginal(core, *path);
    reply(core, client, true);
}

void on_map_command(Core& core, ClientId client, const Command& command) {
    Map* map = core.find_map(std::string_view(command.target));
    if (map == nullptr) {
        reply(core, client, false, kDeviceNotFound);
        return;
    }
    switch (command.verb) {
        case Verb::remove_map:
            remove_map(core, client, *map);
            return;
        case Verb::switch_group:
            switch_group(core, client, *map, command.argument);
            return;
        case Verb::suspend_map:
        case Verb::resume_map:
            map->suspended_by_command = command.verb == Verb::suspend_map;
            wait_for(core, *map, client);
            return;
        case Verb::resize_map:
            resize_map(core, client, *map);
            return;
        case Verb::reload_map:
            map->force_reload = true;
            map->regroup = true;
            wait_for(core, *map, client);
            return;
        case Verb::reset_map:
            reset_map(core, client, *map);
            return;
        case Verb::reset_map_stats:
            reset_stats(core, *map);
            reply(core, client, true);
            return;
        case Verb::disable_queueing_map:
        case Verb::restore_queueing_map:
            set_queueing(core, *map, command.verb == Verb::disable_queueing_map);
            wait_for(core, *map, client);
            return;
        case Verb::unset_marginal_map:
            break;
        default:
            on_reservation_command(core, client, *map, command);
            return;
    }
    for (PathId id : map->paths) {
        core.find_path(id)->marginal_by_command = false;
        forgive(core, *core.find_path(id));
    }
    reply(core, client, true);
}

void on_global_command(Core& core, ClientId client, const Command& command) {
    switch (command.verb) {
        case Verb::remove_maps:
            remove_maps(core, client);
            return;
        case Verb::reset_maps_stats:
        case Verb::disable_queueing_maps:
        case Verb::restore_queueing_maps:
            for (std::pair<const MapId, Map>& entry : core.maps) {
                if (command.verb == Verb::reset_maps_stats) {
                    reset_stats(core, entry.second);
                } else {
                    set_queueing(core, entry.second, command.verb == Verb::disable_queueing_maps);
                }
            }
            break;
        case Verb::force_queueing_daemon:
        case Verb::restore_queueing_daemon:
            core.force_queueing = command.verb == Verb::force_queueing_daemon;
            break;
        case Verb::reconfigure:
        case Verb::reconfigure_all:
            request_reload(core, command.verb == Verb::reconfigure_all);
            break;
        case Verb::shutdown:
            request_stop(core);
            break;
        case Verb::show_config_local: {
            std::vector<model::BlockDevice> devices;
            for (const std::pair<const PathId, Path>& entry : core.paths) {
                if (entry.second.accepted) {
                    devices.push_back(*entry.second.device);
                }
            }
            std::vector<conf::Config::LocalMap> maps;
            for (const std::pair<const MapId, Map>& entry : core.maps) {
                maps.push_back({entry.second.wwid, entry.second.alias});
            }
            reply(core, client, true, core.config->render_local(devices, maps));
            return;
        }
        default:
            reply(core, client, false, "not supported\n");
            return;
    }
    reply(core, client, true);
}

}  // namespace

void on_command(Core& core, const model::event::CommandReceived& event) {
    const Command& command = event.command;
    core.reply_deadlines.insert({core.now + kReplyMax, event.client});
    if (!core.enumerated || !core.maps_listed) {
        if (core.early_commands.size() >= kEarlyCommandsMax) {
            reply(core, event.client, false, "timeout\n");
            return;
        }
        core.early_commands.push_back(event);
        return;
    }
    switch (command.verb) {
        case Verb::add_path:
            add_path(core, event.client, command.target);
            return;
        case Verb::add_map:
            add_map(core, event.client, command.target);
            return;
        case Verb::remove_path:
        case Verb::fail_path:
        case Verb::reinstate_path:
        case Verb::set_marginal_path:
        case Verb::unset_marginal_path:
            on_path_command(core, event.client, command);
            return;
        case Verb::get_pr_status:
        case Verb::set_pr_status:
        case Verb::unset_pr_status:
        case Verb::get_pr_key:
        case Verb::set_pr_key:
        case Verb::unset_pr_key:
        case Verb::get_pr_hold:
        case Verb::set_pr_hold:
        case Verb::unset_pr_hold:
        case Verb::remove_map:
        case Verb::switch_group:
        case Verb::suspend_map:
        case Verb::resume_map:
        case Verb::resize_map:
        case Verb::reload_map:
        case Verb::reset_map:
        case Verb::reset_map_stats:
        case Verb::disable_queueing_map:
        case Verb::restore_queueing_map:
        case Verb::unset_marginal_map:
            on_map_command(core, event.client, command);
            return;
        default:
            on_global_command(core, event.client, command);
            return;
    }
}

void run_early_commands(Core& core) {
    if (!core.enumerated || !core.maps_listed) {
        return;
    }
    for (const model::event::CommandReceived& event : std::exchange(core.early_commands, {})) {
        on_command(core, event);
    }
}

void answer_device_waiters(Core& core, const std::string& name, bool found) {
    std::multimap<Instant, DeviceWaiter>::iterator it = core.device_waiters.begin();
    while (it != core.device_waiters.end()) {
        if (it->second.name != name) {
            ++it;
            continue;
        }
        ClientId client = it->second.client;
        it = core.device_waiters.erase(it);
        if (found) {
            add_path(core, client, name);
        } else {
            reply(core, client, false, kDeviceNotFound);
        }
    }
}

void expire_replies(Core& core) {
    while (!core.reply_deadlines.empty() && core.reply_deadlines.begin()->first <= core.now) {
        ClientId client = core.reply_deadlines.begin()->second;
        core.reply_deadlines.erase(core.reply_deadlines.begin());
        std::size_t waiting = core.group_replies.erase(client);
        for (std::pair<const MapId, Map>& entry : core.maps) {
            waiting += std::erase_if(entry.second.waiters, [client](const Waiter& waiter) {
                return waiter.client == client;
            });
        }
        for (std::pair<const PathId, Path>& entry : core.paths) {
            waiting += std::erase(entry.second.waiters, client);
        }
        if (waiting > 0) {
            reply(core, client, false, "timeout\n");
        }
    }
}

void expire_device_waiters(Core& core) {
    while (!core.device_waiters.empty() && core.device_waiters.begin()->first <= core.now) {
        ClientId client = core.device_waiters.begin()->second.client;
        core.device_waiters.erase(core.device_waiters.begin());
        reply(core, client, false, kDeviceNotFound);
    }
}

}  // namespace mp::engine
