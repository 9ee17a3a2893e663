// SPDX-License-Identifier: GPL-2.0-or-later
// What do status, daemon, devices and wildcards say? Lines of fixed words that monitoring scripts
// match: states are counted by their internal names, "busy" is a capitalised truth value, and a
// device is either ruled out by its kernel name or not, and either watched or not.
#include "daemon/api/reports.h"

#include <array>

#include "conf/config.h"
#include "daemon/api/fields.h"
#include "daemon/api/lookup.h"

namespace mp::api {
namespace {

using model::DaemonState;
using model::PathView;
using model::Snapshot;

constexpr std::array<std::string_view, 11> kStateNames = {
    "wild",    "unchecked", "down",    "up",      "shaky",        "ghost",
    "pending", "timeout",   "removed", "delayed", "disconnected",
};

}  // namespace

std::string_view daemon_state_word(DaemonState state) {
    switch (state) {
        case DaemonState::init:
            return "init";
        case DaemonState::startup:
            return "startup";
        case DaemonState::configure:
            return "configure";
        case DaemonState::idle:
            return "idle";
        case DaemonState::running:
            return "running";
        case DaemonState::shutdown:
            return "shutdown";
    }
    return "init";
}

std::string_view path_state_name(model::PathState state) {
    return kStateNames.at(static_cast<std::size_t>(state));
}

// The blank before the first text is part of it.
std::string_view device_status(const Snapshot& snapshot, const PathView& path) {
    if (path.monitored) {
        return " devnode whitelisted, monitored";
    }
    if (path.device->hidden) {
        return "hidden, unmonitored";
    }
    return device_status(snapshot, path.device->name);
}

std::span<const std::string> others_of(const Snapshot& snapshot) {
    return snapshot.other_devices == nullptr ? std::span<const std::string>()
                                             : std::span(*snapshot.other_devices);
}

std::string_view device_status(const Snapshot& snapshot, const std::string& name) {
    if (snapshot.config != nullptr) {
        model::BlockDevice only_named;  // this report is about names; no other rule may come first
        only_named.name = name;
        conf::FilterVerdict verdict = snapshot.config->filter_device(only_named, "");
        if (!verdict.accepted && verdict.group == "devnode") {
            return "devnode blacklisted, unmonitored";
        }
    }
    return "devnode whitelisted, unmonitored";
}

namespace {

template <class View>
void put_letters(std::string& out, std::span<const Field<View>> fields) {
    for (const Field<View>& field : fields) {
        out += '%';
        out += field.letter;
        out += "  ";
        out += field.header;
        out += '\n';
    }
}

}  // namespace

std::string render_status(const Snapshot& snapshot) {
    constexpr std::size_t kNameColumn = 20;
    std::array<std::size_t, kStateNames.size()> counts{};
    std::vector<const PathView*> paths = listed_paths(snapshot);
    for (const PathView* path : paths) {
        ++counts.at(static_cast<std::size_t>(path->state));
    }
    std::string out = "path checker states:\n";
    for (std::size_t i = 0; i < counts.size(); ++i) {
        if (counts[i] != 0) {
            out += kStateNames[i];
            out.append(kNameColumn - kStateNames[i].size(), ' ');
            out += std::to_string(counts[i]) + "\n";
        }
    }
    out += "\npaths: " + std::to_string(paths.size()) + "\n";
    out += snapshot.busy ? "busy: True\n" : "busy: False\n";
    if (snapshot.probing.stuck > 0 || snapshot.probing.written_off > 0) {
        out += "stuck commands: " + std::to_string(snapshot.probing.stuck) + " now, " +
               std::to_string(snapshot.probing.written_off) + " given up\n";
    }
    return out;
}

std::string render_daemon(const Snapshot& snapshot, int pid) {
    std::string out = "pid " + std::to_string(pid) + " ";
    out += daemon_state_word(snapshot.daemon);
    if (snapshot.reconfigure_pending) {
        out += " (pending reconfigure)";
    }
    return out + "\n";
}

std::string render_devices(const Snapshot& snapshot) {
    std::string out = "available block devices:\n";
    const auto put = [&out](const std::string& name, std::string_view status) {
        out += "    " + name + " ";
        out += status;
        out += '\n';
    };
    for (const std::shared_ptr<const PathView>& path : snapshot.paths) {
        put(path->device->name, device_status(snapshot, *path));
    }
    for (const std::string& name : others_of(snapshot)) {
        put(name, device_status(snapshot, name));
    }
    return out;
}

std::string render_wildcards() {
    std::string out = "multipath format wildcards:\n";
    put_letters(out, map_fields());
    out += "\npath format wildcards:\n";
    put_letters(out, path_fields());
    return out;
}

std::string render_config_local(const Snapshot& snapshot) {
    if (snapshot.config == nullptr) {
        return "";
    }
    std::vector<model::BlockDevice> devices;
    for (const PathView* path : listed_paths(snapshot)) {
        devices.push_back(*path->device);
    }
    std::vector<conf::Config::LocalMap> maps;
    for (const model::MapView* map : listed_maps(snapshot)) {
        maps.push_back({map->wwid, map->alias});
    }
    return snapshot.config->render_local(devices, maps);
}

}  // namespace mp::api
