// SPDX-License-Identifier: GPL-2.0-or-later
// Paths are written as one letter each with their key, and groups are compared as text: "ab|c" is a
// group of paths a and b before a group of path c; a star marks a marginal group.
#include "daemon/engine/grouping.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "daemon/base/prng.h"
#include "daemon/dm/equality.h"
#include "daemon/dm/table_codec.h"

namespace mp::engine {
namespace {

using conf::GroupPolicy;
using model::PathState;

GroupingPath path(char letter, int priority = 1, PathState state = PathState::up) {
    GroupingPath made;
    std::uint32_t number = static_cast<std::uint32_t>(letter - 'a');
    made.id = PathId{number + 1};
    made.devt = {8, number * 16};
    made.priority = priority;
    made.state = state;
    return made;
}

char letter(const GroupingPath& path) {
    return static_cast<char>('a' + path.devt.minor / 16);
}

std::string text(const std::vector<PathGroup>& groups) {
    std::string out;
    for (const PathGroup& group : groups) {
        out += out.empty() ? "" : "|";
        out += group.marginal ? "*" : "";
        for (const GroupingPath& one : group.paths) {
            out += letter(one);
        }
    }
    return out;
}

/// Eight paths, two of each serial, three priorities, two nodes, four port groups.
std::vector<GroupingPath> eight() {
    std::vector<GroupingPath> paths;
    const int priorities[] = {10, 50, 10, 50, 1, 10, 50, 1};
    for (int i = 0; i < 8; ++i) {
        GroupingPath made = path(static_cast<char>('a' + i), priorities[i]);
        made.serial = "serial" + std::to_string(i / 2);
        made.node_name = i % 2 == 0 ? "even" : "odd";
        made.tpg = i % 4;
        paths.push_back(made);
    }
    return paths;
}

struct PolicyCase {
    GroupPolicy policy;
    std::size_t paths;
    const char* groups;
};

const PolicyCase kPolicyCases[] = {
    {GroupPolicy::failover, 0, ""},
    {GroupPolicy::multibus, 0, ""},
    {GroupPolicy::group_by_serial, 0, ""},
    {GroupPolicy::group_by_prio, 0, ""},
    {GroupPolicy::group_by_node_name, 0, ""},
    {GroupPolicy::group_by_tpg, 0, ""},
    {GroupPolicy::failover, 1, "a"},
    {GroupPolicy::multibus, 1, "a"},
    {GroupPolicy::group_by_serial, 1, "a"},
    {GroupPolicy::group_by_prio, 1, "a"},
    {GroupPolicy::group_by_node_name, 1, "a"},
    {GroupPolicy::group_by_tpg, 1, "a"},
    {GroupPolicy::failover, 4, "b|d|a|c"},
    {GroupPolicy::multibus, 4, "abcd"},
    {GroupPolicy::group_by_serial, 4, "ab|cd"},
    {GroupPolicy::group_by_prio, 4, "bd|ac"},
    {GroupPolicy::group_by_node_name, 4, "bd|ac"},
    {GroupPolicy::group_by_tpg, 4, "b|d|a|c"},
    {GroupPolicy::failover, 8, "b|d|g|a|c|f|e|h"},
    {GroupPolicy::multibus, 8, "abcdefgh"},
    {GroupPolicy::group_by_serial, 8, "ab|cd|gh|ef"},
    {GroupPolicy::group_by_prio, 8, "bdg|acf|eh"},
    {GroupPolicy::group_by_node_name, 8, "bdfh|aceg"},
    {GroupPolicy::group_by_tpg, 8, "bf|cg|dh|ae"},
};

TEST(GroupByDistance, PutsTogetherWhatIsEquallyFarAndEquallyGood) {
    std::vector<GroupingPath> paths = {path('a', 50), path('b', 50), path('c', 50), path('d', 10)};
    paths[0].node_distance = paths[2].node_distance = paths[3].node_distance = {10, 21};
    paths[1].node_distance = {21, 10};
    EXPECT_EQ(text(group_paths(paths, GroupPolicy::group_by_distance, false)), "ac|b|d");
    for (GroupingPath& one : paths) {
        one.node_distance.clear();  // a machine that says nothing: by priority alone
    }
    EXPECT_EQ(text(group_paths(paths, GroupPolicy::group_by_distance, false)), "abc|d");
}

TEST(Grouping, EachPolicyGroupsByItsKeyAndOrdersByPriority) {
    for (const PolicyCase& one : kPolicyCases) {
        std::vector<GroupingPath> paths = eight();
        paths.resize(one.paths);
        EXPECT_EQ(text(group_paths(paths, one.policy, false)), one.groups)
            << static_cast<int>(one.policy) << " of " << one.paths;
    }
}

TEST(Grouping, PriorityOfAGroupIsTheAverageOfItsUsablePaths) {
    using S = PathState;
    EXPECT_EQ(group_priority({path('a', 50), path('b', 10)}), 30);
    EXPECT_EQ(group_priority({path('a', 10), path('b', 11)}), 10);
    EXPECT_EQ(group_priority({path('a', 50), path('b', 10, S::down)}), 50);
    EXPECT_EQ(group_priority({path('a', 50), path('b', 10, S::ghost)}), 30);
    EXPECT_EQ(group_priority({path('a', 50), path('b', -1)}), 50);
    EXPECT_EQ(group_priority({path('a', -1), path('b', -1)}), -1);
    EXPECT_EQ(group_priority({path('a', -1, S::down), path('b', 50, S::shaky)}), 0);
    EXPECT_EQ(group_priority({path('a', 50, S::delayed), path('b', 50, S::pending)}), 0);
    EXPECT_EQ(group_priority({}), 0);
}

TEST(Grouping, MarginalPathsComeInGroupsOfTheirOwnBehindAllOthers) {
    std::vector<GroupingPath> paths = eight();
    paths[1].marginal = true;  // b, d: the best priority
    paths[3].marginal = true;
    paths[0].marginal = true;
    EXPECT_EQ(text(group_paths(paths, GroupPolicy::group_by_prio, false)), "g|cf|eh|*bd|*a");
    EXPECT_EQ(text(group_paths(paths, GroupPolicy::multibus, false)), "cefgh|*abd");
    EXPECT_EQ(text(group_paths(paths, GroupPolicy::failover, false)), "g|c|f|e|h|*b|*d|*a");
}

TEST(Grouping, EqualPriorityIsDecidedByUsablePathsThenByOrder) {
    std::vector<GroupingPath> paths = {path('a'), path('b'), path('c'), path('d'), path('e')};
    const int tpgs[] = {1, 2, 2, 3, 3};
    for (std::size_t i = 0; i < paths.size(); ++i) {
        paths[i].tpg = tpgs[i];
    }
    EXPECT_EQ(text(group_paths(paths, GroupPolicy::group_by_tpg, false)), "bc|de|a");
    paths[1].state = PathState::down;
    EXPECT_EQ(text(group_paths(paths, GroupPolicy::group_by_tpg, false)), "de|a|bc");
}

TEST(Grouping, BestGroupIsUsableThenNormalThenByPriorityThenByUsablePaths) {
    auto group = [](int priority, std::size_t usable, bool marginal) {
        return PathGroup{{path('a')}, priority, usable, marginal};
    };
    EXPECT_EQ(best_group({}), std::nullopt);
    EXPECT_EQ(best_group({group(50, 0, false), group(10, 0, false)}), std::nullopt);
    EXPECT_EQ(best_group({group(50, 0, false), group(10, 1, false)}), 1U);
    EXPECT_EQ(best_group({group(50, 2, true), group(1, 1, false)}), 1U);
    EXPECT_EQ(best_group({group(50, 1, true), group(1, 0, false)}), 0U);
    EXPECT_EQ(best_group({group(10, 4, false), group(50, 1, false)}), 1U);
    EXPECT_EQ(best_group({group(10, 1, false), group(10, 2, false)}), 1U);
    EXPECT_EQ(best_group({group(10, 2, false), group(10, 2, false)}), 0U);
}

TEST(Grouping, RoundRobinNeighboursHangOnDifferentAdapters) {
    struct Case {
        std::vector<const char*> adapter_and_host;
        const char* order;
    };
    const Case cases[] = {
        {{"A1", "A1", "B2", "B2"}, "acbd"},
        {{"A1", "A1"}, "ab"},
        {{"A1", "A1", "A2", "A2", "B3", "B3", "B4", "B4"}, "aecgbfdh"},
        {{"A1", "A1", "A1", "B2"}, "adbc"},
        {{"A1", "B2", "A1", "B2", "C3"}, "abecd"},
    };
    for (const Case& one : cases) {
        std::vector<GroupingPath> paths;
        for (const char* where : one.adapter_and_host) {
            GroupingPath made = path(static_cast<char>('a' + paths.size()));
            made.adapter = std::string(1, where[0]);
            made.host = where;
            paths.push_back(made);
        }
        EXPECT_EQ(text(group_paths(paths, GroupPolicy::multibus, true)), one.order);
        paths.back().adapter.clear();
        EXPECT_EQ(text(group_paths(paths, GroupPolicy::multibus, true)),
                  std::string("abcdefgh").substr(0, paths.size()));
    }
}

TEST(Grouping, NoPathIsLostOrDoubledAndOrderIsStable) {
    for (std::uint64_t seed = 1; seed <= 5000; ++seed) {
        Prng prng(seed);
        std::vector<GroupingPath> paths;
        for (std::uint64_t n = prng.below(9); n != 0; --n) {
            GroupingPath made = path(static_cast<char>('a' + paths.size()));
            made.priority = static_cast<int>(prng.between(0, 3)) - 1;
            made.tpg = static_cast<int>(prng.below(3));
            made.serial = std::to_string(prng.below(2));
            made.node_name = std::to_string(prng.below(3));
            made.state = prng.chance(700) ? PathState::up : PathState::down;
            made.marginal = prng.chance(200);
            made.adapter = std::to_string(prng.below(2));
            made.host = std::to_string(prng.below(4));
            paths.push_back(made);
        }
        for (int policy = 0; policy < 6; ++policy) {
            std::vector<PathGroup> groups =
                group_paths(paths, static_cast<GroupPolicy>(policy), prng.chance(500));
            std::string letters = text(groups);
            std::erase(letters, '|');
            std::erase(letters, '*');
            std::ranges::sort(letters);
            EXPECT_EQ(letters, std::string("abcdefgh").substr(0, paths.size())) << seed;
            std::optional<std::size_t> best = best_group(groups);
            for (std::size_t i = 0; i < groups.size(); ++i) {
                EXPECT_TRUE(groups[i].usable == 0 || (best && *best <= i)) << seed;
                for (const GroupingPath& one : groups[i].paths) {
                    EXPECT_EQ(one.marginal, groups[i].marginal) << seed;
                }
            }
        }
    }
}

TEST(Grouping, AluaOnAllPathsDecidesThePolicy) {
    conf::MapPolicy policy;
    policy.grouping = GroupPolicy::multibus;
    EXPECT_EQ(effective_grouping(policy, true), GroupPolicy::group_by_prio);
    EXPECT_EQ(effective_grouping(policy, false), GroupPolicy::multibus);
    policy.detect_pgpolicy_use_tpg = true;
    EXPECT_EQ(effective_grouping(policy, true), GroupPolicy::group_by_tpg);
    policy.detect_pgpolicy = false;
    EXPECT_EQ(effective_grouping(policy, true), GroupPolicy::multibus);
    policy.grouping = GroupPolicy::group_by_tpg;
    EXPECT_EQ(effective_grouping(policy, true), GroupPolicy::group_by_tpg);
    EXPECT_EQ(effective_grouping(policy, false), GroupPolicy::failover);
}

struct TableCase {
    const char* what;
    void (*change)(conf::MapPolicy&, TableFacts&);
    const char* table;
};

const TableCase kTableCases[] = {
    {"defaults", [](conf::MapPolicy&, TableFacts&) {},
     "0 0 2 1 service-time 0 1 1 8:16 1 service-time 0 1 1 8:0 1"},
    {"repeat count", [](conf::MapPolicy& policy, TableFacts&) { policy.rr_min_io_rq = 7; },
     "0 0 2 1 service-time 0 1 1 8:16 7 service-time 0 1 1 8:0 7"},
    {"weights",
     [](conf::MapPolicy& policy, TableFacts&) {
         policy.rr_weight_priorities = true;
         policy.rr_min_io_rq = 2;
     },
     "0 0 2 1 service-time 0 1 1 8:16 100 service-time 0 1 1 8:0 20"},
    {"weights stay within an int",
     [](conf::MapPolicy& policy, TableFacts&) {
         policy.rr_weight_priorities = true;
         policy.rr_min_io_rq = 2147483647;
     },
     "0 0 2 1 service-time 0 1 1 8:16 2147483647 service-time 0 1 1 8:0 2147483647"},
    {"selector",
     [](conf::MapPolicy& policy, TableFacts&) {
         policy.selector = "historical-service-time";
         policy.selector_args = {"900", "2"};
     },
     "0 0 2 1 historical-service-time 2 900 2 1 1 8:16 1 historical-service-time 2 900 2 1 1 8:0 "
     "1"},
    {"nodes, unknown ones left to the kernel",
     [](conf::MapPolicy& policy, TableFacts&) {
         policy.selector = "numa-distance";
         policy.selector_args = {"penalty", "25"};
     },
     "0 0 2 1 numa-distance 2 penalty 25 1 2 8:16 1 3 numa-distance 2 penalty 25 1 2 8:0 1 auto"},
    {"no numa-distance where the kernel refused it",
     [](conf::MapPolicy& policy, TableFacts& facts) {
         policy.selector = "numa-distance";
         policy.selector_args = {"penalty", "25"};
         facts.numa_refused = true;
     },
     "0 0 2 1 service-time 0 1 1 8:16 1 service-time 0 1 1 8:0 1"},
    {"features",
     [](conf::MapPolicy& policy, TableFacts&) {
         policy.features = {
             "queue_if_no_path",          "pg_init_retries", "50", "queue_mode", "mq",
             "retain_attached_hw_handler"};
     },
     "2 pg_init_retries 50 0 2 1 service-time 0 1 1 8:16 1 service-time 0 1 1 8:0 1"},
    {"bio by configuration",
     [](conf::MapPolicy& policy, TableFacts& facts) {
         policy.features = {"queue_mode", "bio"};
         policy.hw_handler = {"alua"};
         facts.attached_handler = "alua";
     },
     "2 queue_mode bio 0 2 1 service-time 0 1 1 8:16 1000 service-time 0 1 1 8:0 1000"},
    {"bio by transport",
     [](conf::MapPolicy& policy, TableFacts& facts) {
         policy.features = {"queue_mode", "rq"};
         facts.needs_bio = true;
     },
     "2 queue_mode bio 0 2 1 service-time 0 1 1 8:16 1000 service-time 0 1 1 8:0 1000"},
    {"attached handler",
     [](conf::MapPolicy& policy, TableFacts& facts) {
         policy.hw_handler = {"rdac"};
         facts.attached_handler = "alua";
     },
     "0 1 alua 2 1 service-time 0 1 1 8:16 1 service-time 0 1 1 8:0 1"},
    {"configured handler",
     [](conf::MapPolicy& policy, TableFacts& facts) {
         policy.hw_handler = {"rdac"};
         facts.attached_handler = "detached";
         facts.all_paths_tpgs = true;
     },
     "0 1 rdac 2 1 service-time 0 1 1 8:16 1 service-time 0 1 1 8:0 1"},
    {"not retained",
     [](conf::MapPolicy& policy, TableFacts& facts) {
         policy.retain_attached_hw_handler = false;
         policy.hw_handler = {"rdac"};
         facts.attached_handler = "alua";
     },
     "0 1 rdac 2 1 service-time 0 1 1 8:16 1 service-time 0 1 1 8:0 1"},
    {"alua where all paths speak it",
     [](conf::MapPolicy&, TableFacts& facts) { facts.all_paths_tpgs = true; },
     "0 1 alua 2 1 service-time 0 1 1 8:16 1 service-time 0 1 1 8:0 1"},
};

TEST(DesiredTable, ReadsAsThePolicyAndTheFactsSay) {
    std::vector<PathGroup> groups =
        group_paths({path('a', 10), path('b', 50)}, GroupPolicy::group_by_prio, false);
    groups.front().paths.front().numa_node = 3;
    for (const TableCase& one : kTableCases) {
        conf::MapPolicy policy;
        TableFacts facts;
        facts.size_sectors = 4096;
        one.change(policy, facts);
        model::MultipathTable table = desired_table(groups, policy, facts);
        EXPECT_EQ(dm::render_table(table), one.table) << one.what;
        EXPECT_EQ(table.size_sectors, 4096U);
        EXPECT_EQ(dm::why_different(dm::kernel_view(table), table), "") << one.what;
    }
}

TEST(DesiredTable, MoreThan64PathsAreTooManyForNumaDistance) {
    conf::MapPolicy policy;
    policy.selector = "numa-distance";
    std::vector<GroupingPath> paths(64, path('a', 10));
    EXPECT_EQ(desired_table({{.paths = paths}}, policy, {}).groups.front().selector,
              "numa-distance");
    paths.push_back(path('b', 10));
    EXPECT_EQ(desired_table({{.paths = paths}}, policy, {}).groups.front().selector,
              "service-time");
}

TEST(DesiredTable, FirstGroupIsTheBestOne) {
    conf::MapPolicy policy;
    std::vector<GroupingPath> paths = {path('a', 0, PathState::down), path('b', -1)};
    std::vector<PathGroup> groups = group_paths(paths, GroupPolicy::failover, false);
    EXPECT_EQ(text(groups), "a|b");
    EXPECT_EQ(desired_table(groups, policy, {}).initial_group, 2U);
    EXPECT_EQ(desired_table({}, policy, {}).initial_group, 0U);
    EXPECT_EQ(dm::render_table(desired_table({}, policy, {})), "0 0 0 0");
}

}  // namespace
}  // namespace mp::engine
