// SPDX-License-Identifier: GPL-2.0-or-later
// `explain DEVICE`: why a device is or is not a path of a map.
#pragma once

#include <string>
#include <string_view>

#include "daemon/model/snapshot.h"

namespace mp::api {

/// The complete reply; "fail" first when the device is not known.
std::string render_explanation(const model::Snapshot& snapshot, std::string_view device);

}  // namespace mp::api
