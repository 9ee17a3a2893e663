// SPDX-License-Identifier: GPL-2.0-or-later
// Combinations of settings that are valid and still a risk.
#pragma once

#include <vector>

#include "conf/diagnostic.h"
#include "conf/merge/model.h"

namespace mp::conf {

/// Notes, each at a setting that a file made; built-in values alone are never complained of.
void lint(const Model& model, const std::vector<ConfigFile>& files, Reporter& reporter);

}  // namespace mp::conf
