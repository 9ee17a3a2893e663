// SPDX-License-Identifier: GPL-2.0-or-later
// Performs the steps of a plan, one after the other, in the calling thread. For worker threads of
// the DeviceMapper adapter, and for one-shot programs that have no loop. After prepare().
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "daemon/base/result.h"
#include "daemon/model/step.h"
#include "daemon/model/table.h"
#include "daemon/os/libdm_cookies.h"

namespace mp::os::libdm {

struct PlanOutcome {
    Result<> outcome;
    std::size_t steps_done = 0;
    std::optional<model::DmMapState> now;  ///< read after the last step that was tried
    std::string
        detail;  ///< "mpatha: load ...: reload ioctl failed: ..." when it failed, else empty
};

/// Stops at the first step that fails. Does not wait for udev. Errors of steps: gone (no map with
/// that uuid), busy (in use, or suspended by someone), invalid (the kernel refused the table), ...
/// `delimiter`: see renamed_partition.
PlanOutcome run_plan(const model::Plan& plan, UdevCookies& cookies,
                     const std::string& delimiter = {});

/// Name of a partition map after its map is renamed: the delimiter stands before its number. With
/// an empty one by the rule that partitions of a name ending in a digit are set off by "p". Unset:
/// the partition does not carry the map's name, or no number.
std::optional<std::string> renamed_partition(const std::string& partition,
                                             const std::string& old_name,
                                             const std::string& new_name,
                                             const std::string& delimiter = {});

}  // namespace mp::os::libdm
