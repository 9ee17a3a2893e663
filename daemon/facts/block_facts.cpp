// SPDX-License-Identifier: GPL-2.0-or-later
// What is this block device? This file reads what every disk has (numbers, size, queue, holders)
// and hands the rest to the reader of its bus, which follows from the kernel name: sd, nvme, dasd,
// cciss; anything else is "other". sysfs is the only source besides udev's properties, so that the
// same facts come out in a container without a udev database. No command is sent to a device here.
#include "daemon/facts/block_facts.h"

#include <algorithm>
#include <array>

#include "daemon/base/strings.h"
#include "daemon/facts/bus_facts.h"
#include "daemon/facts/reader.h"

namespace mp::facts {
namespace {

using model::BlockDevice;
using model::Bus;

// Names of devices that are made of other devices or of memory, or have no disk in them; each is
// followed by a digit.
constexpr std::array<std::string_view, 15> kNeverPaths = {
    "dm-",    "md",   "loop", "ram", "zram", "sr",   "fd", "mtdblock",
    "bcache", "drbd", "zd",   "ubd", "scm",  "pmem", "rbd"};

bool numbered(std::string_view name, std::string_view prefix) {
    return starts_with(name, prefix) && name.size() > prefix.size() && name[prefix.size()] >= '0' &&
           name[prefix.size()] <= '9';
}

Bus bus_of_name(std::string_view name) {
    if (starts_with(name, "sd")) {
        return Bus::scsi;
    }
    if (starts_with(name, "nvme")) {
        return Bus::nvme;
    }
    if (starts_with(name, "dasd")) {
        return Bus::ccw;
    }
    return starts_with(name, "cciss") ? Bus::cciss : Bus::other;
}

std::optional<std::string> path_of(const SysTree& tree, std::string_view device) {
    if (starts_with(device, "/")) {
        return tree.link(std::string(device));
    }
    std::string name(device);
    std::ranges::replace(name, '/', '!');  // the kernel's own replacement in directory names
    std::optional<std::string> disk = tree.link("/block/" + name);
    return disk ? disk : tree.link("/class/block/" + name);
}

void read_common(const SysTree& tree, BlockDevice& device) {
    const std::string& dir = device.sys_path;
    device.is_disk = !tree.read(dir + "/partition").has_value();
    device.hidden = read_number(tree, dir + "/hidden").value_or(0) != 0;
    device.read_only = read_number(tree, dir + "/ro").value_or(0) != 0;
    std::int64_t size = read_number(tree, dir + "/size").value_or(0);
    device.size_sectors = size > 0 ? static_cast<std::uint64_t>(size) : 0;
    std::int64_t seq = read_number(tree, dir + "/diskseq").value_or(0);
    device.disk_seq = seq > 0 ? static_cast<std::uint64_t>(seq) : 0;
    std::int64_t block = read_number(tree, dir + "/queue/logical_block_size").value_or(512);
    device.logical_block_size =
        block >= 512 && block <= 65536 ? static_cast<std::uint32_t>(block) : 512;
    device.max_sectors_kb = read_number(tree, dir + "/queue/max_sectors_kb").value_or(-1);
    device.holders = tree.list(dir + "/holders");
}

}  // namespace

bool is_candidate(std::string_view name) {
    return !name.empty() && std::ranges::none_of(kNeverPaths, [&](std::string_view prefix) {
        return numbered(name, prefix);
    });
}

Result<BlockDevice> read_block_facts(const SysTree& tree, std::string_view device, UdevFacts udev) {
    std::optional<std::string> path = path_of(tree, device);
    if (!path) {
        return fail(Errc::gone, "no such block device in sysfs");
    }
    Result<DevT> devt = parse_devt(read_text(tree, *path + "/dev"));
    if (!devt) {
        return fail(Errc::gone, "block device without a device number");
    }
    BlockDevice out;
    out.devt = *devt;
    out.sys_path = *path;
    out.name = path->substr(path->rfind('/') + 1);
    out.properties = std::move(udev.properties);
    out.udev_initialized = udev.initialized;
    out.bus = bus_of_name(out.name);
    read_common(tree, out);
    switch (out.bus) {
        case Bus::scsi:
            read_scsi_facts(tree, out);
            break;
        case Bus::nvme:
            read_nvme_facts(tree, out);
            break;
        case Bus::ccw:
            read_ccw_facts(tree, out);
            break;
        case Bus::cciss:
            read_cciss_facts(tree, out);
            break;
        case Bus::unknown:
        case Bus::other:
            read_other_facts(tree, out);
            break;
    }
    read_adapter_place(tree, out);
    return out;
}

}  // namespace mp::facts
