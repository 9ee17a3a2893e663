// SPDX-License-Identifier: GPL-2.0-or-later
// Which checker and which prioritizer serve a path: configuration, corrected by what the device is.
#pragma once

#include <optional>
#include <string>

#include "conf/policy.h"
#include "daemon/model/device.h"

namespace mp::engine {

/// Name of the checker, which may be one that this build does not have (a configured name).
/// `rdac_page`: whether page 0xC9 with the RDAC signature was seen; unset when nobody asked.
std::string decide_checker(const model::BlockDevice& device, const conf::PathPolicy& policy,
                           std::optional<bool> rdac_page = std::nullopt);

struct PrioritizerChoice {
    std::string name;
    std::string args;
    bool operator==(const PrioritizerChoice&) const = default;
};
/// `is_rdac`: the array uses the RDAC protocol (its checker is rdac).
PrioritizerChoice decide_prioritizer(const model::BlockDevice& device,
                                     const conf::PathPolicy& policy, bool is_rdac = false);

}  // namespace mp::engine
