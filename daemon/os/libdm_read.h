// SPDX-License-Identifier: GPL-2.0-or-later
// A map as it stands in the kernel, read in one go. Any thread, after prepare().
#pragma once

#include <string>
#include <vector>

#include "daemon/base/result.h"
#include "daemon/model/table.h"
#include "daemon/os/libdm_control.h"

namespace mp::os::libdm {

/// Info, table, status and holders; table and status belong together. Errors: gone (no such map),
/// busy (it changed under every attempt to read it).
Result<model::DmMapState> read_map_by_uuid(const std::string& uuid);
Result<model::DmMapState> read_map_by_name(const std::string& name);

/// All multipath maps. Those that vanish meanwhile are left out; one whose text cannot be
/// understood is reported as not multipath, so that it hides no other.
Result<std::vector<model::DmMapState>> read_maps(const std::vector<ListedMap>& listed);

/// A dm device stacked on another one, from sysfs.
struct Holder {
    std::string kernel_name;  ///< "dm-3", or another block device
    std::string dm_name;      ///< empty when it is no dm device
    std::string dm_uuid;
};
std::vector<Holder> holders_of(DevT devt);

/// "part<digits>-<uuid of the map>".
bool is_partition_of(std::string_view holder_uuid, std::string_view map_uuid);

}  // namespace mp::os::libdm
