// SPDX-License-Identifier: GPL-2.0-or-later
// Doing the work without a daemon.
#pragma once

#include <string>
#include <vector>

#include "daemon/cli/options.h"

namespace mp::cli {

/// Becomes `multipathd --once ARGUMENTS...`: the daemon's engine runs once, over the same arguments
/// as `multipath` got, and prints. Returns only when that program cannot be started.
int run_once(const Options& options, const std::vector<std::string>& arguments);

}  // namespace mp::cli
