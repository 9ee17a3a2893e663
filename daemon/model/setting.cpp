// SPDX-License-Identifier: GPL-2.0-or-later
// When does a setting stand as it should? Where room is to be made for the next one, any number
// that is large enough will do, and what is no number ("off", "infinity") is in nobody's way.
#include "daemon/model/setting.h"

#include <cstdint>

#include "daemon/base/result.h"
#include "daemon/base/strings.h"

namespace mp::model {

bool stands(const Setting& setting, const std::string& found) {
    if (!setting.at_least) {
        return found == setting.value;
    }
    const Result<std::uint64_t> now = parse_u64(found);
    const Result<std::uint64_t> least = parse_u64(setting.value);
    return !now || !least || *now >= *least;
}

}  // namespace mp::model
