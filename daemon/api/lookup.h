// SPDX-License-Identifier: GPL-2.0-or-later
// Names that people type, found in a Snapshot.
#pragma once

#include <string_view>
#include <vector>

#include "daemon/model/snapshot.h"

namespace mp::api {

/// By kernel name or major:minor; null when there is none. `name` without /dev/.
const model::PathView* find_path(const model::Snapshot& snapshot, std::string_view name);
/// By alias, WWID, dm-N, or a path that is in it; null when there is none. Maps that the kernel
/// does not have are not found.
const model::MapView* find_map(const model::Snapshot& snapshot, std::string_view name);

/// What listings show: paths that are ours to watch, maps that the kernel has.
std::vector<const model::PathView*> listed_paths(const model::Snapshot& snapshot);
std::vector<const model::MapView*> listed_maps(const model::Snapshot& snapshot);

}  // namespace mp::api
