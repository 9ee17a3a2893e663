// SPDX-License-Identifier: GPL-2.0-or-later
// Which checkers does this build have? One explicit list, sorted by name. Configuration checks, man
// pages and `show checkers` read it; a checker that is not listed here does not exist.
#include <array>

#include "checkers/ana.h"
#include "checkers/cciss_tur.h"
#include "checkers/checker.h"
#include "checkers/directio.h"
#include "checkers/emc_clariion.h"
#include "checkers/hp_sw.h"
#include "checkers/none.h"
#include "checkers/rdac.h"
#include "checkers/readsector0.h"
#include "checkers/tur.h"

namespace mp::checkers {
namespace {

constexpr std::array<const CheckerType*, 9> kCheckers = {
    &kAna, &kCcissTur, &kDirectio, &kEmcClariion, &kHpSw, &kNone, &kRdac, &kReadsector0, &kTur};

}  // namespace

std::span<const CheckerType* const> all_checkers() {
    return kCheckers;
}

const CheckerType* find_checker(std::string_view name) {
    for (const CheckerType* type : kCheckers) {
        if (type->name == name) {
            return type;
        }
    }
    return nullptr;
}

}  // namespace mp::checkers
