// SPDX-License-Identifier: GPL-2.0-or-later
// Which prioritizers does this build have? One explicit list, sorted by name; one that is not
// listed here does not exist.
#include <array>

#include "prioritizers/alua.h"
#include "prioritizers/ana.h"
#include "prioritizers/constant.h"
#include "prioritizers/datacore.h"
#include "prioritizers/emc.h"
#include "prioritizers/hds.h"
#include "prioritizers/hp_sw.h"
#include "prioritizers/iet.h"
#include "prioritizers/numa.h"
#include "prioritizers/ontap.h"
#include "prioritizers/path_latency.h"
#include "prioritizers/prioritizer.h"
#include "prioritizers/random.h"
#include "prioritizers/rdac.h"
#include "prioritizers/sysfs.h"
#include "prioritizers/weightedpath.h"

namespace mp::prioritizers {
namespace {

constexpr std::array<const PrioritizerType*, 15> kPrioritizers = {
    &kAlua, &kAna,   &kConst,       &kDatacore, &kEmc,  &kHds,   &kHpSw,        &kIet,
    &kNuma, &kOntap, &kPathLatency, &kRandom,   &kRdac, &kSysfs, &kWeightedpath};

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
