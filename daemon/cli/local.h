// SPDX-License-Identifier: GPL-2.0-or-later
// Devices and maps as sysfs shows them, for questions that need no daemon and no device-mapper
// library.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "conf/config.h"
#include "daemon/base/ids.h"
#include "daemon/base/result.h"
#include "daemon/cli/sysfs.h"
#include "daemon/model/device.h"

namespace mp::cli {

/// A multipath map that the kernel has.
struct KernelMap {
    std::string name;
    std::string kernel_name;  ///< "dm-3"
    Wwid wwid;
    std::vector<std::string> paths;  ///< kernel names
};
std::vector<KernelMap> kernel_maps(const SysfsTree& sysfs);
/// By name, WWID, kernel name or path; a leading /dev/ or /dev/mapper/ is ignored.
const KernelMap* find_kernel_map(const std::vector<KernelMap>& maps, const std::string& device);

/// What `device` (name, node, major:minor) is called below /sys/block or below sysfs; "" for what
/// cannot be a device.
std::string kernel_name_of(const std::string& device, const SysfsTree& sysfs);
/// Links below /dev other than those of maps (/dev/disk/by-id/...) lead to their node; anything
/// else stays as it is.
std::string without_links(const std::string& device);
/// With the properties that udev has stored.
Result<model::BlockDevice> read_device(const SysfsTree& sysfs, const std::string& kernel_name);
/// All that could be paths and that the configuration does not exclude.
std::vector<model::BlockDevice> accepted_devices(const SysfsTree& sysfs,
                                                 const conf::Config& config);
/// Unset when it cannot be told without asking the device.
std::optional<Wwid> wwid_of_device(const conf::Config& config, const model::BlockDevice& device);

/// The kernel would accept I/O for one of the map's paths.
bool has_running_path(const SysfsTree& sysfs, const KernelMap& map);

}  // namespace mp::cli
