// SPDX-License-Identifier: GPL-2.0-or-later
// The sysfs mount as a directory under one descriptor: tests point it at a tree of their own. Paths
// are below the mount, with or without a leading slash; ".." is refused. Calls may block: workers
// only.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/result.h"
#include "daemon/os/unique_fd.h"

namespace mp::os {

class SysDir {
public:
    static constexpr std::size_t kAttributeMax = 64U * 1024U;  ///< the largest VPD page

    static Result<std::shared_ptr<const SysDir>> open(const std::string& root);

    /// The bytes as they are. Errors: gone (no such attribute), io, limit (longer than
    /// kAttributeMax).
    Result<std::string> read(std::string_view path) const;
    /// One write call, as sysfs wants it.
    Result<> write(std::string_view path, std::string_view value) const;
    /// Names of the entries, sorted, without "." and "..".
    Result<std::vector<std::string>> list(std::string_view path) const;
    /// Where the path leads after all symbolic links, below the mount, with a leading slash.
    /// Errors: gone, invalid (it leads out of the mount).
    Result<std::string> resolve(std::string_view path) const;
    /// For those who read many attributes of one directory; the path to it is long.
    Result<UniqueFd> open_directory(std::string_view path) const;
    /// As read(); `name` is one component in the directory.
    static Result<std::string> read_in(const UniqueFd& directory, const std::string& name);
    /// For those who read an attribute again and again.
    Result<UniqueFd> open_attribute(std::string_view path) const;

private:
    explicit SysDir(UniqueFd root) : root_(std::move(root)) {}
    UniqueFd root_;
};

/// One attribute that is read again and again: opened by the first reading and kept, for opening
/// walks a long path and costs more than reading. The kernel shows the value anew at each reading
/// from the start (Documentation/filesystems/sysfs.rst).
class KeptAttribute {
public:
    explicit KeptAttribute(std::string path) : path_(std::move(path)) {}

    /// As SysDir::read(). An attribute that vanished is looked for once more under its name.
    Result<std::string> read(const SysDir& sysfs);
    const std::string& path() const { return path_; }

private:
    Result<std::string> read_open(const SysDir& sysfs) const;

    std::string path_;
    UniqueFd fd_;
};

}  // namespace mp::os
