// SPDX-License-Identifier: GPL-2.0-or-later
// A SysTree over a mounted sysfs (or a copy of one). Calls may block: workers only.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "daemon/facts/sys_tree.h"
#include "daemon/os/sys_dir.h"

namespace mp::os {

class DirTree final : public facts::SysTree {
public:
    /// `root`: the directory that `dir` was opened on.
    DirTree(std::shared_ptr<const SysDir> dir, std::string root);
    std::optional<std::string> read(const std::string& path) const override;
    std::vector<std::string> list(const std::string& dir) const override;
    std::optional<std::string> link(const std::string& path) const override;

private:
    std::shared_ptr<const SysDir> dir_;
    std::string root_;  ///< without symbolic links
};

}  // namespace mp::os
