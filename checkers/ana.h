// SPDX-License-Identifier: GPL-2.0-or-later
// Checker "ana": whether the namespace can be reached through this NVMe controller.
#pragma once

#include "checkers/checker.h"

namespace mp::checkers {

extern const CheckerType kAna;

}  // namespace mp::checkers
