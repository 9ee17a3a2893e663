// SPDX-License-Identifier: GPL-2.0-or-later
// Where in the machine is the adapter of a path? The deepest component of the device path that
// looks like a PCI address is the function that the disk hangs on; its numa_node tells the node,
// and the node's distance row the way to every other node. The row has a column per online node, in
// order of their numbers, which need not be contiguous: a number without a node gets -1.
//
// Software iSCSI and NVMe over TCP hang on no PCI function. Where the session or the controller is
// bound to a network interface, the node is that of the function behind it; bonds, bridges and
// unbound sessions have no one place, and neither have loopback targets and emulated hosts.
#include <array>

#include "daemon/base/strings.h"
#include "daemon/facts/bus_facts.h"
#include "daemon/facts/reader.h"

namespace mp::facts {
namespace {

constexpr std::int64_t kNodesMax = 1024;  // CONFIG_NODES_SHIFT of the largest kernels

bool hex_digit(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// dddd:bb:dd.f, the domain with four digits or more.
bool is_pci_address(std::string_view name) {
    std::vector<std::string_view> parts = split(name, ':');
    if (parts.size() != 3 || parts[0].size() < 4 || parts[1].size() != 2 || parts[2].size() != 4 ||
        parts[2][2] != '.') {
        return false;
    }
    for (char c : name) {
        if (!hex_digit(c) && c != ':' && c != '.') {
            return false;
        }
    }
    return true;
}

// "0-1,4" as numbers.
std::vector<std::int64_t> parse_ranges(std::string_view text) {
    std::vector<std::int64_t> out;
    for (std::string_view part : split(trim(text), ',')) {
        std::vector<std::string_view> ends = split(part, '-');
        Result<std::int64_t> first = parse_i64(ends.front());
        Result<std::int64_t> last = parse_i64(ends.back());
        if (!first || !last || *first < 0 || *last < *first || *last >= kNodesMax) {
            return {};
        }
        for (std::int64_t node = *first; node <= *last; ++node) {
            out.push_back(node);
        }
    }
    return out;
}

std::vector<int> distances_of(const SysTree& tree, std::int64_t node) {
    std::string row_text =
        read_text(tree, "/devices/system/node/node" + std::to_string(node) + "/distance");
    std::vector<std::string_view> row = split_words(row_text);
    std::vector<std::int64_t> nodes = parse_ranges(read_text(tree, "/devices/system/node/online"));
    std::vector<int> out;
    for (std::size_t i = 0; i < row.size(); ++i) {
        std::size_t number = i < nodes.size() ? static_cast<std::size_t>(nodes[i]) : out.size();
        Result<std::int64_t> distance = parse_i64(row[i]);
        if (!distance || *distance < 0 || *distance > 255) {
            return {};
        }
        out.resize(std::max(out.size(), number + 1), -1);
        out[number] = static_cast<int>(*distance);
    }
    return out;
}

void read_node(const SysTree& tree, const std::string& function, model::BlockDevice& device) {
    std::int64_t node = read_number(tree, function + "/numa_node").value_or(-1);
    if (node >= 0 && node < kNodesMax) {
        device.adapter.numa_node = static_cast<int>(node);
        device.adapter.node_distance = distances_of(tree, node);
    }
}

// "eth0", which sends what goes to this disk; empty when nobody said so.
std::string bound_interface(const SysTree& tree, const std::vector<Component>& components,
                            const model::BlockDevice& device) {
    std::string name;
    if (const Component* host = find_numbered(components, "host")) {
        name = read_text(tree, host->path + "/iscsi_host/" + host->name + "/netdev");
    } else {
        std::string address = read_text(tree, device.parent_dir() + "/address");
        for (std::string_view part : split(address, ',')) {
            if (starts_with(trim(part), "host_iface=")) {
                name = std::string(trim(part).substr(std::string_view("host_iface=").size()));
            }
        }
    }
    return name.find('/') == std::string::npos ? name : std::string();
}

}  // namespace

void read_adapter_place(const SysTree& tree, model::BlockDevice& device) {
    std::vector<Component> components = components_of(device.sys_path);
    for (std::size_t i = components.size(); i > 0; --i) {
        const Component& function = components[i - 1];
        if (!is_pci_address(function.name)) {
            continue;
        }
        device.adapter.pci_address = function.name;
        read_node(tree, function.path, device);
        return;
    }
    std::string interface = bound_interface(tree, components, device);
    if (interface.empty()) {
        return;
    }
    std::string card = tree.link("/class/net/" + interface + "/device").value_or("");
    std::vector<Component> above = components_of(card);
    for (std::size_t i = above.size(); i > 0; --i) {
        if (is_pci_address(above[i - 1].name)) {
            read_node(tree, above[i - 1].path, device);
            return;
        }
    }
}

}  // namespace mp::facts
