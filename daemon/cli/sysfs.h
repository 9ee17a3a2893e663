// SPDX-License-Identifier: GPL-2.0-or-later
// sysfs and udev's database as files, for tools that judge one device.
#pragma once

#include <map>
#include <string>

#include "daemon/base/ids.h"
#include "daemon/facts/sys_tree.h"

namespace mp::cli {

/// The tree mounted at `root`.
class SysfsTree final : public facts::SysTree {
public:
    explicit SysfsTree(std::string root) : root_(std::move(root)) {}
    std::optional<std::string> read(const std::string& path) const override;
    std::vector<std::string> list(const std::string& dir) const override;
    std::optional<std::string> link(const std::string& path) const override;

private:
    std::string root_;
};

struct UdevRecord {
    std::map<std::string, std::string> properties;
    bool initialized = false;  ///< udev has processed the device
};
/// What udev has stored about a block device; empty when it has nothing.
UdevRecord read_udev_record(DevT device);
UdevRecord parse_udev_record(std::string_view text);

}  // namespace mp::cli
