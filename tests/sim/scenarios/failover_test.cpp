// SPDX-License-Identifier: GPL-2.0-or-later
// Paths that fail and return, alone and with their adapter, under load and idle.
#include "tests/sim/scenarios/story.h"

namespace mp::sim {
namespace {

class Failover : public Story {};

TEST_F(Failover, AdapterThatDiesUnderLoadCostsNoRequest) {
    begin({.adapters = 2, .ports = 2, .lus = 4}, {.grouping = "multibus"});
    set_adapter(0, Link::refused);
    world().run_for(seconds(30));
    EXPECT_EQ(failed_paths(0), paths_of_adapter());
    EXPECT_EQ(failed_paths(1), 0U);
    set_adapter(0, Link::up);
    EXPECT_LE(time_until([&] { return failed_paths() == 0; }), seconds(6));
    EXPECT_EQ(world().users.failed(), 0U);
}

TEST_F(Failover, AdapterThatDiesUnderIdleMapsIsKnownInWellUnderASecond) {
    begin({.adapters = 2, .ports = 2, .lus = 8}, {}, false);
    set_adapter(1, Link::blocked);
    // The transport holds commands back for five seconds and hopes; then it says so in sysfs.
    world().run_for(seconds(5));
    EXPECT_LE(time_until([&] { return failed_paths(1) == paths_of_adapter(); }), milliseconds(800));
    EXPECT_EQ(failed_paths(0), 0U);
}

TEST_F(Failover, OneFailedCheckMakesItsSiblingsCheckedAtOnce) {
    begin({.adapters = 2, .ports = 2, .lus = 8}, {.polling_s = 5, .max_polling_s = 20}, false);
    set_adapter(1, Link::refused);
    (void)time_until([&] { return failed_paths(1) > 0; });
    EXPECT_LE(time_until([&] { return failed_paths(1) == paths_of_adapter(); }), seconds(2));
}

TEST_F(Failover, OneAdapterIsOneIncidentInTheLog) {
    begin({.adapters = 2, .ports = 2, .lus = 8}, {}, false);
    world().log.clear();
    set_adapter(1, Link::failfast);
    world().run_for(seconds(3));
    std::size_t lines = 0;
    for (const model::effect::Log& record : world().log.records()) {
        lines += record.level <= model::LogLevel::warning ? 1 : 0;
    }
    EXPECT_GE(lines, 1U);
    EXPECT_LE(lines, 3U);
}

TEST_F(Failover, PathReturnsOnlyAfterAGoodCheck) {
    begin({.adapters = 2, .ports = 1, .lus = 1});
    const DiskId disk = world().disk_at(0, 0, 0);
    world().host.set_offline(disk, true);
    (void)time_until([&] { return !carries(0, disk); });
    world().run_for(seconds(20));
    EXPECT_FALSE(carries(0, disk));
    world().host.set_offline(disk, false);
    EXPECT_LE(time_until([&] { return carries(0, disk); }), seconds(6));
}

TEST_F(Failover, FailureThatOnlyTheKernelSawIsCheckedAndMended) {
    begin({.adapters = 2, .ports = 1, .lus = 1}, {}, false);
    const DiskId disk = world().disk_at(1, 0, 0);
    ASSERT_TRUE(world().kernel.message(world().dm_map(0)->minor,
                                       "fail_path " + world().host.disk(disk).devt.str()));
    EXPECT_LE(time_until([&] { return carries(0, disk); }), seconds(2));
}

TEST_F(Failover, HungDiskCostsItsOwnPathsAndNobodyElse) {
    begin({.adapters = 2, .ports = 2, .lus = 8},
          {.checker_timeout_s = 3, .no_path_retry = "queue"});
    world().host.set_hung(3, true);
    world().run_for(seconds(10));
    EXPECT_EQ(failed_paths(), 4U);
    const Instant before = world().loop.now();
    EXPECT_EQ(command(model::Verb::reset_maps_stats), "ok\n");
    EXPECT_LE(world().loop.now() - before, milliseconds(100));
    world().run_for(seconds(20));
    EXPECT_EQ(failed_paths(), 4U);
    world().host.set_hung(3, false);
    EXPECT_TRUE(world().settle(seconds(90)));
    EXPECT_EQ(world().users.failed(), 0U);
}

TEST_F(Failover, FlappingLinkNeverFailsARequest) {
    begin({.adapters = 2, .ports = 2, .lus = 2}, {.grouping = "multibus"});
    for (int round = 0; round < 30; ++round) {
        world().host.set_link(round % 2, 0, Link::refused);
        world().run_for(milliseconds(700));
        world().host.set_link(round % 2, 0, Link::up);
        world().run_for(milliseconds(500));
    }
    EXPECT_EQ(world().users.failed(), 0U);
    EXPECT_TRUE(world().settle(seconds(120)));
}

}  // namespace
}  // namespace mp::sim
