// SPDX-License-Identifier: GPL-2.0-or-later
// Blacklist and exceptions: is a device ours?
#pragma once

#include <string_view>
#include <vector>

#include "conf/config.h"
#include "conf/merge/model.h"

namespace mp::conf {

FilterVerdict filter_by_device(const Model& model, const model::BlockDevice& device,
                               std::string_view uid_attribute);
FilterVerdict filter_by_wwid(const Model& model, const Wwid& wwid);
std::vector<FilterStep> filter_all(const Model& model, const model::BlockDevice& device,
                                   std::string_view uid_attribute, const Wwid& wwid);

}  // namespace mp::conf
