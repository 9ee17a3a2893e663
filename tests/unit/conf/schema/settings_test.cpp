// SPDX-License-Identifier: GPL-2.0-or-later
// The values of one section.
#include "conf/schema/settings.h"

#include <gtest/gtest.h>

namespace mp::conf {
namespace {

Value number(std::int64_t n) {
    return {true, n, {}};
}

TEST(Settings, HoldOneValuePerKeyword) {
    Settings settings;
    EXPECT_TRUE(settings.empty());
    EXPECT_EQ(settings.find(Key::rr_min_io), nullptr);
    settings.set(Key::rr_min_io, number(1), {0, 1});
    settings.set(Key::verbosity, number(2), {0, 2});
    settings.set(Key::rr_min_io, number(3), {0, 3});
    ASSERT_NE(settings.find(Key::rr_min_io), nullptr);
    EXPECT_EQ(settings.find(Key::rr_min_io)->value.number, 3);
    EXPECT_EQ(settings.find(Key::rr_min_io)->origin, (Origin{0, 3}));
    EXPECT_EQ(settings.find(Key::verbosity)->value.number, 2);
    settings.erase(Key::rr_min_io);
    settings.erase(Key::rr_min_io);
    EXPECT_EQ(settings.find(Key::rr_min_io), nullptr);
    EXPECT_FALSE(settings.empty());
}

TEST(Settings, MergedValuesWinAndKeepTheirOrigin) {
    Settings base;
    base.set(Key::rr_min_io, number(1), Origin{});
    base.set(Key::verbosity, number(2), Origin{});
    Settings other;
    other.set(Key::rr_min_io, number(10), {1, 7});
    base.merge(other);
    EXPECT_EQ(base.find(Key::rr_min_io)->value.number, 10);
    EXPECT_FALSE(base.find(Key::rr_min_io)->origin.built_in());
    EXPECT_TRUE(base.find(Key::verbosity)->origin.built_in());
}

}  // namespace
}  // namespace mp::conf
