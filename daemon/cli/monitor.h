// SPDX-License-Identifier: GPL-2.0-or-later
// `multipathd monitor`: events as they happen.
#pragma once

#include "daemon/base/time.h"

namespace mp::cli {

/// Prints each event that happens from now on as one line of JSON until the output is closed or the
/// daemon goes away; 1 then. `rounds` questions at most, `pause` apart; 0 for ever.
int run_monitor(Duration timeout, Duration pause = milliseconds(200), int rounds = 0);

}  // namespace mp::cli
