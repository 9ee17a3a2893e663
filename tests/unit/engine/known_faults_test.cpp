// SPDX-License-Identifier: GPL-2.0-or-later
// Faults of the program that is replaced here, each by its number: what the engine does instead.
#include <gtest/gtest.h>

#include "daemon/engine/identity.h"
#include "daemon/engine/naming.h"
#include "tests/unit/engine/bench.h"

namespace mp::test {
namespace {

struct KnownFaults : testing::Test {
    KnownFaults() {
        bench.add(scsi_path("sda", 0, kDiskA, "host0"));
        bench.add(scsi_path("sdb", 16, kDiskA, "host1"));
        bench.start();
        bench.advance(seconds(30));
    }
    std::uint64_t failures_of(const std::string& name) {
        const std::shared_ptr<const model::Snapshot> snapshot = bench.snapshot();
        for (const std::shared_ptr<const model::PathView>& path : snapshot->paths) {
            if (path->device->name == name) {
                return path->failures;
            }
        }
        return 0;
    }
    Bench bench;
    const std::string map = wwid_of(kDiskA);
};

TEST_F(KnownFaults, D07AReloadKeepsWhatIsKnownAndWhatIsWrong) {
    bench.device("sda").ready = false;
    bench.advance(seconds(60));
    ASSERT_EQ(bench.path_state(map, "sda"), "F");
    const std::uint64_t failures = failures_of("sda");
    ASSERT_GT(failures, 0U);
    const std::size_t plans = bench.plans.size();
    bench.reload("defaults {\n find_multipaths greedy\n polling_interval 7\n}\n");
    EXPECT_EQ(failures_of("sda"), failures);
    EXPECT_EQ(bench.path_state(map, "sda"), "F");
    EXPECT_EQ(bench.plans.size(), plans) << "nothing in the kernel changes for it";
}

TEST_F(KnownFaults, D09TheEndOfQueueingComesInSecondsNotInPasses) {
    bench.reload("defaults {\n find_multipaths greedy\n no_path_retry 3\n polling_interval 5\n}\n");
    ASSERT_TRUE(bench.map(map).status.queue_if_no_path);
    bench.device("sda").ready = false;
    bench.device("sdb").ready = false;
    while (bench.path_state(map, "sda") == "A" || bench.path_state(map, "sdb") == "A") {
        bench.advance(milliseconds(100));
    }
    bench.advance(seconds(14));
    EXPECT_TRUE(bench.map(map).status.queue_if_no_path);
    bench.advance(seconds(2));
    EXPECT_FALSE(bench.map(map).status.queue_if_no_path);
}

TEST_F(KnownFaults, D10FailuresThatFollowEachOtherAreSeenWithoutAPause) {
    const Instant before = bench.now;
    for (const char* path : {"sda", "sdb"}) {
        bench.kernel_fails(map, path);
        EXPECT_EQ(failures_of(path), 1U);
    }
    EXPECT_EQ(bench.now, before);
}

TEST(KnownFaultsOfTime, D16PrioritizersHaveThirtySecondsWhereNobodySaysOtherwise) {
    for (const char* prioritizer : {"alua", "rdac", "emc", "hds", "ontap", "hp_sw", "datacore"}) {
        Bench bench(std::string("defaults {\n find_multipaths greedy\n detect_prio no\n prio ") +
                    prioritizer + "\n}\n");
        Device device = scsi_path("sda", 0, kDiskA);
        device.facts.scsi_timeout_s = 0;
        bench.add(device);
        bench.start();
        bench.advance(seconds(60));
        ASSERT_GT(bench.device("sda").commands, 0U);
        for (const Duration limit : bench.patience) {
            EXPECT_EQ(limit, seconds(30)) << prioritizer;
        }
    }
}

TEST(KnownFaultsOfNames, D24ANewNameCostsItsOwnLineOnly) {
    engine::Bindings bindings = engine::Bindings::parse(engine::Bindings::header());
    for (int i = 0; i < 3000; ++i) {
        const std::string alias = "disk" + std::to_string(i);
        const std::string wwid = "3600" + std::to_string(i);
        const Result<std::string> line = bindings.add(alias, Wwid(wwid));
        ASSERT_TRUE(line);
        ASSERT_EQ(*line, alias + " " + wwid + "\n");
    }
}

TEST(KnownFaultsOfNames, D39UuidDesignatorsNameADisk) {
    const std::vector<std::uint8_t> page = {0,  0x83, 0,    22, 0x01, 0x0a, 0,  18, 0x10,
                                            0,  0x12, 0x34, 5,  6,    7,    8,  9,  10,
                                            11, 12,   13,   14, 15,   16,   17, 18};
    const Result<Wwid> wwid = engine::wwid_of_vpd83(page);
    ASSERT_TRUE(wwid);
    EXPECT_EQ(wwid->str(), "a123405060708090a0b0c0d0e0f101112");
}

TEST_F(KnownFaults, D44ADeviceThatTheKernelHoldsBlockedIsGivenUpAfterAWhile) {
    bench.kernel_state("sda", "blocked");
    bench.advance(seconds(10));
    EXPECT_EQ(bench.path_state(map, "sda"), "A") << "it may come back";
    bench.advance(seconds(60));
    EXPECT_EQ(bench.path_state(map, "sda"), "F");
}

}  // namespace
}  // namespace mp::test
