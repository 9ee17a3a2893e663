// SPDX-License-Identifier: GPL-2.0-or-later
// What can be known of disks and maps without the daemon? sysfs has the uuid, name and slaves of
// every device-mapper device, and what a disk says of itself; udev's records have the rest. No
// device is asked and nothing is changed here.
#include "daemon/cli/local.h"

#include <algorithm>
#include <cstdlib>

#include "daemon/base/strings.h"
#include "daemon/cli/files.h"
#include "daemon/engine/identity.h"
#include "daemon/facts/block_facts.h"

namespace mp::cli {
namespace {

std::string line_of(const SysfsTree& sysfs, const std::string& path) {
    return std::string(trim(sysfs.read(path).value_or("")));
}

std::string without_dev(const std::string& device) {
    for (std::string_view prefix : {"/dev/mapper/", "/dev/"}) {
        if (starts_with(device, prefix)) {
            return device.substr(prefix.size());
        }
    }
    return device;
}

}  // namespace

std::vector<KernelMap> kernel_maps(const SysfsTree& sysfs) {
    constexpr std::string_view kPrefix = "mpath-";
    std::vector<KernelMap> maps;
    for (const std::string& name : sysfs.list("/block")) {
        if (!starts_with(name, "dm-")) {
            continue;
        }
        std::string uuid = line_of(sysfs, "/block/" + name + "/dm/uuid");
        if (starts_with(uuid, kPrefix)) {
            maps.push_back({line_of(sysfs, "/block/" + name + "/dm/name"), name,
                            Wwid(uuid.substr(kPrefix.size())),
                            sysfs.list("/block/" + name + "/slaves")});
        }
    }
    return maps;
}

const KernelMap* find_kernel_map(const std::vector<KernelMap>& maps, const std::string& device) {
    std::string name = without_dev(device);
    for (const KernelMap& map : maps) {
        if (map.name == name) {
            return &map;
        }
    }
    for (const KernelMap& map : maps) {
        if (map.wwid.str() == name || map.kernel_name == name ||
            std::ranges::find(map.paths, name) != map.paths.end()) {
            return &map;
        }
    }
    return nullptr;
}

std::string kernel_name_of(const std::string& device, const SysfsTree& sysfs) {
    if (parse_devt(device)) {
        return sysfs.link("/dev/block/" + device).value_or("");
    }
    std::string name = device;
    if (starts_with(name, "/dev/")) {
        char* target = ::realpath(rooted(name).c_str(), nullptr);
        name = target == nullptr ? name : std::string(target);
        std::free(target);
        name = name.substr(name.rfind('/') + 1);
    }
    bool plain = name.find('/') == std::string::npos && name != "." && name != "..";
    return plain ? name : "";
}

std::string without_links(const std::string& device) {
    if (!starts_with(device, "/dev/") || starts_with(device, "/dev/mapper/") ||
        device.find('/', std::string_view("/dev/").size()) == std::string::npos) {
        return device;
    }
    char* target = ::realpath(rooted(device).c_str(), nullptr);
    std::string node = target == nullptr ? "" : target;
    std::free(target);
    return node.empty() ? device : "/dev/" + node.substr(node.rfind('/') + 1);
}

Result<model::BlockDevice> read_device(const SysfsTree& sysfs, const std::string& kernel_name) {
    if (kernel_name.empty()) {
        return fail(Errc::invalid, "this is not the name of a device");
    }
    MP_TRY(model::BlockDevice device, facts::read_block_facts(sysfs, kernel_name, {}));
    UdevRecord record = read_udev_record(device.devt);
    device.properties = std::move(record.properties);
    device.udev_initialized = record.initialized;
    return device;
}

std::vector<model::BlockDevice> accepted_devices(const SysfsTree& sysfs,
                                                 const conf::Config& config) {
    std::vector<model::BlockDevice> devices;
    for (const std::string& name : sysfs.list("/block")) {
        if (!facts::is_candidate(name)) {
            continue;
        }
        Result<model::BlockDevice> device = read_device(sysfs, name);
        if (device &&
            config.filter_device(*device, config.path_policy(*device).uid_attribute).accepted) {
            devices.push_back(std::move(*device));
        }
    }
    return devices;
}

std::optional<Wwid> wwid_of_device(const conf::Config& config, const model::BlockDevice& device) {
    engine::WwidDecision decision =
        engine::decide_wwid(device, config.path_policy(device), config.globals(), true);
    if (decision.kind != engine::WwidDecision::Kind::known) {
        return std::nullopt;
    }
    return decision.wwid;
}

bool has_running_path(const SysfsTree& sysfs, const KernelMap& map) {
    return std::ranges::any_of(map.paths, [&](const std::string& path) {
        std::string state = line_of(sysfs, "/block/" + path + "/device/state");
        return state == "running" || state == "live" || state.empty();
    });
}

}  // namespace mp::cli
