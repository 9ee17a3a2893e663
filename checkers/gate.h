// SPDX-License-Identifier: GPL-2.0-or-later
// What the kernel's own view of a device says before any question is asked.
#pragma once

#include <optional>
#include <string_view>

#include "daemon/model/device.h"
#include "daemon/model/states.h"

namespace mp::checkers {

/// Unset: the kernel has nothing against the device, the checker decides. Otherwise the state that
/// follows without asking the device: pending, down, or removed (the attribute is gone: empty
/// text). Text is the content of BlockDevice::state_attribute, trailing blanks do not matter; not
/// to be asked about a device that has no such attribute.
std::optional<model::PathState> sysfs_gate(model::Bus bus, std::string_view kernel_state);

}  // namespace mp::checkers
