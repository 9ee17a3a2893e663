// SPDX-License-Identifier: GPL-2.0-or-later
// Lists of maps one after the other, and what of them is news.
#include "daemon/os/libdm_watch.h"

#include <gtest/gtest.h>

namespace mp::os::libdm {
namespace {

ListedMap map(const std::string& letter, std::uint32_t event_nr) {
    return {"mpath" + letter, "mpath-uuid" + letter, {254, 0}, event_nr};
}

/// "names" and "+set", or "-" when there is no news.
std::string text(const std::optional<model::event::MapsChanged>& news) {
    if (!news) {
        return "-";
    }
    std::string out;
    for (const std::string& name : news->names) {
        out += name + " ";
    }
    return out + (news->set_changed ? "+set" : "");
}

class Watched : public testing::Test {
protected:
    Watched() { watch.know_all({map("a", 1), map("b", 7)}); }
    static model::DmMapState state(const ListedMap& listed) {
        model::DmMapState made;
        made.name = listed.name;
        made.uuid = listed.uuid;
        made.event_nr = listed.event_nr;
        return made;
    }
    MapWatch watch;
};

TEST(MapWatch, NothingIsNewsBeforeTheFirstFullList) {
    MapWatch watch;
    EXPECT_EQ(text(watch.compare({map("a", 1)})), "-");
    EXPECT_EQ(text(watch.compare({map("a", 2)})), "-");
    watch.know_all({map("a", 2)});
    EXPECT_EQ(text(watch.compare({map("a", 3)})), "mpatha ");
}

TEST_F(Watched, OnlyMapsWhoseNumberMovedAreReported) {
    EXPECT_EQ(text(watch.compare({map("a", 1), map("b", 7)})), "-");
    EXPECT_EQ(text(watch.compare({map("a", 1), map("b", 9)})), "mpathb ");
    EXPECT_EQ(text(watch.compare({map("a", 1), map("b", 9)})), "-");
    EXPECT_EQ(text(watch.compare({map("a", 0), map("b", 1)})), "mpatha mpathb ");
}

TEST_F(Watched, MapsThatComeOrGoOrAreRenamedChangeTheSet) {
    EXPECT_EQ(text(watch.compare({map("a", 1)})), "+set");
    EXPECT_EQ(text(watch.compare({map("a", 1)})), "-");
    EXPECT_EQ(text(watch.compare({map("a", 1), map("c", 1)})), "+set");
    ListedMap renamed = map("a", 1);
    renamed.name = "data";
    EXPECT_EQ(text(watch.compare({renamed, map("c", 1)})), "+set");
    EXPECT_EQ(text(watch.compare({renamed, map("c", 2)})), "mpathc ");
}

TEST_F(Watched, WhatAQueryToldIsNoNews) {
    watch.know(state(map("a", 2)));
    EXPECT_EQ(text(watch.compare({map("a", 2), map("b", 7)})), "-");
}

TEST_F(Watched, APlansOwnDoingIsNoNews) {
    watch.begin_plan("mpath-uuidc", "mpathc");
    EXPECT_EQ(text(watch.compare({map("a", 1), map("b", 7), map("c", 1)})), "-");
    watch.know(state(map("c", 1)));
    EXPECT_TRUE(watch.end_plan("mpath-uuidc", "mpathc"));
    EXPECT_EQ(text(watch.compare({map("a", 1), map("b", 7), map("c", 1)})), "-");
}

TEST_F(Watched, ARemovalByAPlanIsNoNews) {
    watch.begin_plan("mpath-uuida", "mpatha");
    EXPECT_EQ(text(watch.compare({map("b", 7)})), "-");
    watch.forget("mpath-uuida");
    watch.end_plan("mpath-uuida", "mpatha");
    EXPECT_EQ(text(watch.compare({map("b", 7)})), "-");
}

TEST_F(Watched, AChangeBehindTheEndOfAPlanIsSeenByTheSecondLook) {
    watch.begin_plan("mpath-uuida", "mpatha");
    watch.know(state(map("a", 2)));  // the plan's last look
    EXPECT_EQ(text(watch.compare({map("a", 3), map("b", 7)})), "-");
    EXPECT_TRUE(watch.end_plan("mpath-uuida", "mpatha"));
    EXPECT_EQ(text(watch.compare({map("a", 3), map("b", 7)})), "mpatha ");
}

TEST_F(Watched, NothingPassedOverNeedsNoSecondLook) {
    watch.begin_plan("mpath-uuida", "mpatha");
    EXPECT_EQ(text(watch.compare({map("a", 1), map("b", 8)})), "mpathb ");
    EXPECT_FALSE(watch.end_plan("mpath-uuida", "mpatha"));
}

}  // namespace
}  // namespace mp::os::libdm
