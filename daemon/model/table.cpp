// SPDX-License-Identifier: GPL-2.0-or-later
// Which dm devices are ours is decided by the uuid prefix alone: names can be changed by anyone,
// and a map that somebody else made with our prefix is still a multipath map of that disk.
#include "daemon/model/table.h"

#include "daemon/base/strings.h"

namespace mp::model {

Wwid DmMapState::wwid() const {
    if (!starts_with(uuid, kUuidPrefix)) {
        return Wwid{};
    }
    return Wwid{uuid.substr(std::string_view(kUuidPrefix).size())};
}

}  // namespace mp::model
