// SPDX-License-Identifier: GPL-2.0-or-later
// Printing maps: `multipath -l` and `-ll`.
#pragma once

#include <optional>
#include <string>

#include "daemon/cli/options.h"
#include "daemon/cli/requests.h"

namespace mp::cli {

/// Exit code, or nothing when the daemon could not be asked.
std::optional<int> list_maps(const Options& options, Daemon& daemon);

/// The tree with its header lines in bold.
std::string embolden(std::string_view tree);

}  // namespace mp::cli
