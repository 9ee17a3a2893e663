// SPDX-License-Identifier: GPL-2.0-or-later
// A path finds out how much it can carry, without being told and whatever it is made of. The paths
// are those of the model.
#include <sstream>

#include "dm-target/model/model.h"
#include "tests/unit/selector/machine.h"

namespace mp::selector {
namespace {

class Learning : public Machine {};

model_setup setup_of(unsigned slots, unsigned load) {
    model_setup setup = {};
    setup.policy = MODEL_NUMA_DISTANCE;
    setup.selector_args = "0";
    setup.busy = "auto";
    setup.cpus_per_node = 8;
    setup.load[0] = load;
    setup.paths = 4;
    setup.slots = slots;
    setup.service_us = 50;
    setup.remote_us = 5;
    setup.slowness = 1;
    setup.ios = 400000;
    return setup;
}

// The last word of each path in the status is its threshold.
std::vector<int> thresholds(const model_result& result) {
    std::vector<int> found;
    std::istringstream words(result.info);
    std::string word;
    for (int i = 0; i < 6; ++i) {
        words >> word;
    }
    for (int path = 0; path < 4; ++path) {
        for (int i = 0; i < 6; ++i) {
            words >> word;
        }
        found.push_back(std::stoi(word));
    }
    return found;
}

TEST_F(Learning, TheThresholdOfANearPathIsWhatItServesAtOnce) {
    for (const unsigned slots : {1U, 4U, 16U, 64U}) {
        const model_setup setup = setup_of(slots, 4 * slots);
        const model_result result = model_run(&setup);
        for (const int path : {0, 1}) {
            const int threshold = thresholds(result)[static_cast<std::size_t>(path)];
            EXPECT_GE(threshold * 2, static_cast<int>(slots)) << result.info;
            EXPECT_LE(threshold, static_cast<int>(slots) * 3 / 2 + 1) << result.info;
        }
    }
}

TEST_F(Learning, ALargePathKeepsItsIoNear) {
    model_setup setup = setup_of(64, 64);
    const double learnt = model_run(&setup).remote;
    setup.busy = "8";
    const double fixed = model_run(&setup).remote;
    EXPECT_LT(learnt, 0.15);
    EXPECT_GT(fixed, 0.3);
}

TEST_F(Learning, ASmallPathDoesNotHoardWork) {
    model_setup setup = setup_of(2, 16);
    const double learnt = model_run(&setup).kiops;
    setup.busy = "32";
    const double fixed = model_run(&setup).kiops;
    EXPECT_GT(learnt, fixed * 1.5);
}

TEST_F(Learning, AThresholdThatIsGivenStays) {
    model_setup setup = setup_of(16, 64);
    setup.busy = "24";
    EXPECT_EQ(thresholds(model_run(&setup)), (std::vector<int>{24, 24, 24, 24}));
}

TEST_F(Learning, NothingIsLearntFromAClockThatStandsStill) {
    const Group group = load("numa-distance 0 2 1 8:0 1 8:1 1");
    for (int i = 0; i < 100000; ++i) {
        release(group, submit(group), 1);
    }
    EXPECT_NE(info_of(group).find("8:0 A 0 - 0 8"), std::string::npos);
}

TEST_F(Learning, PausesAndJumpsOfTheClockKeepTheThresholdInItsRange) {
    const Group group = load("numa-distance 0 2 1 8:0 1 8:1 1");
    unsigned long long now = 1;
    for (int i = 0; i < 300000; ++i) {
        now += i % 5000 == 0 ? 40000000000ULL : i % 7777 == 0 ? 0ULL - 500000ULL : 20000ULL;
        user_machine_set_clock(now);
        const int path = submit(group);
        occupy(group, path, i % 90);
        release(group, path, i % 90 + 1);
    }
    std::istringstream words(info_of(group).substr(info_of(group).find("8:0")));
    std::string word;
    for (int i = 0; i < 6; ++i) {
        words >> word;
    }
    EXPECT_GE(std::stoi(word), 1);
    EXPECT_LE(std::stoi(word), 4096);
}

}  // namespace
}  // namespace mp::selector
