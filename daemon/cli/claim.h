// SPDX-License-Identifier: GPL-2.0-or-later
// Is this block device to be a path of a map: `multipath -u` for udev, `multipath -c` for people.
#pragma once

#include <map>
#include <string>

#include "daemon/cli/options.h"
#include "daemon/engine/find_multipaths.h"

namespace mp::cli {

struct ClaimResult {
    engine::Claim claim = engine::Claim::error;
    std::string name;        ///< of the device
    std::string reason;      ///< one line
    std::string wait_until;  ///< for udev: seconds that are left to wait, "0" when over, or empty
};

/// `environment`: udev's properties of the device, when udev calls; they are believed over its
/// database. Never blocks on the daemon for longer than a second.
ClaimResult judge_device(const Options& options,
                         const std::map<std::string, std::string>& environment);

/// Prints the answer. -u: udev properties, 0 unless nothing could be decided; -c: 0 is yes.
int claim_path(const Options& options, const std::map<std::string, std::string>& environment);

}  // namespace mp::cli
