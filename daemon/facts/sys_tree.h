// SPDX-License-Identifier: GPL-2.0-or-later
// The little that facts need of a sysfs tree. Paths begin with '/' and are below the mount
// ("/block/sda"). Reading may race with removal: what vanished reads as nothing, never as an error.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace mp::facts {

/// Attributes are pages; binary ones (vital product data) may be longer. More is cut.
constexpr std::size_t kAttributeBytesMax = 64U * 1024U;

class SysTree {
public:
    virtual ~SysTree() = default;
    /// Content of a file, bytes as they are, at most kAttributeBytesMax. Unset when it does not
    /// exist or cannot be read (some attributes refuse with EINVAL what they do not know).
    virtual std::optional<std::string> read(const std::string& path) const = 0;
    /// Names in a directory without "." and "..", sorted; empty when it does not exist.
    virtual std::vector<std::string> list(const std::string& dir) const = 0;
    /// Where `path` leads after following symbolic links, below the mount again. Unset when it
    /// does not exist.
    virtual std::optional<std::string> link(const std::string& path) const = 0;
};

}  // namespace mp::facts
