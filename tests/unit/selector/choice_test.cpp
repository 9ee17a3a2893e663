// SPDX-License-Identifier: GPL-2.0-or-later
// Which path an I/O takes: the nearest one first, others when it is busy or gone, and back.
#include <algorithm>
#include <string>

#include "tests/unit/selector/machine.h"

namespace mp::selector {
namespace {

class Choice : public Machine {};

// Two paths on each of two nodes with a threshold that does not move.
const char* const kFour = "numa-distance 0 4 3 8:0 1 0 8 8:1 1 0 8 8:2 1 1 8 8:3 1 1 8";

TEST_F(Choice, TakesThePathOfItsNode) {
    const Group group = load("numa-distance 0 2 3 8:0 1 0 8 8:1 1 1 8");
    for (const unsigned cpu : {0U, 1U, 2U, 3U, 0U, 3U}) {
        user_run_on(cpu);
        EXPECT_EQ(select(group), cpu < 2 ? 0 : 1);
    }
}

TEST_F(Choice, ReadsTheNodeOfTheDeviceWhenNoneIsGiven) {
    user_machine_disk_node(0, 1);
    user_machine_disk_node(1, 0);
    const Group group = load("numa-distance 0 2 1 8:0 1 8:1 1");
    EXPECT_EQ(select(group), 1);
    user_run_on(2);
    EXPECT_EQ(select(group), 0);
    EXPECT_EQ(info_of(group), "3 2 0 0 2 3 8:0 A 0 1 0 8 8:1 A 0 0 0 8");
}

TEST_F(Choice, IgnoresADeviceNodeThatIsNotThere) {
    user_machine_disk_node(0, 7);
    EXPECT_EQ(info_of(load("numa-distance 0 1 1 8:0 1")), "3 0 0 0 1 3 8:0 A 0 - 0 8");
}

TEST_F(Choice, TakesDistancesOverNodes) {
    const Group group = load("numa-distance 0 2 3 8:0 1 31,10 8 8:1 1 12,20 8");
    EXPECT_EQ(select(group), 1);
    user_run_on(2);
    EXPECT_EQ(select(group), 0);
    EXPECT_EQ(info_of(group), "3 2 0 0 2 3 8:0 A 0 vector 0 8 8:1 A 0 vector 0 8");
}

TEST_F(Choice, DealsTheCpusOfANodeOverItsPaths) {
    const Group group = load(kFour);
    std::vector<int> taken;
    for (const unsigned cpu : {0U, 1U, 2U, 3U}) {
        user_run_on(cpu);
        taken.push_back(select(group));
    }
    std::sort(taken.begin(), taken.end());
    EXPECT_EQ(taken, (std::vector<int>{0, 1, 2, 3}));
}

TEST_F(Choice, KeepsItsPathWhileThatIsNotBusy) {
    const Group group = load(kFour);
    const int home = submit(group);
    for (int i = 1; i < 8; ++i) {
        EXPECT_EQ(submit(group), home);
    }
    EXPECT_EQ(info_of(group).substr(0, 10), "3 8 0 0 4 ");
}

TEST_F(Choice, SpreadsADeepLoadEvenlyOverTheNearPathsFirst) {
    const Group group = load(kFour);
    const std::vector<int> taken = shares(group, 16);
    EXPECT_EQ(taken[0] + taken[1], 16);
    EXPECT_LE(std::abs(taken[0] - taken[1]), 4);
}

TEST_F(Choice, SpillsOverToFarPathsByTheirWeight) {
    // The distance 21 weighs 1.16 by default: 1000 I/Os are 536 near and 464 far.
    const Group group = load(kFour);
    const std::vector<int> taken = shares(group, 1000);
    EXPECT_NEAR(taken[0] + taken[1], 536, 12);
    EXPECT_LE(std::abs(taken[0] - taken[1]), 536 / 8);
    EXPECT_LE(std::abs(taken[2] - taken[3]), 16);
}

TEST_F(Choice, SharesEqualPathsEquallyBetweenCpus) {
    const Group group = load("numa-distance 0 4 3 8:0 1 - 8 8:1 1 - 8 8:2 1 - 8 8:3 1 - 8");
    std::vector<int> taken(4);
    for (int i = 0; i < 40000; ++i) {
        user_run_on(static_cast<unsigned>(i) % 4);
        ++taken[static_cast<std::size_t>(submit(group))];
    }
    for (const int share : taken) {
        EXPECT_NEAR(share, 10000, 100);
    }
}

TEST_F(Choice, ComesBackWhenTheNearPathsAreNoLongerBusy) {
    const Group group = load(kFour);
    const std::vector<int> taken = shares(group, 400);
    ASSERT_GT(taken[2] + taken[3], 0);
    for (int path = 0; path < 4; ++path) {
        release(group, path, taken[static_cast<std::size_t>(path)]);
    }
    for (int i = 0; i < 100; ++i) {
        const int path = submit(group);
        EXPECT_LT(path, 2);
        release(group, path, 1);
    }
}

TEST_F(Choice, RaisingThePenaltyNeverRaisesTheFarShare) {
    int before = 1000;
    for (const int penalty : {0, 10, 15, 25, 50, 100, 200, 400}) {
        const Group group = load("numa-distance 2 penalty " + std::to_string(penalty) +
                                 " 4 3 8:0 1 0 8 8:1 1 0 8 8:2 1 1 8 8:3 1 1 8");
        const std::vector<int> taken = shares(group, 1000);
        EXPECT_LE(taken[2] + taken[3], before + 8) << penalty;
        before = taken[2] + taken[3];
    }
    EXPECT_LT(before, 200);
}

TEST_F(Choice, RaisingTheDistanceNeverRaisesTheFarShare) {
    int before = 1000;
    for (const int distance : {11, 16, 21, 31, 64, 128, 255}) {
        user_machine_distance(0, 1, distance);
        const Group group = load(kFour);
        const std::vector<int> taken = shares(group, 1000);
        EXPECT_LE(taken[2] + taken[3], before + 8) << distance;
        before = taken[2] + taken[3];
    }
}

TEST_F(Choice, MeasuresTheLoadAgainstTheThresholdGiven) {
    const Group group = load("numa-distance 0 2 3 8:0 1 - 10 8:1 1 - 30");
    const std::vector<int> taken = shares(group, 4000);
    EXPECT_NEAR(taken[1], 3000, 100);
}

TEST_F(Choice, CountsBytesToo) {
    const Group group = load("numa-distance 0 2 3 8:0 1 - 8 8:1 1 - 8");
    user_group_start(group.get(), 0, 1U << 20);
    EXPECT_EQ(info_of(group), "3 0 0 0 2 3 8:0 A 0 - 17 8 8:1 A 0 - 0 8");
    user_group_start(group.get(), 1, 3U << 30);  // a discard
    EXPECT_EQ(info_of(group), "3 0 0 0 2 3 8:0 A 0 - 17 8 8:1 A 0 - 17 8");
    user_group_end(group.get(), 0, 1U << 20);
    user_group_end(group.get(), 1, 3U << 30);
    EXPECT_EQ(info_of(group), "3 0 0 0 2 3 8:0 A 0 - 0 8 8:1 A 0 - 0 8");
}

TEST_F(Choice, SelectingWithoutStartingLeavesNoLoad) {
    const Group group = load(kFour);
    for (int i = 0; i < 100; ++i) {
        user_group_select(group.get(), 0);
    }
    EXPECT_EQ(info_of(group),
              "3 100 0 0 4 3 8:0 A 0 0 0 8 8:1 A 0 0 0 8 8:2 A 0 1 0 8 8:3 A 0 1 0 8");
}

TEST_F(Choice, FallsBackInTheOrderOfDistanceAndReturnsAtOnce) {
    user_machine_nodes(4, 8);
    const int distances[] = {10, 16, 22, 32};
    for (int to = 0; to < 4; ++to) {
        user_machine_distance(0, to, distances[to]);
    }
    const Group group = load("numa-distance 0 4 3 8:0 1 3 8 8:1 1 2 8 8:2 1 1 8 8:3 1 0 8");
    for (const int expected : {3, 2, 1, 0}) {
        EXPECT_EQ(select(group), expected);
        user_group_fail(group.get(), expected);
    }
    EXPECT_EQ(select(group), -1);
    for (const int expected : {0, 1, 2, 3}) {
        user_group_reinstate(group.get(), expected);
        EXPECT_EQ(select(group), expected);
    }
    EXPECT_EQ(info_of(group).substr(0, 10), "3 2 0 6 4 ") << "two near, six for lack of near paths";
}

TEST_F(Choice, CountsASpillApartFromAFailure) {
    const Group group = load("numa-distance 0 2 3 8:0 1 0 8 8:1 1 1 8");
    occupy(group, 0, 100);
    EXPECT_EQ(select(group), 1);
    release(group, 0, 100);
    EXPECT_EQ(select(group), 0);
    user_group_fail(group.get(), 0);
    EXPECT_EQ(select(group), 1);
    EXPECT_EQ(info_of(group), "3 1 1 1 2 3 8:0 F 0 0 0 8 8:1 A 0 1 0 8");
}

TEST_F(Choice, MergesWhatIsFartherThanFourTiersIntoTheLast) {
    user_machine_nodes(6, 6);
    for (int to = 0; to < 6; ++to) {
        user_machine_distance(0, to, 10 + 10 * to);
    }
    const Group group =
        load("numa-distance 0 6 3 8:0 1 0 8 8:1 1 1 8 8:2 1 2 8 8:3 1 3 8 8:4 1 4 8 8:5 1 5 8");
    for (const int path : {0, 1, 2}) {
        EXPECT_EQ(select(group), path);
        user_group_fail(group.get(), path);
    }
    const int last = select(group);
    EXPECT_GE(last, 3);
    user_group_fail(group.get(), 3);
    user_group_fail(group.get(), 4);
    EXPECT_EQ(select(group), 5);
}

TEST_F(Choice, TreatsPathsWithoutANodeAsEquallyNear) {
    const Group group = load("numa-distance 0 2 1 8:0 1 8:1 1");
    std::vector<int> taken(2);
    for (const unsigned cpu : {0U, 1U, 2U, 3U}) {
        user_run_on(cpu);
        ++taken[static_cast<std::size_t>(select(group))];
    }
    EXPECT_EQ(taken, (std::vector<int>{2, 2})) << "each node begins at another path";
    EXPECT_EQ(info_of(group).substr(0, 10), "3 4 0 0 2 ");
}

TEST_F(Choice, WorksOnAMachineWithOneNode) {
    user_machine_nodes(1, 2);
    const Group group = load("numa-distance 0 2 3 8:0 1 0 8 8:1 1 auto 8");
    const std::vector<int> taken = shares(group, 1000);
    EXPECT_NEAR(taken[0], 500, 40);
}

TEST_F(Choice, ServesACpuOfANodeWithoutPaths) {
    user_machine_nodes(3, 6);
    user_machine_distance(2, 0, 31);
    user_machine_distance(2, 1, 21);
    user_run_on(5);
    const Group group = load("numa-distance 0 2 3 8:0 1 0 8 8:1 1 1 8");
    EXPECT_EQ(select(group), 1);
    user_group_fail(group.get(), 1);
    EXPECT_EQ(select(group), 0);
}

TEST_F(Choice, FollowsACpuThatIsMovedToAnotherNode) {
    const Group group = load("numa-distance 0 2 3 8:0 1 0 8 8:1 1 1 8");
    EXPECT_EQ(select(group), 0);
    user_machine_cpu_node(0, 1);
    EXPECT_EQ(select(group), 1);
    user_machine_cpu_node(0, 0);
    EXPECT_EQ(select(group), 0);
}

TEST_F(Choice, TakesNodeZeroForANodeThatIsNotThere) {
    const Group group = load("numa-distance 0 2 3 8:0 1 0 8 8:1 1 1 8");
    for (const int node : {-1, 5, 1000000}) {
        user_machine_cpu_node(0, node);
        EXPECT_EQ(select(group), 0) << node;
    }
}

TEST_F(Choice, UsesAllOfSixtyFourPaths) {
    std::string text = "numa-distance 0 64 3";
    for (int i = 0; i < 64; ++i) {
        text += " 8:" + std::to_string(i) + " 1 " + (i < 32 ? "0" : "1") + " 8";
    }
    const Group group = load(text);
    const std::vector<int> taken = shares(group, 6400);
    EXPECT_GT(*std::min_element(taken.begin(), taken.end()), 60);
    for (int i = 0; i < 63; ++i) {
        user_group_fail(group.get(), i);
    }
    EXPECT_EQ(select(group), 63);
}

TEST_F(Choice, AnEmptyGroupHasNoPath) {
    EXPECT_EQ(select(load("numa-distance 0 0 0")), -1);
}

TEST_F(Choice, PrintsIntoAnyBuffer) {
    const Group group = load("numa-distance 2 penalty 7 2 3 8:0 1 10,20 8 8:1 1 - auto");
    for (std::size_t size = 0; size < 120; ++size) {
        std::vector<char> text(size + 1, 'x');
        const int table = user_group_table(group.get(), text.data(), size);
        const int info = user_group_info(group.get(), text.data(), size);
        EXPECT_LE(std::max(table, info), static_cast<int>(size));
        EXPECT_EQ(text[size], 'x') << size;
    }
}

}  // namespace
}  // namespace mp::selector
