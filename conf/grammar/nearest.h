// SPDX-License-Identifier: GPL-2.0-or-later
// Which known word was probably meant?
#pragma once

#include <span>
#include <string_view>

namespace mp::conf {

/// The candidate with the fewest typing errors away from `word`, when that is near enough to be
/// worth saying; otherwise "".
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace mp::conf
