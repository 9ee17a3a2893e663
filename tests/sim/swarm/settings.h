// SPDX-License-Identifier: GPL-2.0-or-later
// What a simulated world is made of before anything happens: hardware and configuration, chosen by
// hand in scenarios and by the seed in the swarm.
#pragma once

#include <string>
#include <vector>

#include "daemon/base/prng.h"
#include "daemon/base/time.h"
#include "tests/sim/world/array.h"

namespace mp::sim {

struct Topology {
    int adapters = 2;
    int ports = 2;
    int lus = 4;
    ArrayModel model = ArrayModel::symmetric;
    std::vector<IdKind> ids;  ///< per logical unit; missing ones are naa6
    std::uint64_t size_sectors = 2048;
};

/// The part of multipath.conf that the simulation varies. The oracles judge by these values, not by
/// what the daemon made of them.
struct Settings {
    int polling_s = 5;
    int max_polling_s = 20;
    int checker_timeout_s = 5;
    std::string checker = "tur";
    std::string grouping = "failover";
    std::string failback = "manual";
    std::string no_path_retry;  ///< empty: not set
    std::string selector = "service-time 0";
    /// Module of path selector numa-distance: "missing", "there", or "refused" (found, yet the
    /// kernel does not take it).
    std::string numa_module = "missing";
    std::string prio;  ///< empty: detected
    std::string find_multipaths = "greedy";
    bool user_friendly_names = true;
    std::string flush_on_last_del = "unused";
    bool deferred_remove = false;
    std::string more;       ///< further lines of the defaults section
    Duration judgement{0};  ///< as long as a path that is good again may be held back by these

    std::string render() const;
    Duration polling() const { return seconds(polling_s); }
    Duration max_polling() const { return seconds(max_polling_s); }
    Duration checker_timeout() const { return seconds(checker_timeout_s); }
};

Topology pick_topology(Prng& prng);
Settings pick_settings(Prng& prng, const Topology& topology);

}  // namespace mp::sim
