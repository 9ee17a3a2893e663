// SPDX-License-Identifier: GPL-2.0-or-later
// Is the live table what we want? Answered structurally, so that a map that is already right is
// adopted without a reload, and a kernel that shows a table in other words causes no endless
// reloads.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/model/table.h"

namespace mp::dm {

/// Empty when a reload of `live` with `wanted` would change nothing; else the first difference, as
/// words for the log ("group 2: path 8:32 is missing").
///
/// Not a difference: the order of features; queue_if_no_path (switched by message, never by
/// reload); retain_attached_hw_handler and queue modes that the kernel does not show; a handler
/// that the kernel found attached; repeat counts (the kernel runs all of them as 1); selector
/// arguments that the kernel adds by default; the first group (it only matters when the table is
/// loaded); the order of paths inside a group, unless the selector is round-robin, which walks them
/// in that order. A difference: size, queue mode, other features, the order of groups, a selector,
/// a path's group.
std::string why_different(const model::MultipathTable& live, const model::MultipathTable& wanted);

/// No reload needed.
bool same_table(const model::MultipathTable& live, const model::MultipathTable& wanted);

/// The table as the kernel shows it after loading `loaded`; for simulation and for tests.
model::MultipathTable kernel_view(const model::MultipathTable& loaded);

/// "bio" or "rq": fixed for the life of a map by its first table.
std::string_view queue_mode(const model::MultipathTable& table);

/// A copy of the features with the queue mode of `from`; everything else stays.
std::vector<std::string> with_queue_mode(const std::vector<std::string>& features,
                                         std::string_view mode);

/// A copy of the features with queue_if_no_path at the front, or without it.
std::vector<std::string> with_queueing(const std::vector<std::string>& features, bool queueing);

}  // namespace mp::dm
