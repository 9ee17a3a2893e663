// SPDX-License-Identifier: GPL-2.0-or-later
// The timers of a Fibre Channel remote port as attributes, with the kernel's rules about them.
#pragma once

#include <cstdint>
#include <string>

#include "daemon/base/result.h"

namespace mp::sim {

class FcPort {
public:
    /// Errors: gone (no such attribute), invalid (the kernel refuses the value).
    Result<std::string> read(const std::string& name) const;
    Result<> write(const std::string& name, const std::string& value);

private:
    std::uint64_t dev_loss_s_ = 60;
    std::int64_t fast_io_fail_s_ = -1;  ///< -1: off
};

}  // namespace mp::sim
