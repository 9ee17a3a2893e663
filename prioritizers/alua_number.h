// SPDX-License-Identifier: GPL-2.0-or-later
// Access states as priorities, shared by the prioritizers that know them.
#pragma once

#include <string_view>

#include "daemon/base/result.h"
#include "daemon/scsi/rtpg.h"

namespace mp::prioritizers {

/// active/optimized 50, active/non-optimized 10, LBA dependent 5, standby 1, others 0. The
/// preferred bit adds 80 to every state but active/optimized, or to all of them when it is
/// `exclusive`, so that the preferred group then always forms a group of its own.
int alua_number(scsi::AccessState state, bool preferred, bool exclusive);

/// `prio_args` of alua and sysfs: empty or "exclusive_pref_bit". Errors: invalid.
Result<bool> parse_exclusive_pref_bit(std::string_view args);

}  // namespace mp::prioritizers
