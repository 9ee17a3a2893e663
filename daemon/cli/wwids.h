// SPDX-License-Identifier: GPL-2.0-or-later
// The wwids file, changed by hand: -a, -w, -W.
#pragma once

#include <string>
#include <vector>

#include "daemon/base/ids.h"
#include "daemon/base/result.h"
#include "daemon/cli/options.h"
#include "daemon/cli/requests.h"

namespace mp::cli {

inline const char* const kWwidsFile = "/etc/multipath/wwids";

/// Changes the file at `path`. add: appended unless it is there. Errors: io, denied, busy (locked).
Result<> add_wwid(const std::string& path, const Wwid& wwid);
/// False when it was not in the file.
Result<bool> remove_wwid(const std::string& path, const Wwid& wwid);
Result<> reset_wwids(const std::string& path, const std::vector<Wwid>& wwids);

/// Exit code. Names of maps and paths are looked up at the daemon, else in sysfs.
int change_wwids(const Options& options, Daemon& daemon);

}  // namespace mp::cli
