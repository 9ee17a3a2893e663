// SPDX-License-Identifier: GPL-2.0-or-later
// What a table may say, what it says when it is read back, and how everything else is refused:
// by the name of the argument, and without a byte left behind.
#include <string>

#include "tests/unit/selector/machine.h"

namespace mp::selector {
namespace {

class Arguments : public Machine {};

struct Shown {
    const char* given;
    const char* table;
};

const Shown kShown[] = {
    // What multipath-tools writes: one argument per path.
    {"numa-distance 0 2 1 8:0 1 8:1 1", "numa-distance 0 2 3 8:0 1 auto auto 8:1 1 auto auto"},
    {"numa-distance 0 2 1 8:0 1000 8:1 50",
     "numa-distance 0 2 3 8:0 1000 auto auto 8:1 50 auto auto"},
    {"numa-distance 0 1 0 8:0", "numa-distance 0 1 3 8:0 1 auto auto"},
    {"numa-distance 0 1 1 8:0 4294967295", "numa-distance 0 1 3 8:0 4294967295 auto auto"},
    {"numa-distance 0 1 2 8:0 1 1", "numa-distance 0 1 3 8:0 1 1 auto"},
    {"numa-distance 0 2 3 8:0 1 0 8 8:1 1 1 4096", "numa-distance 0 2 3 8:0 1 0 8 8:1 1 1 4096"},
    {"numa-distance 0 1 3 8:0 1 - auto", "numa-distance 0 1 3 8:0 1 - auto"},
    {"numa-distance 0 1 3 8:0 1 10,255 1", "numa-distance 0 1 3 8:0 1 10,255 1"},
    {"numa-distance 2 penalty 0 1 0 8:0", "numa-distance 2 penalty 0 1 3 8:0 1 auto auto"},
    {"numa-distance 2 penalty 400 1 0 8:0", "numa-distance 2 penalty 400 1 3 8:0 1 auto auto"},
    {"numa-distance 0 0 0", "numa-distance 0 0 3"},
};

TEST_F(Arguments, ShowsATableThatCanBeLoadedAgain) {
    for (const Shown& shown : kShown) {
        const Group group = load(shown.given);
        ASSERT_NE(group, nullptr);
        EXPECT_EQ(table_of(group), shown.table);
        EXPECT_EQ(table_of(load(shown.table)), shown.table);
    }
}

struct Refused {
    const char* given;
    const char* error;  // part of what the table load reports
    const char* log;    // part of what the kernel log says
};

const Refused kRefused[] = {
    {"numa-distance 1 penalty 1 0 8:0", "constructor failed", "1 selector arguments"},
    {"numa-distance 3 penalty 1 2 1 0 8:0", "constructor failed", "3 selector arguments"},
    {"numa-distance 2 fine 1 1 0 8:0", "constructor failed", "selector argument 'fine'"},
    {"numa-distance 2 penalty 401 1 0 8:0", "constructor failed", "penalty '401'"},
    {"numa-distance 2 penalty -1 1 0 8:0", "constructor failed", "penalty '-1'"},
    {"numa-distance 2 penalty x 1 0 8:0", "constructor failed", "penalty 'x'"},
    {"numa-distance 2 penalty 18446744073709551616 1 0 8:0", "constructor failed", "penalty '184"},
    {"numa-distance 0 1 1 8:0 -1", "repeat_count", "repeat_count '-1'"},
    {"numa-distance 0 1 1 8:0 4294967296", "repeat_count", "repeat_count '4294967296'"},
    {"numa-distance 0 1 1 8:0 1k", "repeat_count", "repeat_count '1k'"},
    {"numa-distance 0 1 2 8:0 1 2", "no such node", "node 2: this machine has nodes 0 to 1"},
    {"numa-distance 0 1 2 8:0 1 99", "no such node", "node 99"},
    {"numa-distance 0 1 2 8:0 1 -1", "invalid node", "node '-1'"},
    {"numa-distance 0 1 2 8:0 1 none", "invalid node", "node 'none'"},
    {"numa-distance 0 1 2 8:0 1 4294967296", "invalid node", "node '4294967296'"},
    {"numa-distance 0 1 2 8:0 1 10,", "not one distance per node", "expected 2 distances"},
    {"numa-distance 0 1 2 8:0 1 10,20,30", "not one distance per node", "node '10,20,30'"},
    {"numa-distance 0 1 2 8:0 1 9,20", "not one distance per node", "node '9,20'"},
    {"numa-distance 0 1 2 8:0 1 10,256", "not one distance per node", "node '10,256'"},
    {"numa-distance 0 1 2 8:0 1 ,10", "not one distance per node", "node ',10'"},
    {"numa-distance 0 1 2 8:0 1 10,2x", "not one distance per node", "node '10,2x'"},
    {"numa-distance 0 1 3 8:0 1 0 0", "invalid busy", "busy '0'"},
    {"numa-distance 0 1 3 8:0 1 0 4097", "invalid busy", "busy '4097'"},
    {"numa-distance 0 1 3 8:0 1 0 8.5", "invalid busy", "busy '8.5'"},
    {"numa-distance 0 1 3 8:0 1 0 automatic", "invalid busy", "busy 'automatic'"},
    {"numa-distance 0 1 4 8:0 1 0 8 9", "number of path arguments", ""},
    {"numa-distance 0 2 3 8:0 1 0 8 8:1 1 0 0", "invalid busy", "path 8:1: busy '0'"},
};

TEST_F(Arguments, RefusesWhatIsWrongByTheNameOfTheArgument) {
    for (const Refused& refused : kRefused) {
        const char* error = nullptr;
        user_last_log();
        const Group group(user_group_load(refused.given, &error));
        ASSERT_EQ(group, nullptr) << refused.given;
        EXPECT_NE(std::string(error).find(refused.error), std::string::npos)
            << refused.given << ": " << error;
        const std::string log = user_last_log();
        EXPECT_NE(log.find(refused.log), std::string::npos) << refused.given << ": " << log;
        EXPECT_EQ(user_live_allocations(), 0) << refused.given;
    }
}

TEST_F(Arguments, RefusesANodeNumberThatTheFirmwareLeftOut) {
    user_machine_nodes(4, 4);
    user_machine_node_possible(2, 0);
    const char* error = nullptr;
    EXPECT_EQ(user_group_load("numa-distance 0 1 2 8:0 1 2", &error), nullptr);
    EXPECT_NE(std::string(error).find("no such node"), std::string::npos);
}

TEST_F(Arguments, TakesSixtyFourPathsAndRefusesTheNext) {
    std::string paths;
    for (int i = 0; i < 64; ++i) {
        paths += " 8:" + std::to_string(i) + " 1";
    }
    EXPECT_EQ(user_group_paths(load("numa-distance 0 64 1" + paths).get()), 64);
    const char* error = nullptr;
    EXPECT_EQ(user_group_load(("numa-distance 0 65 1" + paths + " 8:64 1").c_str(), &error),
              nullptr);
    EXPECT_STREQ(error, "numa-distance ps: more than 64 paths in a path group");
}

TEST_F(Arguments, SurvivesTheFailureOfEachAllocation) {
    const char* text = "numa-distance 2 penalty 50 2 3 8:0 1 10,20 8 8:1 1 20,10 auto";
    long after = 0;
    for (bool loaded = false; !loaded; ++after) {
        const char* error = nullptr;
        user_fail_allocation(after);
        const Group group(user_group_load(text, &error));
        user_fail_allocation(-1);
        loaded = group != nullptr;
        if (!loaded) {
            EXPECT_TRUE(std::string(error).find("no memory") != std::string::npos ||
                        std::string(error).find("constructor failed") != std::string::npos)
                << error;
            EXPECT_EQ(user_live_allocations(), 0) << "allocation " << after;
        }
    }
    EXPECT_EQ(after, 8) << "a group of two paths takes seven allocations";
}

TEST_F(Arguments, IsRegisteredOnce) {
    EXPECT_LT(user_load_module(), 0);
    EXPECT_NE(std::string(user_last_log()).find("already"), std::string::npos);
}

}  // namespace
}  // namespace mp::selector
