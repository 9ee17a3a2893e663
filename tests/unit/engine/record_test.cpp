// SPDX-License-Identifier: GPL-2.0-or-later
// Paths that look good and are not used yet because of how they did before.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/engine/bench.h"

namespace mp::test {
namespace {

using model::PathState;
using model::Verb;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string kA = wwid_of(kDiskA);

struct Records {
    explicit Records(const std::string& settings)
        : bench("defaults {\n find_multipaths greedy\n polling_interval 5\n" + settings + "}\n") {
        bench.add(scsi_path("sda", 0, kDiskA, "host0"));
        bench.add(scsi_path("sdb", 16, kDiskA, "host1"));
        bench.start();
    }
    /// Down for 10 s and good again.
    void bounce() {
        bench.device("sda").ready = false;
        bench.advance(seconds(25));
        bench.device("sda").ready = true;
        bench.advance(seconds(6));
    }
    const model::PathView& sda() {
        snapshot = bench.snapshot();
        return **std::ranges::find(snapshot->paths, "sda",
                                   [](const auto& path) { return path->device->name; });
    }
    Bench bench;
    std::shared_ptr<const model::Snapshot> snapshot;
};

constexpr const char* kSanPathErr =
    " san_path_err_threshold 2\n san_path_err_forget_rate 4\n san_path_err_recovery_time 300\n";
constexpr const char* kMarginal =
    " marginal_path_err_sample_time 120\n marginal_path_err_rate_threshold 10\n"
    " marginal_path_err_recheck_gap_time 200\n marginal_path_double_failed_time 60\n";

TEST(Bouncing, APathThatNeverStaysGoodIsTriedEverMoreRarelyAndOnceADayAtLeast) {
    Records records("");
    std::vector<int> tries(4);
    constexpr int kDay = 24 * 3600;
    for (int second = 0; second < 4 * kDay; second += 10) {
        if (records.bench.path_state(kA, "sda") == "A") {
            ++tries[static_cast<std::size_t>(second / kDay)];
            records.bench.kernel_fails(kA, "sda");
        }
        records.bench.advance(seconds(10));
    }
    EXPECT_LE(tries[0], 20);
    EXPECT_LE(tries[1], 2);
    EXPECT_GE(tries[2] + tries[3], 1);
    EXPECT_THAT(records.sda().held_reason, HasSubstr("keeps failing"));
    records.bench.device("sdb").ready = false;
    records.bench.advance(seconds(30));
    EXPECT_EQ(records.bench.path_state(kA, "sda"), "A");  // it is the last
}

TEST(SanPathErr, MoreReturnsThanTheThresholdHoldThePathBackForTheRecoveryTime) {
    Records records(kSanPathErr);
    records.bounce();
    records.bounce();
    EXPECT_EQ(records.bench.path_state(kA, "sda"), "A");
    records.bounce();
    EXPECT_EQ(records.bench.path_state(kA, "sda"), "F");
    EXPECT_EQ(records.sda().state, PathState::delayed);
    EXPECT_THAT(records.sda().held_reason, HasSubstr("san_path_err_threshold"));
    records.bench.advance(seconds(280));
    EXPECT_EQ(records.bench.path_state(kA, "sda"), "F");
    records.bench.advance(seconds(30));
    EXPECT_EQ(records.bench.path_state(kA, "sda"), "A");
    EXPECT_EQ(records.sda().state, PathState::up);
    EXPECT_EQ(records.sda().held_reason, "");
}

TEST(SanPathErr, GoodChecksForgetReturns) {
    Records records(kSanPathErr);
    for (int i = 0; i < 5; ++i) {
        records.bounce();
        records.bench.advance(seconds(120));  // four good checks and more
    }
    EXPECT_EQ(records.bench.path_state(kA, "sda"), "A");
    EXPECT_FALSE(records.bench.logged("path-held"));
}

TEST(SanPathErr, APathThatIsHeldBackIsUsedWhenItIsTheLast) {
    Records records(kSanPathErr);
    for (int i = 0; i < 3; ++i) {
        records.bounce();
    }
    ASSERT_EQ(records.bench.path_state(kA, "sda"), "F");
    records.bench.device("sdb").ready = false;
    records.bench.advance(seconds(30));
    EXPECT_EQ(records.bench.path_state(kA, "sda"), "A");
}

TEST(SanPathErr, AnAdministratorLiftsIt) {
    Records records(kSanPathErr);
    for (int i = 0; i < 3; ++i) {
        records.bounce();
    }
    ASSERT_EQ(records.bench.path_state(kA, "sda"), "F");
    EXPECT_TRUE(records.bench.command(Verb::reinstate_path, "sda").ok);
    records.bench.settle();
    EXPECT_EQ(records.bench.path_state(kA, "sda"), "A");
}

TEST(SanPathErr, OneThatIsNotCompleteMeansNothing) {
    Records records(" san_path_err_threshold 1\n san_path_err_recovery_time 300\n");
    for (int i = 0; i < 4; ++i) {
        records.bounce();
        records.bench.advance(seconds(60));
    }
    EXPECT_EQ(records.bench.path_state(kA, "sda"), "A");
}

TEST(MarginalGroups, APathThatWouldBeHeldBackGoesIntoAMarginalGroup) {
    Records records(std::string(" marginal_pathgroups on\n path_grouping_policy multibus\n") +
                    kSanPathErr);
    EXPECT_EQ(records.bench.map(kA).table.groups.size(), 1U);
    for (int i = 0; i < 3; ++i) {
        records.bounce();
    }
    EXPECT_EQ(records.bench.path_state(kA, "sda"), "A");
    EXPECT_TRUE(records.sda().marginal);
    EXPECT_EQ(records.bench.map(kA).table.groups.size(), 2U);
    EXPECT_THAT(records.bench.table_paths(kA), ElementsAre("sdb", "sda"));
    records.bench.advance(seconds(310));
    EXPECT_FALSE(records.sda().marginal);
    EXPECT_EQ(records.bench.map(kA).table.groups.size(), 1U);
}

struct SampleCase {
    const char* name;
    std::uint64_t bad_read_every;
    bool back;
};
class Sampling : public testing::TestWithParam<SampleCase> {};

TEST_P(Sampling, TwoFailuresOfIoHaveReadsTriedAndTheirRateDecides) {
    Records records(kMarginal);
    Bench& bench = records.bench;
    bench.device("sda").bad_read_every = GetParam().bad_read_every;
    bench.kernel_fails(kA, "sda");
    bench.advance(seconds(20));
    ASSERT_EQ(bench.path_state(kA, "sda"), "A");
    EXPECT_EQ(bench.device("sda").reads, 0U);
    bench.kernel_fails(kA, "sda");
    bench.advance(seconds(110));
    EXPECT_EQ(bench.path_state(kA, "sda"), "F");
    EXPECT_EQ(records.sda().state, PathState::delayed);
    EXPECT_GT(bench.device("sda").reads, 1000U);
    bench.advance(seconds(20));
    EXPECT_EQ(bench.path_state(kA, "sda"), GetParam().back ? "A" : "F");
    std::uint64_t reads = bench.device("sda").reads;
    bench.advance(seconds(150));
    EXPECT_EQ(bench.device("sda").reads, reads);  // it waits
    bench.device("sda").bad_read_every = 0;
    bench.advance(seconds(200));  // tried again, for two minutes
    EXPECT_EQ(bench.path_state(kA, "sda"), "A");
    EXPECT_EQ(bench.device("sda").reads > reads, !GetParam().back);
}

INSTANTIATE_TEST_SUITE_P(Rates, Sampling,
                         testing::Values(SampleCase{"NoneFails", 0, true},
                                         SampleCase{"FewFail", 200, true},
                                         SampleCase{"ManyFail", 50, false}),
                         [](const testing::TestParamInfo<SampleCase>& param) {
                             return param.param.name;
                         });

TEST(SamplingEnds, WithThePathAndWithTheConfiguration) {
    Records records(kMarginal);
    Bench& bench = records.bench;
    bench.kernel_fails(kA, "sda");
    bench.advance(seconds(20));
    bench.kernel_fails(kA, "sda");
    bench.advance(seconds(5));
    ASSERT_GT(bench.device("sda").reads, 10U);
    bench.reload("defaults {\n find_multipaths greedy\n}\n");
    bench.advance(seconds(1));
    std::uint64_t reads = bench.device("sda").reads;
    bench.advance(seconds(5));
    EXPECT_EQ(bench.device("sda").reads, reads);
    bench.remove("sda");
    bench.advance(seconds(300));
    EXPECT_THAT(bench.table_paths(kA), ElementsAre("sdb"));
}

TEST(PurgeDisconnected, ALunThatIsUnmappedIsRemovedWhenItSaidSoTwice) {
    for (const bool purge : {false, true}) {
        Records records(purge ? " purge_disconnected yes\n" : "");
        records.bench.device("sda").unmapped = true;
        records.bench.advance(seconds(60));
        EXPECT_EQ(records.bench.path_state(kA, "sda"), "F");
        EXPECT_EQ(records.bench.attribute_writes.size(), purge ? 1U : 0U);
        if (purge) {
            EXPECT_THAT(records.bench.attribute_writes, ElementsAre(HasSubstr("/delete")));
        }
    }
}

}  // namespace
}  // namespace mp::test
