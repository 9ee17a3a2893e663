// SPDX-License-Identifier: GPL-2.0-or-later
// Faults of older checkers that must not come back; the number is that of the fault in the list
// that the field keeps.
#include <gtest/gtest.h>

#include "tests/unit/checkers/drive.h"

namespace mp::checkers {
namespace {

TEST(KnownFaults, D15RdacCommandThatFailedIsNotAStandbyPath) {
    for (Errc code : {Errc::io, Errc::gone, Errc::denied}) {
        EXPECT_EQ(testing::drive("rdac", {}, {testing::error(code)}).verdict.state,
                  model::PathState::down);
    }
}

}  // namespace
}  // namespace mp::checkers
