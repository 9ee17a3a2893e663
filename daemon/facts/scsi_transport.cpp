// SPDX-License-Identifier: GPL-2.0-or-later
// Over which transport does a SCSI disk come, and what is at the two ends? The kernel nests the
// transport's devices between host and target (Linux drivers/scsi/scsi_transport_*.c): rport-H:B-N
// for Fibre Channel, sessionN for iSCSI, end_device-... for SAS, ataN and usbN above the host. SRP
// and SPI show only as a class directory of the host. What none of these tells is "unspec":
// virtio-scsi, scsi_debug, LIO loopback. The far end is then named by host, channel and target.
#include <array>
#include <utility>

#include "daemon/base/strings.h"
#include "daemon/facts/bus_facts.h"
#include "daemon/facts/reader.h"

namespace mp::facts {

using model::BlockDevice;
using model::Protocol;

namespace {

// A transport class device, which the kernel puts below the device of the same name.
std::string class_dir(const Component& device, std::string_view class_name) {
    std::string out = device.path;
    for (std::string_view part : {class_name, std::string_view(device.name)}) {
        out += '/';
        out += part;
    }
    return out;
}

std::string class_attribute(const Component& device, std::string_view class_name,
                            std::string_view attribute) {
    return class_dir(device, class_name) + "/" + std::string(attribute);
}

void read_fc(const SysTree& tree, const Component& host, const Component& rport,
             BlockDevice& device) {
    device.protocol = Protocol::scsi_fcp;
    device.rport_name = rport.name;
    device.port_dir = class_dir(rport, "fc_remote_ports");
    device.host_wwnn = read_text(tree, class_attribute(host, "fc_host", "node_name"));
    device.host_wwpn = read_text(tree, class_attribute(host, "fc_host", "port_name"));
    device.fabric = read_text(tree, class_attribute(host, "fc_host", "fabric_name"));
    device.target_wwnn = read_text(tree, class_attribute(rport, "fc_remote_ports", "node_name"));
    device.target_wwpn = read_text(tree, class_attribute(rport, "fc_remote_ports", "port_name"));
    device.target_port = device.target_wwpn;
    device.watch_attributes.push_back(class_attribute(rport, "fc_remote_ports", "port_state"));
}

// The address the session was told to use: it stays when the target redirects or the link is down.
std::string iscsi_address(const SysTree& tree, const Component& session) {
    for (const std::string& name : tree.list(session.path)) {
        if (!starts_with(name, "connection")) {
            continue;
        }
        Component connection{.name = name, .path = session.path + "/" + name};
        std::string address =
            read_text(tree, class_attribute(connection, "iscsi_connection", "persistent_address"));
        std::string port =
            read_text(tree, class_attribute(connection, "iscsi_connection", "persistent_port"));
        if (!address.empty()) {
            return address + ":" + port;
        }
    }
    return {};
}

void read_iscsi(const SysTree& tree, const Component& host, const Component& session,
                BlockDevice& device) {
    device.protocol = Protocol::scsi_iscsi;
    device.rport_name = session.name;
    device.port_dir = class_dir(session, "iscsi_session");
    std::string target = read_text(tree, class_attribute(session, "iscsi_session", "targetname"));
    std::string group = read_text(tree, class_attribute(session, "iscsi_session", "tpgt"));
    std::string address = iscsi_address(tree, session);
    device.target_wwnn = target;
    if (!target.empty()) {
        device.target_port = target + "," + group + (address.empty() ? "" : "@" + address);
    }
    device.host_wwnn = read_text(tree, class_attribute(session, "iscsi_session", "initiatorname"));
    device.host_wwpn = read_text(tree, class_attribute(host, "iscsi_host", "hwaddress"));
    device.watch_attributes.push_back(class_attribute(session, "iscsi_session", "state"));
}

void read_sas(const SysTree& tree, const Component& end_device, BlockDevice& device) {
    device.protocol = Protocol::scsi_sas;
    device.rport_name = end_device.name;
    device.port_dir = class_dir(end_device, "sas_end_device");
    device.target_port = read_text(tree, class_attribute(end_device, "sas_device", "sas_address"));
    device.target_wwnn = device.target_port;
}

void read_by_host_class(const SysTree& tree, const Component& host, BlockDevice& device) {
    constexpr std::array<std::pair<std::string_view, Protocol>, 4> kClasses = {{
        {"srp_host", Protocol::scsi_srp},
        {"spi_host", Protocol::scsi_spi},
        {"fc_host", Protocol::scsi_fcp},
        {"sas_host", Protocol::scsi_sas},
    }};
    device.protocol = Protocol::scsi_unspec;
    for (const std::pair<std::string_view, Protocol>& entry : kClasses) {
        if (tree.link(host.path + "/" + std::string(entry.first))) {
            device.protocol = entry.second;
            break;
        }
    }
    if (device.protocol == Protocol::scsi_srp) {
        std::string dgid = read_text(tree, class_attribute(host, "scsi_host", "dgid"));
        std::string id = read_text(tree, class_attribute(host, "scsi_host", "id_ext"));
        device.target_port = dgid.empty() ? dgid : dgid + "," + id;
    }
}

}  // namespace

void read_scsi_transport(const SysTree& tree, BlockDevice& device) {
    std::vector<Component> components = components_of(device.sys_path);
    const Component* host = find_numbered(components, "host");
    if (host == nullptr) {
        device.protocol = Protocol::scsi_unspec;
        return;
    }
    device.adapter.id = host->name;
    device.host_dir = class_dir(*host, "scsi_host");
    if (device.hctl) {
        device.disk_dir = device.parent_dir() + "/scsi_disk/" + device.hctl->str();
    }
    if (const Component* rport = find_numbered(components, "rport-")) {
        read_fc(tree, *host, *rport, device);
    } else if (const Component* session = find_numbered(components, "session")) {
        read_iscsi(tree, *host, *session, device);
    } else if (const Component* end_device = find_numbered(components, "end_device-")) {
        read_sas(tree, *end_device, device);
    } else if (find_numbered(components, "usb") != nullptr) {
        device.protocol = Protocol::scsi_usb;
        device.usb = true;
    } else if (find_numbered(components, "ata") != nullptr) {
        device.protocol = Protocol::scsi_ata;
    } else if (find_numbered(components, "fw") != nullptr) {
        device.protocol = Protocol::scsi_sbp;
    } else {
        read_by_host_class(tree, *host, device);
    }
    if (device.target_port.empty() && device.hctl) {
        device.target_port = std::to_string(device.hctl->host) + ":" +
                             std::to_string(device.hctl->channel) + ":" +
                             std::to_string(device.hctl->target);
    }
}

}  // namespace mp::facts
