// SPDX-License-Identifier: GPL-2.0-or-later
// The SysTree of daemon/facts on a real mount, for reading one device by one thread: it keeps the
// directory open in which it read last, and so must not outlive the device it is used for.
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
    mutable std::string last_;         ///< with the closing slash
    mutable UniqueFd last_directory_;  ///< empty: there is no such directory
};

}  // namespace mp::os
