// SPDX-License-Identifier: GPL-2.0-or-later
// I/O left the best group; when does it go back? Two controllers, one of them optimized.
#include "tests/sim/scenarios/story.h"

namespace mp::sim {
namespace {

class GroupReturn : public Story {
protected:
    void begin_with(const std::string& failback) {
        Settings settings{.polling_s = 2, .max_polling_s = 4};
        settings.grouping = "group_by_prio";
        settings.failback = failback;
        begin({.adapters = 2, .ports = 2, .lus = 1, .model = ArrayModel::alua_implicit}, settings);
    }
    void set_port(int port, Link state) {
        for (int adapter = 0; adapter < 2; ++adapter) {
            world().host.set_link(adapter, port, state);
        }
    }
    /// The port whose group the kernel uses.
    int used_port() {
        const DmTarget& target = *world().dm_map(0)->live;
        const int group = target.current >= 0 ? target.current : target.next;
        const DiskId disk = target.groups.at(static_cast<std::size_t>(group)).paths.front().disk;
        return world().host.disk(disk).nexus.port;
    }
    /// The optimized port (0, for LU 0) is lost and comes back; then the time until it is used.
    void lose_and_return() {
        EXPECT_EQ(used_port(), 0);
        set_port(0, Link::refused);
        (void)time_until([&] { return used_port() == 1; });
        world().run_for(seconds(10));
        set_port(0, Link::up);
        (void)time_until([&] { return failed_paths() == 0; });
    }
};

TEST_F(GroupReturn, ImmediateGoesBackAtOnce) {
    begin_with("immediate");
    lose_and_return();
    EXPECT_LE(time_until([&] { return used_port() == 0; }), seconds(2));
    EXPECT_EQ(world().users.failed(), 0U);
}

TEST_F(GroupReturn, DelayedGoesBackAfterItsTime) {
    begin_with("10");
    lose_and_return();
    const Duration waited = time_until([&] { return used_port() == 0; });
    EXPECT_GE(waited, seconds(8));
    EXPECT_LE(waited, seconds(13));
}

TEST_F(GroupReturn, ManualStaysUntilSomebodySwitches) {
    begin_with("manual");
    lose_and_return();
    world().run_for(seconds(60));
    EXPECT_EQ(used_port(), 1);
    EXPECT_EQ(command(model::Verb::switch_group, world().dm_map(0)->name, "1"), "ok\n");
    EXPECT_LE(time_until([&] { return used_port() == 0; }), seconds(2));
    world().run_for(seconds(60));
    EXPECT_EQ(used_port(), 0) << "a manual switch stays";
}

TEST_F(GroupReturn, FollowoverGoesBackWhenTheBestGroupGetsItsFirstPath) {
    begin_with("followover");
    lose_and_return();
    EXPECT_LE(time_until([&] { return used_port() == 0; }), seconds(6));
}

TEST_F(GroupReturn, StandbyGroupIsActivatedAndLeftAgain) {
    Settings settings{.polling_s = 2, .max_polling_s = 4};
    settings.grouping = "group_by_prio";
    settings.failback = "manual";
    begin({.adapters = 2, .ports = 2, .lus = 2, .model = ArrayModel::alua_explicit}, settings);
    set_port(0, Link::refused);
    world().run_for(seconds(20));
    EXPECT_EQ(world().array.lu(0).state[1], Alua::optimized);
    set_port(0, Link::up);
    EXPECT_TRUE(world().settle(seconds(30)));
    EXPECT_EQ(world().users.failed(), 0U);
}

}  // namespace
}  // namespace mp::sim
