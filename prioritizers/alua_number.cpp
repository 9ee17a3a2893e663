// SPDX-License-Identifier: GPL-2.0-or-later
// What is an asymmetric access state (SPC-5 5.18.2.4) worth? The numbers are the field's: group
// priorities and `show` output that people compare contain them.
#include "prioritizers/alua_number.h"

#include "daemon/base/strings.h"

namespace mp::prioritizers {
namespace {

constexpr int kPreferredBonus = 80;

int state_number(scsi::AccessState state) {
    switch (state) {
        case scsi::AccessState::active_optimized:
            return 50;
        case scsi::AccessState::active_non_optimized:
            return 10;
        case scsi::AccessState::lba_dependent:
            return 5;
        case scsi::AccessState::standby:
            return 1;
        case scsi::AccessState::unavailable:
        case scsi::AccessState::offline:
        case scsi::AccessState::transitioning:
            break;
    }
    return 0;
}

}  // namespace

int alua_number(scsi::AccessState state, bool preferred, bool exclusive) {
    bool bonus = preferred && (exclusive || state != scsi::AccessState::active_optimized);
    return state_number(state) + (bonus ? kPreferredBonus : 0);
}

Result<bool> parse_exclusive_pref_bit(std::string_view args) {
    std::string_view word = trim(args);
    if (word.empty()) {
        return false;
    }
    if (word == "exclusive_pref_bit") {
        return true;
    }
    return fail(Errc::invalid, "the only argument is exclusive_pref_bit");
}

}  // namespace mp::prioritizers
