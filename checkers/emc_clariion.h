// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "checkers/checker.h"

namespace mp::checkers {

extern const CheckerType kEmcClariion;

}  // namespace mp::checkers
