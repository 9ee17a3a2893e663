// SPDX-License-Identifier: GPL-2.0-or-later
// What happens to I/O when no path is left: the limit is wall time, and a path that returns ends
// it.
#include <gtest/gtest.h>

#include <algorithm>

#include "daemon/engine/rules.h"
#include "tests/unit/engine/bench.h"

namespace mp::test {
namespace {

using model::Verb;

const std::string kA = wwid_of(kDiskA);

struct Queueing : testing::Test {
    void begin(const std::string& no_path_retry) {
        bench = std::make_unique<Bench>(
            "defaults {\n find_multipaths greedy\n polling_interval 5\n" + no_path_retry + "}\n");
        bench->add(scsi_path("sda", 0, kDiskA, "host0"));
        bench->add(scsi_path("sdb", 16, kDiskA, "host1"));
        bench->start();
    }
    void lose_all() {
        bench->kernel_state("sda", "offline");
        bench->kernel_state("sdb", "offline");
    }
    bool queues() {
        const std::vector<std::string>& features = bench->dm.at(kA).table.features;
        return std::ranges::find(features, "queue_if_no_path") != features.end();
    }
    std::unique_ptr<Bench> bench;
};

TEST_F(Queueing, FailFailsAtOnce) {
    begin(" no_path_retry fail\n");
    EXPECT_FALSE(queues());
    lose_all();
    EXPECT_FALSE(queues());
    EXPECT_EQ(bench->snapshot()->maps.at(0)->map_failures, 1U);
}

TEST_F(Queueing, QueueNeverStops) {
    begin(" no_path_retry queue\n");
    lose_all();
    bench->advance(seconds(100000));
    EXPECT_TRUE(queues());
}

TEST_F(Queueing, NRetriesStopAfterExactlyThatManyPollingIntervals) {
    begin(" no_path_retry 4\n");
    EXPECT_TRUE(queues());
    lose_all();
    bench->advance(milliseconds(19900));
    EXPECT_TRUE(queues());
    bench->advance(milliseconds(200));
    EXPECT_FALSE(queues());
    EXPECT_EQ(bench->snapshot()->maps.at(0)->queueing_timeouts, 1U);
}

TEST_F(Queueing, APathThatReturnsRestoresQueueing) {
    begin(" no_path_retry 4\n");
    lose_all();
    bench->advance(seconds(30));
    ASSERT_FALSE(queues());
    bench->kernel_state("sda", "running");
    bench->settle();
    EXPECT_TRUE(queues());
    EXPECT_EQ(bench->path_state(kA, "sda"), "A");
}

TEST_F(Queueing, DisablingByCommandHoldsUntilRestored) {
    begin(" no_path_retry queue\n");
    EXPECT_TRUE(bench->command(Verb::disable_queueing_map, kA).ok);
    EXPECT_FALSE(queues());
    bench->reload("defaults {\n find_multipaths greedy\n no_path_retry queue\n}\n");
    EXPECT_FALSE(queues());
    EXPECT_TRUE(bench->command(Verb::restore_queueing_maps).ok);
    bench->settle();
    EXPECT_TRUE(queues());
}

}  // namespace
}  // namespace mp::test
