// SPDX-License-Identifier: GPL-2.0-or-later
// The few files that tools read themselves.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/base/result.h"

namespace mp::cli {

/// Whole content; unset when the file cannot be read or is larger than 16 MiB.
std::optional<std::string> read_file(const std::string& path);

/// Names in a folder, sorted; empty when there is none.
std::vector<std::string> list_folder(const std::string& path);

struct ConfigText {
    std::string name;
    std::string content;
};
/// /etc/multipath.conf, then /etc/multipath/conf.d/*.conf in order. What does not exist is left
/// out. SHORTPATH_ROOT in the environment is put before all these paths; tests and image builders
/// use it.
std::vector<ConfigText> read_config_files();

/// `path` below SHORTPATH_ROOT.
std::string rooted(const std::string& path);

}  // namespace mp::cli
