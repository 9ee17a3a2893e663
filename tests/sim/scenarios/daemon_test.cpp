// SPDX-License-Identifier: GPL-2.0-or-later
// The daemon itself dies, returns, is told to read its configuration again, loses events.
#include "tests/sim/scenarios/story.h"

namespace mp::sim {
namespace {

class Process : public Story {};

TEST_F(Process, RestartAdoptsEveryMapWithoutALoad) {
    begin({.adapters = 2, .ports = 2, .lus = 8}, {.grouping = "multibus"});
    const std::uint64_t loads = world().dm.loads();
    for (int round = 0; round < 20; ++round) {
        world().run_for(milliseconds(100 + 370 * round));
        world().kill();
        world().run_for(milliseconds(500));
        world().boot();
    }
    EXPECT_TRUE(world().settle(seconds(60)));
    world().run_for(seconds(30));
    EXPECT_EQ(world().dm.loads(), loads);
    EXPECT_EQ(world().users.failed(), 0U);
}

TEST_F(Process, RestartAdoptsGroupsByPriorityToo) {
    Settings settings;
    settings.grouping = "group_by_prio";
    settings.failback = "immediate";
    begin({.adapters = 2, .ports = 2, .lus = 4, .model = ArrayModel::alua_implicit}, settings);
    world().run_for(seconds(30));
    const std::uint64_t loads = world().dm.loads();
    world().kill();
    world().boot();
    EXPECT_TRUE(world().settle(seconds(60)));
    world().run_for(seconds(60));
    EXPECT_EQ(world().dm.loads(), loads);
}

TEST_F(Process, PathThatFailedWhileNobodyLookedIsMendedAfterTheRestart) {
    begin({.adapters = 2, .ports = 1, .lus = 2});
    world().kill();
    set_adapter(0, Link::refused);
    world().run_for(seconds(5));
    set_adapter(0, Link::up);
    world().boot();
    EXPECT_TRUE(world().settle(seconds(30)));
    EXPECT_EQ(world().users.failed(), 0U);
}

TEST_F(Process, DiskThatWasExchangedWhileNobodyLookedIsThrownOut) {
    begin({}, {.polling_s = 2, .max_polling_s = 4, .grouping = "multibus"});
    world().kill();
    world().array.map(1, 0, 1, false);
    world().boot();
    const DiskId disk = world().disk_at(0, 1, 0);
    EXPECT_LE(time_until([&] { return !carries(0, disk); }), seconds(5));
}

TEST_F(Process, LostEventsAreMadeUpForByAFullLook) {
    begin({.adapters = 2, .ports = 1, .lus = 4});
    world().host.lose_uevents();
    const DiskId gone = world().disk_at(0, 0, 1);
    world().host.detach(gone);
    EXPECT_LE(time_until([&] { return !holds(1, gone); }), seconds(5));
    EXPECT_TRUE(world().settle(seconds(20)));
}

TEST_F(Process, ReconfigureLoadsNothingAndKeepsTheCounters) {
    begin({.adapters = 2, .ports = 1, .lus = 2}, {.polling_s = 1, .max_polling_s = 2});
    set_adapter(0, Link::refused);
    world().run_for(seconds(5));
    set_adapter(0, Link::up);
    ASSERT_TRUE(world().settle(seconds(30)));
    const DiskId disk = world().disk_at(0, 0, 0);
    const std::uint64_t failures = world().path_view(disk)->failures;
    const std::uint64_t loads = world().dm.loads();
    EXPECT_GT(failures, 0U);
    EXPECT_EQ(command(model::Verb::reconfigure), "ok\n");
    world().run_for(seconds(10));
    EXPECT_TRUE(world().settle(seconds(30)));
    EXPECT_EQ(world().path_view(disk)->failures, failures);
    EXPECT_EQ(world().dm.loads(), loads);
}

TEST_F(Process, NewConfigurationIsAppliedToMapsThatStand) {
    begin({.adapters = 2, .ports = 1, .lus = 2}, {.grouping = "failover"});
    EXPECT_EQ(world().dm_map(0)->live->groups.size(), 2U);
    Settings next = world().settings;
    next.grouping = "multibus";
    next.no_path_retry = "queue";
    world().configure(next);
    world().supervisor.hang_up();
    EXPECT_LE(time_until([&] { return world().dm_map(0)->live->groups.size() == 1; }), seconds(5));
    EXPECT_TRUE(world().settle(seconds(20)));
    EXPECT_TRUE(world().dm_map(0)->live->queue_if_no_path);
    EXPECT_EQ(world().users.failed(), 0U);
}

TEST_F(Process, StopsCleanlyAndLeavesTheMaps) {
    begin({.adapters = 2, .ports = 1, .lus = 2});
    world().supervisor.stop();
    EXPECT_LE(time_until([&] { return !world().alive(); }), seconds(5));
    EXPECT_EQ(world().kernel.maps().size(), 2U);
    world().run_for(seconds(5));
    EXPECT_EQ(world().users.failed(), 0U);
}

TEST_F(Process, NamesSurviveAMachineCrash) {
    begin({.adapters = 2, .ports = 1, .lus = 4});
    std::vector<std::string> names;
    for (int lu = 0; lu < 4; ++lu) {
        names.push_back(world().dm_map(lu)->name);
    }
    world().run_for(seconds(2));
    world().power_cut();
    world().run_for(seconds(1));
    world().attach_everything();
    world().boot();
    ASSERT_TRUE(world().settle(seconds(60)));
    for (int lu = 0; lu < 4; ++lu) {
        EXPECT_EQ(world().dm_map(lu)->name, names[static_cast<std::size_t>(lu)]);
    }
}

TEST_F(Process, PausedProcessCatchesUp) {
    begin({.adapters = 2, .ports = 1, .lus = 2}, {.polling_s = 1, .max_polling_s = 4});
    world().scheduler.pause_until(world().loop.now() + seconds(20));
    set_adapter(0, Link::refused);
    world().run_for(seconds(15));
    set_adapter(0, Link::up);
    world().run_for(seconds(6));
    EXPECT_TRUE(world().settle(seconds(30)));
    EXPECT_EQ(world().users.failed(), 0U);
}

}  // namespace
}  // namespace mp::sim
