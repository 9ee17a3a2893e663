// SPDX-License-Identifier: GPL-2.0-or-later
// REPORT TARGET PORT GROUPS data from a hostile device.
#include <cstddef>
#include <cstdint>

#include "daemon/base/assert.h"
#include "daemon/scsi/rtpg.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    mp::Result<mp::scsi::TargetPortGroups> got =
        mp::scsi::parse_target_port_groups(mp::scsi::Bytes(data, size));
    if (!got) {
        return 0;
    }
    std::size_t bytes = 4;
    for (const mp::scsi::TargetPortGroup& group : got->groups) {
        bytes += 8 + 4 * group.ports.size();
        MP_ASSERT(mp::scsi::find_group(*got, group.id) != nullptr);
        MP_ASSERT(!mp::scsi::access_state_text(group.state).empty());
    }
    MP_ASSERT(bytes <= size);
    MP_ASSERT(got->cut == (size < got->declared));
    return 0;
}
