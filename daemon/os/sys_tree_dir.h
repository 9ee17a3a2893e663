// SPDX-License-Identifier: GPL-2.0-or-later
// The SysTree of daemon/facts on a real mount.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/facts/sys_tree.h"
#include "daemon/os/sys_dir.h"

namespace mp::os {

class DirSysTree final : public facts::SysTree {
public:
    explicit DirSysTree(std::shared_ptr<const SysDir> dir) : dir_(std::move(dir)) {}
    std::optional<std::string> read(const std::string& path) const override;
    std::vector<std::string> list(const std::string& dir) const override;
    std::optional<std::string> link(const std::string& path) const override;

private:
    std::shared_ptr<const SysDir> dir_;
};

}  // namespace mp::os
