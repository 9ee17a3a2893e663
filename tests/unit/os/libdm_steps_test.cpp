// SPDX-License-Identifier: GPL-2.0-or-later
// The pure parts of performing plans; the ioctls are exercised on a real kernel (tests/contract).
#include "daemon/os/libdm_steps.h"

#include <gtest/gtest.h>

namespace mp::os::libdm {
namespace {

struct Renamed {
    const char* partition;
    const char* from;
    const char* to;
    const char* result;  ///< empty: not renamed
};

const Renamed kRenamed[] = {
    {"mpatha1", "mpatha", "data", "data1"},
    {"mpatha1", "mpatha", "disk7", "disk7p1"},
    {"disk7p1", "disk7", "disk8", "disk8p1"},
    {"disk7p12", "disk7", "data", "data12"},
    {"mpatha-part1", "mpatha", "disk7", "disk7-part1"},
    {"mpathap1", "mpatha", "data", "datap1"},
    {"other1", "mpatha", "data", ""},
    {"mpatha", "mpatha", "data", ""},
    {"", "mpatha", "data", ""},
};

TEST(DmSteps, PartitionsAreRenamedByTheRuleOfTheirDelimiter) {
    for (const Renamed& one : kRenamed) {
        EXPECT_EQ(renamed_partition(one.partition, one.from, one.to).value_or(""), one.result)
            << one.partition << " " << one.from << " " << one.to;
    }
}

TEST(DmSteps, AConfiguredDelimiterStandsBeforeTheNumber) {
    for (const char* partition : {"mpatha1", "mpatha-part1", "mpathap1", "mpatha_1"}) {
        EXPECT_EQ(renamed_partition(partition, "mpatha", "disk7", "_").value_or(""), "disk7_1")
            << partition;
    }
    EXPECT_EQ(renamed_partition("mpatha12", "mpatha", "data", "-part").value_or(""), "data-part12");
    EXPECT_EQ(renamed_partition("mpatha-home", "mpatha", "data", "-part"), std::nullopt);
}

}  // namespace
}  // namespace mp::os::libdm
