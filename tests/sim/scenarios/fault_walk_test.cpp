// SPDX-License-Identifier: GPL-2.0-or-later
// One fixed story, told again and again: in the n-th telling the n-th operation on device-mapper
// and on files fails. It ends when a telling needs fewer operations than n. Whatever fails, the
// oracles stay silent and the world settles afterwards.
#include "tests/sim/scenarios/story.h"

namespace mp::sim {
namespace {

constexpr int kOperationsMax = 500;

class FaultWalk : public testing::Test {
protected:
    /// Tells the story with operation `victim` failing. Returns how many operations there were.
    static int tell(int victim) {
        Settings settings{.polling_s = 2, .max_polling_s = 4};
        settings.grouping = "group_by_prio";
        settings.failback = "immediate";
        settings.no_path_retry = "queue";
        SimWorld world(static_cast<std::uint64_t>(victim) + 1,
                       {.adapters = 2, .ports = 2, .lus = 2, .model = ArrayModel::alua_implicit},
                       settings);
        int operations = 0;
        const auto fails = [&operations, victim] { return ++operations == victim; };
        world.dm.fail_when(fails);
        world.files.fail_when(fails);
        world.attach_everything();
        world.boot();
        world.run_for(seconds(8));
        world.users.start(milliseconds(100));
        world.run_for(seconds(2));
        world.host.set_link(0, 0, Link::refused);
        world.run_for(seconds(6));
        world.host.set_link(0, 0, Link::up);
        world.array.map(1, 0, 1, true);
        world.run_for(seconds(8));
        world.array.map(1, 0, 0, true);
        world.host.detach(world.disk_at(0, 1, 0));
        world.host.detach(world.disk_at(1, 1, 0));
        world.run_for(seconds(2));
        world.host.attach_all();
        world.run_for(seconds(4));
        world.kill();
        world.boot();
        EXPECT_TRUE(world.settle(seconds(180)))
            << world.trace.tail() << world.violation() << " with operation " << victim;
        EXPECT_EQ(world.users.failed(), 0U) << "with operation " << victim;
        return operations;
    }
};

TEST_F(FaultWalk, NoSingleFailedOperationBreaksAPromise) {
    int victim = 1;
    while (victim < kOperationsMax && tell(victim) >= victim && !HasFailure()) {
        ++victim;
    }
    EXPECT_GT(victim, 10) << "the story performs operations";
    EXPECT_LT(victim, kOperationsMax);
}

}  // namespace
}  // namespace mp::sim
