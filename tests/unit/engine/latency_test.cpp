// SPDX-License-Identifier: GPL-2.0-or-later
// Paths that are slower than their fellows.
#include <gtest/gtest.h>

#include "tests/unit/engine/bench.h"

namespace mp::test {
namespace {

struct Latencies : testing::Test {
    Latencies()
        : bench("defaults {\n find_multipaths greedy\n path_grouping_policy multibus\n}\n") {
        for (std::uint32_t i = 0; i < 4; ++i) {
            bench.add(scsi_path("sd" + std::string(1, static_cast<char>('a' + i)), 16 * i, kDiskA,
                                "host" + std::to_string(i)));
        }
        bench.start();
    }
    std::string notice(const std::string& name) {
        for (const std::shared_ptr<const model::PathView>& path : snapshot()->paths) {
            if (path->device->name == name) {
                return path->latency_notice;
            }
        }
        return "no such path";
    }
    std::shared_ptr<const model::Snapshot> snapshot() { return last_ = bench.snapshot(); }
    Bench bench;

private:
    std::shared_ptr<const model::Snapshot> last_;
};

TEST_F(Latencies, APathThatIsMuchSlowerThanItsGroupIsToldOnce) {
    bench.device("sdb").latency = milliseconds(40);
    bench.advance(seconds(60 * 20));
    EXPECT_EQ(bench.count_log("latency-outlier"), 1U);
    EXPECT_NE(notice("sdb"), "");
    EXPECT_EQ(notice("sda"), "");
    EXPECT_EQ(bench.table_paths(wwid_of(kDiskA)).size(), 4U);
}

TEST_F(Latencies, ItIsOverWhenItsAnswersAreUsualAgain) {
    bench.device("sdb").latency = milliseconds(40);
    bench.advance(seconds(60 * 20));
    bench.device("sdb").latency = milliseconds(1);
    bench.advance(seconds(60 * 60));
    EXPECT_EQ(bench.count_log("latency-usual"), 1U);
    EXPECT_EQ(notice("sdb"), "");
}

TEST_F(Latencies, AllSlowIsNobodysFault) {
    for (std::pair<const std::string, Device>& entry : bench.devices) {
        entry.second.latency = milliseconds(40);
    }
    bench.advance(seconds(60 * 20));
    EXPECT_EQ(bench.count_log("latency-outlier"), 0U);
}

TEST_F(Latencies, MicrosecondsAreNoNews) {
    for (std::pair<const std::string, Device>& entry : bench.devices) {
        entry.second.latency = microseconds(40);
    }
    bench.device("sdb").latency = microseconds(900);
    bench.advance(seconds(60 * 20));
    EXPECT_EQ(bench.count_log("latency-outlier"), 0U);
}

TEST(LatencyHistogram, CountsByPowersOfTwoAndForgets) {
    model::LatencyHistogram histogram;
    EXPECT_EQ(histogram.quantile(50), Duration{0});
    for (int i = 0; i < 90; ++i) {
        histogram.add(microseconds(100));
    }
    for (int i = 0; i < 10; ++i) {
        histogram.add(seconds(60));
    }
    EXPECT_EQ(histogram.total(), 100U);
    EXPECT_EQ(histogram.quantile(50), microseconds(128));
    EXPECT_EQ(histogram.quantile(90), microseconds(128));
    EXPECT_EQ(histogram.quantile(91),
              model::LatencyHistogram::bound(model::LatencyHistogram::kBuckets - 1));
    for (int i = 0; i < 5000; ++i) {
        histogram.add(microseconds(10));
    }
    EXPECT_LT(histogram.total(), model::LatencyHistogram::kHalvedAt);
    EXPECT_EQ(histogram.quantile(99), microseconds(32));
    model::LatencyHistogram sum;
    sum.merge(histogram);
    sum.merge(histogram);
    EXPECT_EQ(sum.total(), 2 * histogram.total());
}

}  // namespace
}  // namespace mp::test
