// SPDX-License-Identifier: GPL-2.0-or-later
// From the paths of one map to its path groups, and from those to the table that should exist.
// Pure: the same paths in the same order give the same groups, so nothing is reloaded without a
// reason.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "conf/policy.h"
#include "daemon/base/ids.h"
#include "daemon/model/states.h"
#include "daemon/model/table.h"

namespace mp::engine {

constexpr int kPriorityUndefined = -1;

/// What grouping needs to know of a path.
struct GroupingPath {
    PathId id;
    DevT devt;
    std::string serial;
    std::string node_name;  ///< target node name (WWNN, target name)
    int priority = kPriorityUndefined;
    int tpg = -1;  ///< ALUA target port group, -1 unknown
    model::PathState state = model::PathState::unchecked;
    bool marginal = false;
    std::string adapter;  ///< what fails together, "0000:00:05.0"; empty: never reordered
    std::string host;     ///< port of that adapter, "host3"
    int numa_node = -1;   ///< of that adapter, -1 unknown; for the table, not for grouping
    std::vector<int> node_distance = {};  ///< from there to each node; empty: unknown
    auto operator<=>(const GroupingPath&) const = default;
};

struct PathGroup {
    std::vector<GroupingPath> paths;  ///< never empty
    int priority = 0;
    std::size_t usable = 0;  ///< paths that are up or ghost
    bool marginal = false;   ///< all its paths are
    auto operator<=>(const PathGroup&) const = default;
};

/// The policy to use: ALUA on all paths chooses group_by_prio (or _tpg) when detection is on, and
/// group_by_tpg without ALUA means failover.
conf::GroupPolicy effective_grouping(const conf::MapPolicy& policy, bool all_paths_alua);

/// Priority and number of usable paths, from the group's paths as they are.
void rank(PathGroup& group);

/// Groups in the order of the table: normal before marginal, then by priority, then by usable
/// paths, else as the paths came. `alternate` (round-robin): neighbours inside a group change
/// adapter.
std::vector<PathGroup> group_paths(const std::vector<GroupingPath>& paths, conf::GroupPolicy policy,
                                   bool alternate);

/// Average priority of the usable paths: -1 when none of theirs is defined, 0 without usable paths.
int group_priority(const std::vector<GroupingPath>& paths);

/// Index of the group that should carry the I/O; unset when no group has a usable path.
std::optional<std::size_t> best_group(const std::vector<PathGroup>& groups);

/// What the table needs beside the policy.
struct TableFacts {
    std::uint64_t size_sectors = 0;
    std::string attached_handler;  ///< dh_state that the paths agree on; empty, "detached": none
    bool all_paths_tpgs = false;   ///< every path reports ALUA support (INQUIRY TPGS)
    bool needs_bio = false;        ///< some path cannot be request-based (NVMe over TCP)
    bool numa_refused = false;  ///< the kernel has refused a table of this map with numa-distance
};

/// The table for these groups, without queue_if_no_path (queueing is state, see daemon/dm). With
/// numa-distance each path gets its node; a group of more than 64 paths gets service-time.
model::MultipathTable desired_table(const std::vector<PathGroup>& groups,
                                    const conf::MapPolicy& policy, const TableFacts& facts);

}  // namespace mp::engine
