// SPDX-License-Identifier: GPL-2.0-or-later
// How do facts look at sysfs? Through the mount's directory. Whatever cannot be read is as good as
// absent: the device may be leaving at this moment.
#include "daemon/os/sys_tree_dir.h"

namespace mp::os {

std::optional<std::string> DirSysTree::read(const std::string& path) const {
    Result<std::string> text = dir_->read(path);
    if (!text) {
        return std::nullopt;
    }
    return std::move(*text);
}

std::vector<std::string> DirSysTree::list(const std::string& dir) const {
    Result<std::vector<std::string>> names = dir_->list(dir);
    if (!names) {
        return {};
    }
    return std::move(*names);
}

std::optional<std::string> DirSysTree::link(const std::string& path) const {
    Result<std::string> target = dir_->resolve(path);
    if (!target) {
        return std::nullopt;
    }
    return std::move(*target);
}

}  // namespace mp::os
