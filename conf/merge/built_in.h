// SPDX-License-Identifier: GPL-2.0-or-later
// What holds when no configuration file says otherwise.
#pragma once

#include <vector>

#include "conf/merge/model.h"

namespace mp::conf {

/// All defaults of the keyword table but the two polling intervals.
Settings built_in_defaults();
/// Fills in the polling intervals, which depend on each other.
void derive_intervals(Settings& defaults, Reporter& reporter);
/// The table of arrays, in ascending precedence.
std::vector<Settings> built_in_devices();
/// Appends the built-in blacklist rules and those that the hardware table implies.
void add_built_in_rules(Model& model, const Environment& environment);

/// A rule from its text: a leading "!" inverts, "\!" stands for a "!" at the beginning.
Result<Rule> make_rule(std::string_view text, const Origin& origin);

}  // namespace mp::conf
