// SPDX-License-Identifier: GPL-2.0-or-later
// What does the kernel know of disks that are neither SCSI nor NVMe? DASD hang on a ccw device
// below a subchannel (Linux drivers/s390): the uid names the disk, "availability" says whether a
// channel path is left, the subchannel's chpids are what fails together. Bus ids take the place of
// host, channel and target. Virtio, nbd, null_blk and the like have a serial number at best;
// whoever wants them as paths configures their identity.
#include "daemon/base/strings.h"
#include "daemon/facts/bus_facts.h"
#include "daemon/facts/reader.h"

namespace mp::facts {

using model::BlockDevice;

namespace {

// "0.0.0121": channel subsystem, subchannel set, device number in hexadecimal.
std::optional<Hctl> hctl_of_busid(std::string_view busid) {
    std::vector<std::string_view> parts = split(busid, '.');
    if (parts.size() != 3) {
        return std::nullopt;
    }
    Result<std::uint64_t> css = parse_u64(parts[0]);
    Result<std::uint64_t> set = parse_u64(parts[1]);
    Result<std::uint64_t> number = parse_hex(parts[2]);
    if (!css || !set || !number || *css > 255 || *set > 255 || *number > 0xffff) {
        return std::nullopt;
    }
    return Hctl{.host = static_cast<std::uint32_t>(*css),
                .channel = static_cast<std::uint32_t>(*set),
                .target = static_cast<std::uint32_t>(*number),
                .lun = 0};
}

// The chpids in use: eight of them in "chpids", the installed ones marked in the first byte of
// "pimpampom".
std::string channel_paths(const SysTree& tree, const std::string& subchannel) {
    std::vector<std::string> out;
    std::string text = read_text(tree, subchannel + "/chpids");
    std::string masks = read_text(tree, subchannel + "/pimpampom");
    std::vector<std::string_view> ids = split_words(text);
    std::vector<std::string_view> bytes = split_words(masks);
    Result<std::uint64_t> installed = parse_hex(bytes.empty() ? std::string_view() : bytes[0]);
    for (std::size_t i = 0; installed && i < ids.size() && i < 8; ++i) {
        if ((*installed & (0x80U >> i)) != 0) {
            out.emplace_back(ids[i]);
        }
    }
    return out.empty() ? std::string() : "chpid-" + join(out, ".");
}

}  // namespace

void read_ccw_facts(const SysTree& tree, BlockDevice& device) {
    std::string ccw = device.parent_dir();
    std::size_t slash = ccw.rfind('/');
    device.protocol = model::Protocol::ccw;
    device.ccw_busid = ccw.substr(slash + 1);
    device.hctl = hctl_of_busid(device.ccw_busid);
    device.ccw_uid = read_text(tree, ccw + "/uid");
    device.vendor = "IBM";
    std::string type = read_text(tree, ccw + "/devtype");
    bool fba = starts_with(type, "3370") || starts_with(type, "9336");
    device.product = fba ? "S/390 DASD FBA" : "S/390 DASD ECKD";
    std::string availability = read_text(tree, ccw + "/availability");
    device.kernel_state = availability == "good" || availability.empty() ? "running" : availability;
    if (!availability.empty()) {
        device.state_attribute = ccw + "/availability";
        device.watch_attributes.push_back(device.state_attribute);
    }
    device.adapter.id = channel_paths(tree, ccw.substr(0, slash));
    device.target_port = device.ccw_busid;
}

void read_other_facts(const SysTree& tree, BlockDevice& device) {
    device.serial = read_text(tree, device.sys_path + "/serial");
    std::vector<Component> components = components_of(device.sys_path);
    if (const Component* virtio = find_numbered(components, "virtio")) {
        device.adapter.id = virtio->name;
    }
}

}  // namespace mp::facts
