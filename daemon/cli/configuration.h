// SPDX-License-Identifier: GPL-2.0-or-later
// The configuration as the files on disk say, and what it needs to know of this system.
#pragma once

#include <memory>

#include "conf/config.h"

namespace mp::cli {

std::shared_ptr<const conf::Config> read_configuration();

/// What this system says of itself. `accounts`: also the names of users and groups. `selectors`:
/// also nodes and path selectors; the list of modules is long to read.
conf::Environment read_environment(bool accounts, bool selectors = true);

}  // namespace mp::cli
