// SPDX-License-Identifier: GPL-2.0-or-later
#include "checkers/gate.h"

#include <gtest/gtest.h>

#include <vector>

namespace mp::checkers {
namespace {

using model::Bus;
using model::PathState;

TEST(Gate, KernelWordsOpenHoldOrCloseIt) {
    struct Case {
        Bus bus;
        std::string_view word;
        std::optional<PathState> state;
    };
    const std::vector<Case> cases = {
        {Bus::scsi, "running\n", std::nullopt},
        {Bus::scsi, "blocked\n", PathState::pending},
        {Bus::scsi, "quiesce\n", PathState::pending},
        {Bus::scsi, "offline\n", PathState::down},
        {Bus::scsi, "transport-offline\n", PathState::down},
        {Bus::scsi, "created-blocked\n", PathState::down},
        {Bus::scsi, "live\n", PathState::down},
        {Bus::scsi, "", PathState::removed},
        {Bus::nvme, "live\n", std::nullopt},
        {Bus::nvme, "new\n", PathState::pending},
        {Bus::nvme, "deleting\n", PathState::pending},
        {Bus::nvme, "connecting\n", PathState::down},
        {Bus::nvme, "resetting\n", PathState::down},
        {Bus::nvme, "dead\n", PathState::down},
        {Bus::nvme, "running\n", PathState::down},
        {Bus::ccw, "good\n", std::nullopt},
        {Bus::ccw, "no device\n", PathState::down},
        {Bus::ccw, "", PathState::removed},
        {Bus::other, "", std::nullopt},
        {Bus::cciss, "offline", std::nullopt},
    };
    for (const Case& test : cases) {
        EXPECT_EQ(sysfs_gate(test.bus, test.word), test.state) << test.word;
    }
}

}  // namespace
}  // namespace mp::checkers
