// SPDX-License-Identifier: GPL-2.0-or-later
// What holds after any sequence of I/Os, failures and reinstatements, on any topology, and how far
// the choice between two candidates is from the best choice among all.
#include <algorithm>
#include <deque>
#include <string>

#include "daemon/base/prng.h"
#include "tests/unit/selector/machine.h"

namespace mp::selector {
namespace {

class Properties : public Machine {};

struct World {
    explicit World(std::uint64_t seed) : prng(seed) {
        nodes = 1 + static_cast<int>(prng.below(4));  // as many as there are tiers
        user_machine_nodes(static_cast<unsigned>(nodes), 16);
        for (int from = 0; from < nodes; ++from) {
            for (int to = 0; to < nodes; ++to) {
                distance.push_back(from == to ? 10 : 10 + static_cast<int>(prng.below(60)));
                user_machine_distance(from, to, distance.back());
            }
        }
        const int count = 1 + static_cast<int>(prng.below(12));
        std::string text = "numa-distance 0 " + std::to_string(count) + " 3";
        for (int i = 0; i < count; ++i) {
            node.push_back(static_cast<int>(prng.below(static_cast<std::uint64_t>(nodes))));
            text += " 8:" + std::to_string(i) + " 1 " + std::to_string(node.back());
            text += prng.below(2) == 0 ? " auto" : " " + std::to_string(1 + prng.below(20));
        }
        active.assign(node.size(), true);
        group = load(text);
    }

    int nearest(int from) const {
        int best = 1000;
        for (std::size_t i = 0; i < node.size(); ++i) {
            if (active[i]) {
                best = std::min(best, distance[static_cast<std::size_t>(from * nodes + node[i])]);
            }
        }
        return best;
    }

    Prng prng;
    int nodes = 0;
    std::vector<int> distance;
    std::vector<int> node;
    std::vector<bool> active;
    std::deque<int> in_flight;
    Group group;
};

void check_choice(World& world) {
    const auto cpu = static_cast<unsigned>(world.prng.below(16));
    user_run_on(cpu);
    const int path = submit(world.group);
    const bool any = std::ranges::find(world.active, true) != world.active.end();
    ASSERT_EQ(path >= 0, any);
    if (!any) {
        return;
    }
    ASSERT_TRUE(world.active[static_cast<std::size_t>(path)]);
    world.in_flight.push_back(path);
}

// What a CPU has chosen while there was load may serve a few more of its I/Os.
void check_idle(World& world) {
    const auto cpu = static_cast<unsigned>(world.prng.below(16));
    const int from = static_cast<int>(cpu) * world.nodes / 16;
    user_run_on(cpu);
    for (int i = 0; i < 8; ++i) {
        select(world.group);
    }
    const int path = select(world.group);
    if (path >= 0) {
        const int there = world.node[static_cast<std::size_t>(path)];
        EXPECT_EQ(world.distance[static_cast<std::size_t>(from * world.nodes + there)],
                  world.nearest(from));
    }
}

void step(World& world) {
    const std::uint64_t what = world.prng.below(100);
    const auto path = static_cast<std::size_t>(world.prng.below(world.node.size()));
    if (what < 50) {
        check_choice(world);
    } else if (what < 90) {
        if (!world.in_flight.empty()) {
            release(world.group, world.in_flight.front(), 1);
            world.in_flight.pop_front();
        }
    } else if (what < 95) {
        user_group_fail(world.group.get(), static_cast<int>(path));
        world.active[path] = false;
    } else if (what < 99) {
        user_group_reinstate(world.group.get(), static_cast<int>(path));
        world.active[path] = true;
    } else {
        while (!world.in_flight.empty()) {
            release(world.group, world.in_flight.front(), 1);
            world.in_flight.pop_front();
        }
        check_idle(world);
    }
}

TEST_F(Properties, NeverAFailedPathAlwaysAnActiveOneAndTheNearestWhenIdle) {
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        World world(seed);
        for (int i = 0; i < 2000 && !HasFatalFailure(); ++i) {
            step(world);
        }
        ASSERT_FALSE(HasFatalFailure()) << "seed " << seed;
    }
}

TEST_F(Properties, TheLoadIsGoneWhenTheLastIoIs) {
    World world(7);
    for (int i = 0; i < 5000; ++i) {
        step(world);
    }
    for (const int path : world.in_flight) {
        release(world.group, path, 1);
    }
    const std::string info = info_of(world.group);
    std::size_t at = 0;
    for (std::size_t i = 0; i < world.node.size(); ++i) {
        const std::string here = " 0 " + std::to_string(world.node[i]) + " 0 ";
        at = info.find(here, at);
        ASSERT_NE(at, std::string::npos) << info;
    }
}

// The same I/Os placed by looking at all paths: the least (load + 1) * weight / capacity.
int place_best(const std::vector<int>& load, const std::vector<int>& weight) {
    int best = 0;
    for (int i = 1; i < static_cast<int>(load.size()); ++i) {
        const auto a = static_cast<std::size_t>(best);
        const auto b = static_cast<std::size_t>(i);
        if ((load[b] + 1) * weight[b] < (load[a] + 1) * weight[a]) {
            best = i;
        }
    }
    return best;
}

TEST_F(Properties, TwoCandidatesAreNearlyAsGoodAsAll) {
    for (const int near_count : {1, 2, 4, 8}) {
        std::string text = "numa-distance 0 16 3";
        std::vector<int> weight;
        for (int i = 0; i < 16; ++i) {
            text += " 8:" + std::to_string(i) + " 1 " + (i < near_count ? "0" : "1") + " 8";
            weight.push_back(i < near_count ? 100 : 116);
        }
        const Group group = load(text);
        std::vector<int> best(16);
        for (int i = 0; i < 3200; ++i) {
            ++best[static_cast<std::size_t>(place_best(best, weight))];
        }
        std::vector<int> taken = shares(group, 3200);
        int worst_taken = 0;
        int worst_best = 0;
        for (std::size_t i = 0; i < taken.size(); ++i) {
            worst_taken = std::max(worst_taken, taken[i] * weight[i]);
            worst_best = std::max(worst_best, best[i] * weight[i]);
        }
        EXPECT_LE(worst_taken, worst_best * 5 / 4) << near_count << " near paths";
    }
}

}  // namespace
}  // namespace mp::selector
