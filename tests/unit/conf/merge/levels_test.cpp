// SPDX-License-Identifier: GPL-2.0-or-later
// Which level gives a value.
#include "conf/merge/levels.h"

#include <gtest/gtest.h>

namespace mp::conf {
namespace {

Settings one(Key key, std::int64_t number) {
    Settings settings;
    settings.set(key, {true, number, {}}, Origin{});
    return settings;
}

TEST(Levels, MoreSpecificOnesComeFirst) {
    constexpr Key kKey = Key::dev_loss_tmo;
    Model model;
    Matches matches;
    EXPECT_EQ(Levels(model, matches, nullptr, nullptr).find(kKey), nullptr);
    model.defaults = one(kKey, 1);
    EXPECT_EQ(Levels(model, matches, nullptr, nullptr).number(kKey), 1U);
    const DeviceEntry general{one(kKey, 2), {}, {}, {}};
    const DeviceEntry special{one(kKey, 3), {}, {}, {}};
    const DeviceEntry silent{one(Key::rr_min_io, 9), {}, {}, {}};
    matches = {&silent, &special, &general};
    EXPECT_EQ(Levels(model, matches, nullptr, nullptr).number(kKey), 3U);
    model.overrides = one(kKey, 4);
    EXPECT_EQ(Levels(model, matches, nullptr, nullptr).number(kKey), 4U);
    const Settings protocol = one(kKey, 5);
    EXPECT_EQ(Levels(model, matches, nullptr, &protocol).number(kKey), 5U);
    const Settings map = one(kKey, 6);
    EXPECT_EQ(Levels(model, matches, &map, &protocol).number(kKey), 6U);
    EXPECT_EQ(number_of(Levels(model, matches, &map, &protocol).at(Level::device, kKey)), 3U);
}

TEST(Levels, UnsetValuesHaveAMeaning) {
    const Model model;
    const Matches matches;
    const Levels levels(model, matches, nullptr, nullptr);
    EXPECT_FALSE(levels.flag(Key::skip_kpartx));
    EXPECT_EQ(levels.text(Key::alias), "");
    EXPECT_FALSE(levels.number(Key::mode).has_value());
    EXPECT_FALSE(is_word(nullptr, "yes"));
    EXPECT_FALSE(number_of(nullptr).has_value());
}

}  // namespace
}  // namespace mp::conf
