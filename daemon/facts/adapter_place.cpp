// SPDX-License-Identifier: GPL-2.0-or-later
// Where in the machine is the adapter of a path? The deepest component of the device path that
// looks like a PCI address is the function that the disk hangs on; its numa_node tells the node,
// and the node's distance row the way to every other node. The row has a column per online node, in
// order of their numbers, which need not be contiguous: a number without a node gets -1. Disks that
// hang on no PCI function (software iSCSI, loopback targets, emulated hosts) have no place.
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

}  // namespace

void read_adapter_place(const SysTree& tree, model::BlockDevice& device) {
    std::vector<Component> components = components_of(device.sys_path);
    for (std::size_t i = components.size(); i > 0; --i) {
        const Component& function = components[i - 1];
        if (!is_pci_address(function.name)) {
            continue;
        }
        device.adapter.pci_address = function.name;
        std::int64_t node = read_number(tree, function.path + "/numa_node").value_or(-1);
        if (node >= 0 && node < kNodesMax) {
            device.adapter.numa_node = static_cast<int>(node);
            device.adapter.node_distance = distances_of(tree, node);
        }
        return;
    }
}

}  // namespace mp::facts
