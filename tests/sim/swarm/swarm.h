// SPDX-License-Identifier: GPL-2.0-or-later
// One seed, one world, one verdict.
#pragma once

#include <cstdint>
#include <string>

#include "daemon/base/time.h"

namespace mp::sim {

struct SwarmOptions {
    Duration trouble{seconds(90)};  ///< virtual time with faults
    bool verbose = false;
};

struct SwarmResult {
    bool good = false;
    std::string report;      ///< what was wrong and the last events; empty when good
    std::string summary;     ///< the world in one line
    std::uint64_t hash = 0;  ///< of everything that happened
    std::uint64_t steps = 0;
};

SwarmResult run_seed(std::uint64_t seed, const SwarmOptions& options);

/// An assertion in the daemon ends the process: says which seed it was.
void install_assert_report();

}  // namespace mp::sim
