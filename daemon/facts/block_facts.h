// SPDX-License-Identifier: GPL-2.0-or-later
// A block device as one value, read from a sysfs tree and udev's properties.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "daemon/base/result.h"
#include "daemon/facts/sys_tree.h"
#include "daemon/model/device.h"

namespace mp::facts {

struct UdevFacts {
    std::map<std::string, std::string> properties;
    bool initialized = false;  ///< udev has processed the device
};

/// May a block device of this kernel name be a path? Rules out what is made of other devices or of
/// memory (dm-, md, loop, ram, zram, ...) without a look at it.
bool is_candidate(std::string_view name);

/// `device` is a kernel name ("sda") or a path below the mount ("/devices/.../block/sda"). Fields
/// that the tree does not tell stay empty. Errors: gone when there is no such device (any more).
Result<model::BlockDevice> read_block_facts(const SysTree& tree, std::string_view device,
                                            UdevFacts udev);

}  // namespace mp::facts
