// SPDX-License-Identifier: GPL-2.0-or-later
// Typed reads and path arithmetic for the readers of this folder. Nothing here fails: what is not
// there has the value that stands for "unknown".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/facts/sys_tree.h"

namespace mp::facts {

/// One trimmed line; control characters become '?', long text is cut at 4096 characters.
std::string read_text(const SysTree& tree, const std::string& path);
std::optional<std::int64_t> read_number(const SysTree& tree, const std::string& path);
std::vector<std::uint8_t> read_bytes(const SysTree& tree, const std::string& path);

/// One component of a device path and the path up to and including it.
struct Component {
    std::string name;
    std::string path;
};
std::vector<Component> components_of(std::string_view path);

/// The deepest component whose name is `prefix` followed by a digit ("host" finds "host3", not
/// "hostess"); null when there is none.
const Component* find_numbered(const std::vector<Component>& components, std::string_view prefix);

}  // namespace mp::facts
