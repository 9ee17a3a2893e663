// SPDX-License-Identifier: GPL-2.0-or-later
#include "prioritizers/alua_number.h"

#include <gtest/gtest.h>

#include <vector>

#include "prioritizers/prioritizer.h"

namespace mp::prioritizers {
namespace {

TEST(AluaNumber, StatesAndPreferenceGiveTheKnownNumbers) {
    struct Case {
        scsi::AccessState state;
        int plain, preferred, exclusive;
    };
    const std::vector<Case> cases = {
        {scsi::AccessState::active_optimized, 50, 50, 130},
        {scsi::AccessState::active_non_optimized, 10, 90, 90},
        {scsi::AccessState::lba_dependent, 5, 85, 85},
        {scsi::AccessState::standby, 1, 81, 81},
        {scsi::AccessState::unavailable, 0, 80, 80},
        {scsi::AccessState::offline, 0, 80, 80},
        {scsi::AccessState::transitioning, 0, 80, 80},
        {static_cast<scsi::AccessState>(7), 0, 80, 80},
    };
    for (const Case& test : cases) {
        EXPECT_EQ(alua_number(test.state, false, false), test.plain);
        EXPECT_EQ(alua_number(test.state, false, true), test.plain);
        EXPECT_EQ(alua_number(test.state, true, false), test.preferred);
        EXPECT_EQ(alua_number(test.state, true, true), test.exclusive);
    }
}

TEST(AluaNumber, OtherArgumentsAreRefused) {
    for (std::string_view name : {"alua", "sysfs"}) {
        Result<std::unique_ptr<Prioritizer>> made =
            find_prioritizer(name)->create("exclusive_pref");
        ASSERT_FALSE(made);
        EXPECT_EQ(made.error().code, Errc::invalid);
        EXPECT_STREQ(made.error().what, "the only argument is exclusive_pref_bit");
    }
}

}  // namespace
}  // namespace mp::prioritizers
