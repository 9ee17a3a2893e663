// SPDX-License-Identifier: GPL-2.0-or-later
// Does the kernel let commands through to this device at all? Words of Linux: scsi_device_state
// (drivers/scsi/scsi_sysfs.c), nvme controller states (drivers/nvme/host/sysfs.c) and the ccw
// availability attribute (drivers/s390/cio/device.c). The rule: the one good word of a bus passes,
// the words of a device that is being held or made are pending, everything else, known or not, is
// down. Buses without such an attribute always pass.
#include "checkers/gate.h"

#include "daemon/base/strings.h"

namespace mp::checkers {

using model::Bus;
using model::PathState;

std::optional<PathState> sysfs_gate(Bus bus, std::string_view kernel_state) {
    std::string_view state = trim(kernel_state);
    if (bus != Bus::scsi && bus != Bus::nvme && bus != Bus::ccw) {
        return std::nullopt;
    }
    if (state.empty()) {
        return PathState::removed;
    }
    switch (bus) {
        case Bus::scsi:
            if (starts_with(state, "running")) {
                return std::nullopt;
            }
            return starts_with(state, "blocked") || starts_with(state, "quiesce")
                       ? PathState::pending
                       : PathState::down;
        case Bus::nvme:
            if (starts_with(state, "live")) {
                return std::nullopt;
            }
            return starts_with(state, "new") || starts_with(state, "deleting") ? PathState::pending
                                                                               : PathState::down;
        case Bus::ccw:
            if (state == "good" || state == "running") {
                return std::nullopt;
            }
            return PathState::down;
        case Bus::unknown:
        case Bus::cciss:
        case Bus::other:
            break;
    }
    return std::nullopt;
}

}  // namespace mp::checkers
