// SPDX-License-Identifier: GPL-2.0-or-later
// The tree of maps, groups and paths.
#pragma once

#include <span>
#include <string>

#include "daemon/base/time.h"
#include "daemon/model/snapshot.h"

namespace mp::api {

struct TopologyStyle {
    int verbosity = 2;  ///< 0 nothing, 1 names only, 2 and more the tree
    bool bold = false;  ///< header lines stand out on a terminal
};

/// `align` are the paths that columns are as wide as; empty: each map is aligned by itself.
std::string render_topology(std::span<const model::MapView* const> maps,
                            std::span<const model::PathView* const> align, Instant now,
                            TopologyStyle style);

/// The same of the disks that the kernel multipaths by itself: groups are access states.
std::string render_native(std::span<const model::NativeMap> maps, TopologyStyle style = {});

}  // namespace mp::api
