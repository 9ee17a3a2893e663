// SPDX-License-Identifier: GPL-2.0-or-later
// What does the kernel know of a SCSI disk? The attributes of its scsi_device (Linux
// drivers/scsi/scsi_sysfs.c): INQUIRY data and vital product data as of the last scan, device
// state, command timeout, device handler and its access state. The copies may be stale; whoever
// must be sure asks the device.
#include "daemon/base/strings.h"
#include "daemon/facts/bus_facts.h"
#include "daemon/facts/reader.h"
#include "daemon/scsi/inquiry.h"

namespace mp::facts {

using model::BlockDevice;

namespace {

std::string serial_of(const BlockDevice& device) {
    Result<std::string> serial = scsi::parse_serial(device.vpd_pg80);
    if (serial) {
        return *serial;
    }
    std::map<std::string, std::string>::const_iterator found =
        device.properties.find("ID_SCSI_SERIAL");
    return found == device.properties.end() ? std::string() : std::string(trim(found->second));
}

}  // namespace

void read_scsi_facts(const SysTree& tree, BlockDevice& device) {
    std::string dir = device.parent_dir();
    Result<Hctl> hctl = parse_hctl(dir.substr(dir.rfind('/') + 1));
    if (hctl) {
        device.hctl = *hctl;
    }
    device.vendor = read_text(tree, dir + "/vendor");
    device.product = read_text(tree, dir + "/model");
    device.revision = read_text(tree, dir + "/rev");
    device.kernel_state = read_text(tree, dir + "/state");
    if (!device.kernel_state.empty()) {
        device.state_attribute = dir + "/state";
        device.watch_attributes.push_back(device.state_attribute);
    }
    std::int64_t timeout = read_number(tree, dir + "/timeout").value_or(0);
    device.scsi_timeout_s =
        timeout > 0 && timeout <= INT32_MAX ? static_cast<std::uint32_t>(timeout) : 0;
    device.vpd_pg83 = read_bytes(tree, dir + "/vpd_pg83");
    device.vpd_pg80 = read_bytes(tree, dir + "/vpd_pg80");
    device.serial = serial_of(device);
    Result<scsi::InquiryData> inquiry = scsi::parse_inquiry(read_bytes(tree, dir + "/inquiry"));
    if (inquiry) {
        device.tpgs = inquiry->tpgs;
    }
    device.dh_state = read_text(tree, dir + "/dh_state");
    device.access_state = read_text(tree, dir + "/access_state");
    read_scsi_transport(tree, device);
}

void read_cciss_facts(const SysTree& tree, BlockDevice& device) {
    std::string dir = device.parent_dir();
    device.protocol = model::Protocol::cciss;
    device.vendor = read_text(tree, dir + "/vendor");
    device.product = read_text(tree, dir + "/model");
    device.revision = read_text(tree, dir + "/rev");
    std::vector<Component> components = components_of(device.sys_path);
    if (const Component* controller = find_numbered(components, "cciss")) {
        device.adapter.id = controller->name;
    }
}

}  // namespace mp::facts
