// SPDX-License-Identifier: GPL-2.0-or-later
// The last path is lost: requests wait, wait for a while, or fail, as configured; and return.
#include "tests/sim/scenarios/story.h"

namespace mp::sim {
namespace {

class LastPath : public Story {
protected:
    void begin_with(const std::string& retry) {
        Settings settings{.polling_s = 2, .max_polling_s = 4};
        settings.no_path_retry = retry;
        begin({.adapters = 2, .ports = 1, .lus = 2}, settings);
    }
};

TEST_F(LastPath, QueueHoldsRequestsUntilAPathReturns) {
    begin_with("queue");
    set_all(Link::refused);
    world().run_for(seconds(120));
    EXPECT_EQ(world().users.failed(), 0U);
    set_all(Link::up);
    EXPECT_TRUE(world().settle(seconds(20)));
    EXPECT_EQ(world().users.failed(), 0U);
}

TEST_F(LastPath, FailFailsRequestsAtOnce) {
    begin_with("fail");
    set_all(Link::refused);
    EXPECT_LE(time_until([&] { return world().users.failed() > 0; }), seconds(2));
    set_all(Link::up);
    EXPECT_TRUE(world().settle(seconds(20)));
}

TEST_F(LastPath, CountOfRetriesHoldsRequestsThatLongAndThenFailsThem) {
    begin_with("5");
    set_all(Link::refused);
    (void)time_until([&] { return failed_paths() == 4; });
    const Duration waited = time_until([&] { return world().users.failed() > 0; });
    EXPECT_GE(waited, seconds(9));
    EXPECT_LE(waited, seconds(14));
    set_all(Link::up);
    EXPECT_TRUE(world().settle(seconds(20))) << world().unsettled();
    EXPECT_TRUE(world().dm_map(0)->live->queue_if_no_path) << "the first good path queues again";
}

TEST_F(LastPath, RetriesStopCountingWhenAPathReturns) {
    begin_with("5");
    set_all(Link::refused);
    world().run_for(seconds(6));
    set_adapter(0, Link::up);
    world().run_for(seconds(30));
    EXPECT_EQ(world().users.failed(), 0U);
    set_adapter(1, Link::up);
    EXPECT_TRUE(world().settle(seconds(20)));
}

TEST_F(LastPath, RemovedLastPathLeavesAnOpenMapThatTakesItBack) {
    begin_with("queue");
    for (int adapter = 0; adapter < 2; ++adapter) {
        world().host.detach(world().disk_at(adapter, 0, 0));
    }
    world().run_for(seconds(20));
    ASSERT_NE(world().dm_map(0), nullptr);
    EXPECT_EQ(world().users.failed(), 0U);
    world().host.attach_all();
    EXPECT_TRUE(world().settle(seconds(30)));
    EXPECT_EQ(world().users.failed(), 0U);
}

TEST_F(LastPath, UnusedMapGoesWithItsLastPath) {
    Settings settings{.polling_s = 2, .max_polling_s = 4};
    begin({.adapters = 2, .ports = 1, .lus = 2}, settings, false);
    for (int adapter = 0; adapter < 2; ++adapter) {
        world().host.detach(world().disk_at(adapter, 0, 0));
    }
    EXPECT_LE(time_until([&] { return world().dm_map(0) == nullptr; }), seconds(5));
    EXPECT_NE(world().dm_map(1), nullptr);
}

TEST_F(LastPath, MapIsKeptWhenFlushingIsOff) {
    Settings settings{.polling_s = 2, .max_polling_s = 4};
    settings.flush_on_last_del = "never";
    begin({.adapters = 2, .ports = 1, .lus = 1}, settings, false);
    for (int adapter = 0; adapter < 2; ++adapter) {
        world().host.detach(world().disk_at(adapter, 0, 0));
    }
    world().run_for(seconds(20));
    EXPECT_NE(world().dm_map(0), nullptr);
}

}  // namespace
}  // namespace mp::sim
