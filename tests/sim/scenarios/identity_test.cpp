// SPDX-License-Identifier: GPL-2.0-or-later
// Another disk appears behind a path. The kernel and udev keep the old answer; the daemon must see
// it by itself, take the path out, and let not one byte more reach the wrong disk.
#include "tests/sim/scenarios/story.h"

namespace mp::sim {
namespace {

class Identity : public Story {
protected:
    /// LUN 0 of port 1 becomes LU 1.
    void remap(bool announce) { world().array.map(1, 0, 1, announce); }
    void expect_out_within(Duration limit) {
        const DiskId first = world().disk_at(0, 1, 0);
        const DiskId second = world().disk_at(1, 1, 0);
        EXPECT_LE(time_until([&] { return !carries(0, first) && !carries(0, second); }), limit);
        const std::uint64_t wrong = world().oracles.wrong_writes();
        EXPECT_LE(time_until([&] { return !holds(0, first) && !holds(0, second); }), seconds(2));
        world().run_for(seconds(60));
        EXPECT_EQ(world().oracles.wrong_writes(), wrong) << "bytes went to the wrong disk";
        EXPECT_FALSE(holds(0, first));
        EXPECT_GE(world().log.count("identity-changed"), 1U);
        EXPECT_EQ(world().users.failed(), 0U);
    }
};

const Settings kFast{.polling_s = 2, .max_polling_s = 4};

TEST_F(Identity, ChangeOnALoadedPathTakesItOutWithinOneCheckInterval) {
    Settings settings = kFast;
    settings.grouping = "multibus";
    begin({}, settings);
    remap(false);
    expect_out_within(settings.max_polling() + milliseconds(500));
}

TEST_F(Identity, ChangeOnAnIdlePathTakesItOutWithinOneCheckInterval) {
    begin({}, kFast, false);
    remap(false);
    expect_out_within(kFast.max_polling() + milliseconds(500));
}

TEST_F(Identity, ChangeOnAStandbyPathTakesItOutWithinOneCheckInterval) {
    Settings settings = kFast;
    settings.grouping = "group_by_prio";
    begin({.model = ArrayModel::alua_explicit}, settings);
    remap(false);
    expect_out_within(settings.max_polling() + milliseconds(500));
}

TEST_F(Identity, AnnouncedChangeIsFollowedByTheNextCheck) {
    Settings settings = kFast;
    settings.grouping = "failover";
    begin({}, settings, false);
    remap(true);
    expect_out_within(settings.max_polling() + milliseconds(500));
}

TEST_F(Identity, PathOfAnotherDiskComesBackWhenTheLunDoes) {
    begin({}, kFast);
    const DiskId disk = world().disk_at(0, 1, 0);
    remap(false);
    (void)time_until([&] { return !holds(0, disk); });
    world().run_for(seconds(10));
    world().array.map(1, 0, 0, true);
    world().host.send_change(disk);
    EXPECT_LE(time_until([&] { return carries(0, disk); }), seconds(15));
}

TEST_F(Identity, TwoDisksThatChangePlacesNeverShareAMap) {
    Settings settings = kFast;
    settings.grouping = "multibus";
    begin({}, settings);
    world().array.map(0, 0, 1, false);
    world().array.map(0, 1, 0, false);
    world().run_for(seconds(60));
    for (int lu = 0; lu < 2; ++lu) {
        for (const DmGroup& group : world().dm_map(lu)->live->groups) {
            for (const DmPath& path : group.paths) {
                EXPECT_EQ(world().host.lu_behind(path.disk), lu);
            }
        }
    }
    EXPECT_EQ(world().users.failed(), 0U);
}

TEST_F(Identity, AllPathsOfAMapLeadElsewhereAndTheMapIsLeftWithoutPaths) {
    Settings settings = kFast;
    settings.no_path_retry = "queue";
    begin({}, settings);
    world().array.map(0, 0, 1, false);
    world().array.map(1, 0, 1, false);
    world().run_for(settings.max_polling() + seconds(1));
    const std::uint64_t wrong = world().oracles.wrong_writes();
    world().run_for(seconds(30));
    EXPECT_EQ(world().oracles.wrong_writes(), wrong);
    EXPECT_EQ(world().users.failed(), 0U) << "it queues";
}

TEST_F(Identity, NameThatIsUsedAgainForAnotherDiskDoesNotJoinTheOldMap) {
    begin({}, kFast, false);
    const Disk old = world().host.disk(world().disk_at(0, 1, 0));
    world().host.detach(old.id);
    (void)time_until([&] { return !holds(0, old.id); });
    world().array.map(1, 0, 1, false);
    ASSERT_TRUE(world().host.attach(old.nexus));
    const DiskId next = world().disk_at(0, 1, 0);
    ASSERT_EQ(world().host.disk(next).name, old.name);
    EXPECT_LE(time_until([&] { return holds(1, next); }), seconds(10));
    EXPECT_FALSE(holds(0, next));
}

TEST_F(Identity, RemovalAndReturnUnderOneNameWithLostEventsIsSeen) {
    begin({}, kFast, false);
    const Disk old = world().host.disk(world().disk_at(0, 1, 0));
    world().host.lose_uevents();
    world().host.detach(old.id);
    world().array.map(1, 0, 1, false);
    ASSERT_TRUE(world().host.attach(old.nexus));
    const DiskId next = world().disk_at(0, 1, 0);
    EXPECT_LE(time_until([&] { return holds(1, next); }), seconds(10));
    EXPECT_LE(time_until([&] { return !holds(0, old.id); }), seconds(10));
}

}  // namespace
}  // namespace mp::sim
