// SPDX-License-Identifier: GPL-2.0-or-later
#include "prioritizers/datacore.h"

#include <gtest/gtest.h>

#include "tests/unit/prioritizers/drive.h"

namespace mp::prioritizers {
namespace {

using testing::drive;
using testing::Vec;

Vec inquiry_of(std::string_view server) {
    Vec data(200, 0);
    std::copy(server.begin(), server.end(), data.begin() + 112);
    return data;
}

TEST(Datacore, PreferredServerHasOne) {
    const char* args = "timeout=1000 preferredsds=SDS1";
    EXPECT_EQ(drive("datacore", args, {}, {testing::good(inquiry_of("SDS1"))}).priority.value, 1);
    EXPECT_EQ(drive("datacore", args, {}, {testing::good(inquiry_of("SDS2"))}).priority.value, 0);
    EXPECT_EQ(drive("datacore", args, {}, {testing::good(Vec(36, 0))}).priority.value,
              kUndefinedPriority);
}

TEST(Datacore, ArgumentsAreChecked) {
    const PrioritizerType* type = find_prioritizer("datacore");
    for (const char* good : {"preferredsds=ab", "preferredsds=ab timeout=500"}) {
        EXPECT_TRUE(type->create(good)) << good;
    }
    for (const char* bad : {"", "preferredsds=a", "preferredsds=ab timeout=499", "sds=ab",
                            "timeout=1000", "preferredsds=ab timeout=x"}) {
        EXPECT_FALSE(type->create(bad)) << bad;
    }
}

}  // namespace
}  // namespace mp::prioritizers
