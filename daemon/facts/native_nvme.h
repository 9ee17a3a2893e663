// SPDX-License-Identifier: GPL-2.0-or-later
// The disks that the kernel's own NVMe multipathing serves, from sysfs.
#pragma once

#include <vector>

#include "daemon/facts/sys_tree.h"
#include "daemon/model/native_map.h"

namespace mp::facts {

/// All of them, by name. Empty where the kernel leaves multipathing to us.
std::vector<model::NativeMap> read_native_maps(const SysTree& tree);

}  // namespace mp::facts
