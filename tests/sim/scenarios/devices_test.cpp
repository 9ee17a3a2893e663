// SPDX-License-Identifier: GPL-2.0-or-later
// Disks come, go and grow.
#include "tests/sim/scenarios/story.h"

namespace mp::sim {
namespace {

class Devices : public Story {};

TEST_F(Devices, NewLogicalUnitGetsAMap) {
    begin({.adapters = 2, .ports = 2, .lus = 2});
    const int lu = world().array.add_lu(IdKind::naa6, 4096);
    for (int port = 0; port < 2; ++port) {
        world().array.map(port, 7, lu, true);
    }
    world().host.attach_all();
    EXPECT_LE(time_until([&] { return world().dm_map(lu) != nullptr; }), seconds(10));
    EXPECT_TRUE(world().settle(seconds(20)));
    EXPECT_EQ(world().dm_map(lu)->live->path_count(), 4U);
}

TEST_F(Devices, MapOfManyPathsIsNotLoadedOncePerPath) {
    begin({.adapters = 4, .ports = 4, .lus = 1}, {.grouping = "multibus"}, false);
    const std::uint64_t loads = world().dm.loads();
    const int lu = world().array.add_lu(IdKind::naa6, 4096);
    for (int port = 0; port < 4; ++port) {
        world().array.map(port, 7, lu, true);
    }
    world().host.attach_all();
    EXPECT_TRUE(world().settle(seconds(30)));
    EXPECT_LE(world().dm.loads() - loads, 3U);
}

TEST_F(Devices, RemovedPathLeavesTheTable) {
    begin({.adapters = 2, .ports = 2, .lus = 2});
    const DiskId gone = world().disk_at(1, 1, 1);
    world().host.detach(gone);
    EXPECT_LE(time_until([&] { return !holds(1, gone); }), seconds(5));
    EXPECT_TRUE(world().settle(seconds(10)));
    EXPECT_EQ(world().users.failed(), 0U);
}

TEST_F(Devices, MapGrowsOnCommand) {
    begin({.adapters = 2, .ports = 1, .lus = 1});
    world().array.resize(0, 8192, true);
    for (const DiskId disk : world().host.present()) {
        world().host.rescan(disk);
    }
    world().run_for(seconds(2));
    EXPECT_EQ(world().dm_map(0)->live->table.size_sectors, 2048U);
    EXPECT_EQ(command(model::Verb::resize_map, world().dm_map(0)->name), "ok\n");
    EXPECT_EQ(world().dm_map(0)->live->table.size_sectors, 8192U);
    EXPECT_EQ(world().users.failed(), 0U);
}

TEST_F(Devices, MapGrowsByItselfWhenConfigured) {
    Settings settings;
    settings.more = "    auto_resize \"grow_only\"\n";
    begin({.adapters = 2, .ports = 1, .lus = 1}, settings);
    world().array.resize(0, 8192, true);
    for (const DiskId disk : world().host.present()) {
        world().host.rescan(disk);
    }
    EXPECT_LE(time_until([&] { return world().dm_map(0)->live->table.size_sectors == 8192; }),
              seconds(10));
}

TEST_F(Devices, SinglePathGetsNoMapUnderFindMultipathsOn) {
    Settings settings;
    settings.find_multipaths = "on";
    begin({.adapters = 1, .ports = 1, .lus = 2}, settings, false);
    world().run_for(seconds(30));
    EXPECT_TRUE(world().kernel.maps().empty());
}

TEST_F(Devices, StandbyPathsOfAnArrayAreMembersFromTheStart) {
    Settings settings;
    settings.grouping = "group_by_prio";
    begin({.adapters = 2, .ports = 2, .lus = 2, .model = ArrayModel::alua_explicit}, settings);
    EXPECT_EQ(world().dm_map(0)->live->path_count(), 4U);
    EXPECT_EQ(world().dm_map(0)->live->groups.size(), 2U);
}

TEST_F(Devices, RemovedMapStaysAwayUntilItIsAskedFor) {
    begin({.adapters = 2, .ports = 1, .lus = 2}, {}, false);
    const std::string name = world().dm_map(0)->name;
    EXPECT_EQ(command(model::Verb::remove_map, name), "ok\n");
    EXPECT_EQ(world().dm_map(0), nullptr);
    world().run_for(seconds(60));
    EXPECT_EQ(world().dm_map(0), nullptr);
    EXPECT_EQ(command(model::Verb::add_map, name), "ok\n");
    EXPECT_NE(world().dm_map(0), nullptr);
}

TEST_F(Devices, OpenMapIsNotRemoved) {
    begin({.adapters = 2, .ports = 1, .lus = 1});
    const std::string reply = command(model::Verb::remove_map, world().dm_map(0)->name);
    EXPECT_NE(reply, "ok\n");
    EXPECT_NE(world().dm_map(0), nullptr);
    EXPECT_TRUE(world().settle(seconds(20)));
}

}  // namespace
}  // namespace mp::sim
