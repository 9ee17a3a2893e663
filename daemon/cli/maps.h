// SPDX-License-Identifier: GPL-2.0-or-later
// Changing and judging maps through the daemon. Each returns the exit code, or nothing when there
// was no answer and the caller has to do without a daemon.
#pragma once

#include <optional>

#include "daemon/base/time.h"
#include "daemon/cli/options.h"
#include "daemon/cli/requests.h"

namespace mp::cli {

/// -f and -F, with -R: another try after `pause`.
std::optional<int> flush_maps(const Options& options, Daemon& daemon, Duration pause = seconds(1));
/// No mode, with or without -r.
std::optional<int> update_maps(const Options& options, Daemon& daemon);
/// -C and -U: is there a path that can be used. Without a daemon sysfs has to tell.
int check_map(const Options& options, Daemon& daemon);

}  // namespace mp::cli
