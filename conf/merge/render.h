// SPDX-License-Identifier: GPL-2.0-or-later
// A configuration as text, in the language it was read from.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "conf/config.h"
#include "conf/merge/model.h"

namespace mp::conf {

/// `origins`: behind each value a comment says which line of which file made it.
std::string render_model(const Model& model, bool origins = false);
/// Only `devices` of the hardware table, and sections for `maps`.
std::string render_local_model(const Model& model, const std::set<const DeviceEntry*>& devices,
                               const std::vector<Config::LocalMap>& maps);
std::string render_rules(const Model& model);

}  // namespace mp::conf
