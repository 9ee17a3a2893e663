// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "prioritizers/prioritizer.h"

namespace mp::prioritizers {

extern const PrioritizerType kNuma;

}  // namespace mp::prioritizers
