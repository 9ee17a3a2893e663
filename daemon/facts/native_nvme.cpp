// SPDX-License-Identifier: GPL-2.0-or-later
// Which NVMe disks does the kernel itself reach over several paths? With its own multipathing a
// namespace hangs below its subsystem as nvme<subsystem>n<i>, and each path to it below a
// controller as nvme<subsystem>c<controller>n<i>, hidden (drivers/nvme/host/multipath.c). Without
// it the namespace hangs below the controller, and there is nothing here to show.
#include "daemon/facts/native_nvme.h"

#include <algorithm>

#include "daemon/base/strings.h"
#include "daemon/facts/reader.h"

namespace mp::facts {

namespace {

constexpr const char* kSubsystems = "/class/nvme-subsystem";

bool is_number(std::string_view text) {
    return !text.empty() && parse_u64(text).has_value();
}

// "nvme0n1" -> "0" and "1".
struct HeadName {
    std::string_view subsystem;
    std::string_view instance;
};
std::optional<HeadName> head_name(std::string_view name) {
    constexpr std::string_view kPrefix = "nvme";
    if (!starts_with(name, kPrefix)) {
        return std::nullopt;
    }
    std::vector<std::string_view> parts = split(name.substr(kPrefix.size()), 'n');
    if (parts.size() != 2 || !is_number(parts[0]) || !is_number(parts[1])) {
        return std::nullopt;
    }
    return HeadName{parts[0], parts[1]};
}

bool is_controller(std::string_view name) {
    return starts_with(name, "nvme") && is_number(name.substr(4));
}

// "nvme0c1n1" is a path to "nvme0n1".
bool leads_to(std::string_view path, const HeadName& head) {
    std::string begin = "nvme" + std::string(head.subsystem) + "c";
    std::string end = "n" + std::string(head.instance);
    return starts_with(path, begin) && ends_with(path, end) &&
           path.size() > begin.size() + end.size() &&
           is_number(path.substr(begin.size(), path.size() - begin.size() - end.size()));
}

void read_paths(const SysTree& tree, const std::string& controller, const HeadName& head,
                std::vector<model::NativePath>& paths) {
    std::optional<std::string> dir = tree.link(controller);
    for (const std::string& name : dir ? tree.list(*dir) : std::vector<std::string>{}) {
        if (!leads_to(name, head)) {
            continue;
        }
        model::NativePath path;
        path.name = name;
        path.controller = controller.substr(controller.rfind('/') + 1);
        path.state = read_text(tree, *dir + "/state");
        path.transport = read_text(tree, *dir + "/transport");
        path.address = read_text(tree, *dir + "/address");
        path.ana_state = read_text(tree, *dir + "/" + name + "/ana_state");
        paths.push_back(std::move(path));
    }
}

model::NativeMap read_map(const SysTree& tree, const std::string& subsystem,
                          const std::string& name, const HeadName& head) {
    std::string dir = subsystem + "/" + name;
    model::NativeMap map;
    map.name = name;
    map.wwid = read_text(tree, dir + "/wwid");
    map.subsystem_nqn = read_text(tree, subsystem + "/subsysnqn");
    map.model = read_text(tree, subsystem + "/model");
    map.revision = read_text(tree, subsystem + "/firmware_rev");
    map.serial = read_text(tree, subsystem + "/serial");
    map.policy = read_text(tree, subsystem + "/iopolicy");
    map.size_sectors = static_cast<std::uint64_t>(
        std::max<std::int64_t>(0, read_number(tree, dir + "/size").value_or(0)));
    map.read_only = read_number(tree, dir + "/ro") == 1;
    for (const std::string& entry : tree.list(subsystem)) {
        if (is_controller(entry)) {
            read_paths(tree, subsystem + "/" + entry, head, map.paths);
        }
    }
    return map;
}

}  // namespace

std::vector<model::NativeMap> read_native_maps(const SysTree& tree) {
    std::vector<model::NativeMap> maps;
    for (const std::string& entry : tree.list(kSubsystems)) {
        std::optional<std::string> subsystem = tree.link(std::string(kSubsystems) + "/" + entry);
        if (!subsystem) {
            continue;
        }
        for (const std::string& name : tree.list(*subsystem)) {
            if (std::optional<HeadName> head = head_name(name)) {
                maps.push_back(read_map(tree, *subsystem, name, *head));
            }
        }
    }
    std::ranges::sort(maps, {}, &model::NativeMap::name);
    return maps;
}

}  // namespace mp::facts
