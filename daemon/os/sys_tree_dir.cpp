// SPDX-License-Identifier: GPL-2.0-or-later
// How do facts look at sysfs? Through the mount's directory. Whatever cannot be read is as good as
// absent: the device may be leaving at this moment. Most attributes of a device are in two
// directories far down in the tree, so the one that was read last is kept open.
#include "daemon/os/sys_tree_dir.h"

namespace mp::os {

std::optional<std::string> DirSysTree::read(const std::string& path) const {
    const std::size_t slash = path.rfind('/') + 1;
    if (last_.empty() || path.compare(0, slash, last_) != 0) {
        last_ = path.substr(0, slash);
        Result<UniqueFd> directory = dir_->open_directory(last_);
        last_directory_ = directory ? std::move(*directory) : UniqueFd();
    }
    if (!last_directory_) {
        return std::nullopt;
    }
    Result<std::string> text = SysDir::read_in(last_directory_, path.substr(slash));
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
