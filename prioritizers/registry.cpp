// SPDX-License-Identifier: GPL-2.0-or-later
// Which prioritizers does this build have? One explicit list, sorted by name; one that is not
// listed here does not exist.
#include <array>

#include "prioritizers/alua.h"
#include "prioritizers/constant.h"
#include "prioritizers/hp_sw.h"
#include "prioritizers/prioritizer.h"
#include "prioritizers/random.h"
#include "prioritizers/sysfs.h"

namespace mp::prioritizers {
namespace {

constexpr std::array<const PrioritizerType*, 5> kPrioritizers = {&kAlua, &kConst, &kHpSw, &kRandom,
                                                                 &kSysfs};

}  // namespace

std::span<const PrioritizerType* const> all_prioritizers() {
    return kPrioritizers;
}

const PrioritizerType* find_prioritizer(std::string_view name) {
    for (const PrioritizerType* type : kPrioritizers) {
        if (type->name == name) {
            return type;
        }
    }
    return nullptr;
}

}  // namespace mp::prioritizers
