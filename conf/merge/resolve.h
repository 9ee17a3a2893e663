// SPDX-License-Identifier: GPL-2.0-or-later
// From sections to policies: which value of which level is in force.
#pragma once

#include "conf/merge/lookup.h"
#include "conf/merge/model.h"
#include "conf/policy.h"

namespace mp::conf {

Globals resolve_globals(const Settings& defaults);
/// `map`: the multipath section of the WWID, or null.
PathPolicy resolve_path(const Model& model, const Globals& globals, const Matches& matches,
                        const Settings* map, const model::BlockDevice& device);
MapPolicy resolve_map(const Model& model, const Globals& globals, const Matches& matches,
                      const Settings* map);

}  // namespace mp::conf
