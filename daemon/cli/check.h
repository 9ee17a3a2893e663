// SPDX-License-Identifier: GPL-2.0-or-later
// `multipath --check`: what is wrong with a configuration, and what in it is a risk.
#pragma once

#include "daemon/cli/options.h"

namespace mp::cli {

/// Reads the file that was named, else those of the system; prints every message and a count.
/// 0 unless something was refused or cannot be read.
int check_config(const Options& options);

}  // namespace mp::cli
