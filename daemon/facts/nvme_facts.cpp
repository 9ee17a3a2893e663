// SPDX-License-Identifier: GPL-2.0-or-later
// What does the kernel know of an NVMe namespace and the controller it is reached through (Linux
// drivers/nvme/host/sysfs.c)? A namespace hangs below its controller, unless the kernel's own
// multipathing is on: then it hangs below the subsystem, which has no state and no single address.
// Numbers take the place of host, channel, target and LUN: controller instance, controller id,
// namespace instance and namespace id.
#include <utility>

#include "daemon/base/strings.h"
#include "daemon/facts/bus_facts.h"
#include "daemon/facts/reader.h"

namespace mp::facts {

using model::BlockDevice;
using model::Protocol;

namespace {

Protocol protocol_of(const std::string& transport) {
    std::optional<Protocol> known = model::protocol_of_text("nvme:" + transport);
    return known ? *known : Protocol::nvme_unspec;
}

std::uint32_t small(std::optional<std::int64_t> number) {
    return number && *number >= 0 && *number <= UINT32_MAX ? static_cast<std::uint32_t>(*number)
                                                           : 0;
}

// nvme<controller>n<namespace>
std::optional<std::pair<std::uint32_t, std::uint32_t>> instances_of(std::string_view name) {
    constexpr std::string_view kPrefix = "nvme";
    if (!starts_with(name, kPrefix)) {
        return std::nullopt;
    }
    std::vector<std::string_view> parts = split(name.substr(kPrefix.size()), 'n');
    if (parts.size() != 2) {
        return std::nullopt;
    }
    Result<std::uint64_t> controller = parse_u64(parts[0]);
    Result<std::uint64_t> instance = parse_u64(parts[1]);
    if (!controller || !instance || *controller > UINT32_MAX || *instance > UINT32_MAX) {
        return std::nullopt;
    }
    return std::pair(static_cast<std::uint32_t>(*controller),
                     static_cast<std::uint32_t>(*instance));
}

// One "key=value" of an address such as "traddr=127.0.0.1,trsvcid=4420,src_addr=127.0.0.1".
std::string address_part(const std::string& address, std::string_view key) {
    for (std::string_view part : split(address, ',')) {
        part = trim(part);
        if (starts_with(part, key) && part.size() > key.size() && part[key.size()] == '=') {
            return std::string(part.substr(key.size() + 1));
        }
    }
    return {};
}

// Fibre Channel addresses read "nn-0x<node>:pn-0x<port>".
struct FcNames {
    std::string node;
    std::string port;
};
FcNames fc_names_of(const std::string& address) {
    FcNames out;
    for (std::string_view part : split(address, ':')) {
        if (starts_with(part, "nn-")) {
            out.node = std::string(part.substr(3));
        } else if (starts_with(part, "pn-")) {
            out.port = std::string(part.substr(3));
        }
    }
    return out;
}

void read_address(const SysTree& tree, const std::string& controller, BlockDevice& device) {
    std::string nqn = read_text(tree, controller + "/subsysnqn");
    std::string address = read_text(tree, controller + "/address");
    std::string remote = address_part(address, "traddr");
    std::string service = address_part(address, "trsvcid");
    if (device.protocol == Protocol::nvme_fc) {
        FcNames target = fc_names_of(remote);
        FcNames host = fc_names_of(address_part(address, "host_traddr"));
        device.target_wwnn = target.node;
        device.target_wwpn = target.port;
        device.host_wwnn = host.node;
        device.host_wwpn = host.port;
    } else {
        device.target_wwnn = nqn;
    }
    std::string where = remote.empty() ? address : remote;
    if (!service.empty() && service != "none") {
        where += ":" + service;
    }
    device.target_port = nqn + "@" + where;
}

}  // namespace

void read_nvme_facts(const SysTree& tree, BlockDevice& device) {
    std::string controller = device.parent_dir();
    device.vendor = "NVME";
    device.product = read_text(tree, controller + "/model");
    device.revision = read_text(tree, controller + "/firmware_rev");
    device.serial = read_text(tree, controller + "/serial");
    device.sysfs_wwid = read_text(tree, device.sys_path + "/wwid");
    device.nvme_ana = tree.read(device.sys_path + "/ana_grpid").has_value();
    device.protocol = protocol_of(read_text(tree, controller + "/transport"));
    device.kernel_state = read_text(tree, controller + "/state");
    if (!device.kernel_state.empty()) {
        device.state_attribute = controller + "/state";
        device.watch_attributes.push_back(device.state_attribute);
        device.adapter.id = controller.substr(controller.rfind('/') + 1);
        read_address(tree, controller, device);
    }
    if (std::optional<std::pair<std::uint32_t, std::uint32_t>> instances =
            instances_of(device.name)) {
        device.hctl = Hctl{.host = instances->first,
                           .channel = small(read_number(tree, controller + "/cntlid")),
                           .target = instances->second,
                           .lun = small(read_number(tree, device.sys_path + "/nsid"))};
    }
}

}  // namespace mp::facts
