// SPDX-License-Identifier: GPL-2.0-or-later
// sysfs is full of symbolic links; facts want to know where they lead, as a path below the mount
// again.
#include "daemon/os/dir_tree.h"

#include <climits>
#include <cstdlib>

namespace mp::os {

namespace {

std::string resolved(const std::string& path) {
    char buffer[PATH_MAX];
    return ::realpath(path.c_str(), buffer) == nullptr ? std::string() : std::string(buffer);
}

}  // namespace

DirTree::DirTree(std::shared_ptr<const SysDir> dir, std::string root)
    : dir_(std::move(dir)), root_(resolved(root)) {}

std::optional<std::string> DirTree::read(const std::string& path) const {
    Result<std::string> content = dir_->read(path);
    return content ? std::optional<std::string>(std::move(*content)) : std::nullopt;
}

std::vector<std::string> DirTree::list(const std::string& dir) const {
    Result<std::vector<std::string>> names = dir_->list(dir);
    return names ? std::move(*names) : std::vector<std::string>{};
}

std::optional<std::string> DirTree::link(const std::string& path) const {
    std::string target = resolved(root_ + path);
    if (!target.starts_with(root_ + "/")) {
        return std::nullopt;
    }
    return target.substr(root_.size());
}

}  // namespace mp::os
