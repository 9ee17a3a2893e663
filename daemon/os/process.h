// SPDX-License-Identifier: GPL-2.0-or-later
// What the process asks of the kernel for itself: to be the only daemon, to stay in memory, to be
// the last one killed, to have descriptors enough.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/result.h"
#include "daemon/os/unique_fd.h"

namespace mp::os {

/// Holds a lock on the pid file while it lives; the file keeps its content when the process is
/// killed, the lock does not.
class PidFile {
public:
    /// Errors: busy when another process holds it; denied, io.
    static Result<PidFile> lock(const std::string& path);

private:
    explicit PidFile(UniqueFd fd) : fd_(std::move(fd)) {}
    UniqueFd fd_;
};

/// Locks memory, asks the out-of-memory killer to spare us. Each of these does what
/// it can; what the kernel refuses comes back as text, one line each.
std::vector<std::string> protect_process();

/// max_fds: unset raises the limit of open files to what the kernel allows at most, 0 leaves it
/// alone. Errors: denied, invalid.
Result<> limit_open_files(std::optional<std::uint64_t> max_fds);

/// Reads the program's code into memory, where protect_process() has locked it. To be called once,
/// before the first map is touched. Returns the number of bytes.
std::size_t load_code();

/// Round-robin real-time scheduling at the lowest priority, for this thread and those it starts.
/// Errors: denied.
Result<> use_real_time_priority();

}  // namespace mp::os
