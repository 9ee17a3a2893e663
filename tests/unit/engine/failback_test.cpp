// SPDX-License-Identifier: GPL-2.0-or-later
// Which group carries the I/O: what is done when the kernel went over to another one by itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/engine/bench.h"

namespace mp::test {
namespace {

const std::string kA = wwid_of(kDiskA);

// Two groups of one path each; the first is the better one.
struct TwoGroups : Bench {
    explicit TwoGroups(const std::string& failback)
        : Bench(
              "defaults {\n find_multipaths greedy\n path_grouping_policy failover\n"
              " detect_prio no\n prio weightedpath\n"
              " prio_args \"devname sda 50 sdb 10\"\n failback " +
              failback + "\n}\n") {
        add(scsi_path("sda", 0, kDiskA, "host0"));
        add(scsi_path("sdb", 16, kDiskA, "host1"));
        start();
    }
};

// As after an I/O that found no other path.
void kernel_uses(Bench& bench, std::uint32_t group) {
    bench.dm.at(kA).status.next_group = group;
    bench.deliver(model::event::MapsChanged{{kA}, false});
    bench.settle();
}

std::size_t switches_to(const Bench& bench, std::uint32_t group) {
    model::Step wanted = model::step::Message{"switch_group " + std::to_string(group)};
    return static_cast<std::size_t>(
        std::ranges::count_if(bench.plans, [&](const model::Plan& plan) {
            return std::ranges::find(plan.steps, wanted) != plan.steps.end();
        }));
}

TEST(Failback, ASwitchHeardOfLateIsStillGoneBackOn) {
    TwoGroups bench("immediate");
    ASSERT_EQ(bench.table_paths(kA), (std::vector<std::string>{"sda", "sdb"}));
    kernel_uses(bench, 2);
    EXPECT_EQ(switches_to(bench, 1), 1U);
}

TEST(Failback, ASwitchHeardOfLateIsGoneBackOnAfterTheDelay) {
    TwoGroups bench("6");
    kernel_uses(bench, 2);
    bench.advance(seconds(3));
    EXPECT_EQ(switches_to(bench, 1), 0U);
    bench.advance(seconds(2));
    EXPECT_EQ(switches_to(bench, 1), 1U);
}

TEST(Failback, ManualLeavesTheKernelWhereItWent) {
    TwoGroups bench("manual");
    kernel_uses(bench, 2);
    bench.advance(seconds(60));
    EXPECT_EQ(switches_to(bench, 1), 0U);
}

TEST(Failback, AGroupChosenByCommandIsNotTakenForTheKernelsChoice) {
    TwoGroups bench("6");
    bench.command(model::Verb::switch_group, kA, "2");
    EXPECT_EQ(switches_to(bench, 2), 1U);
    kernel_uses(bench, 2);
    bench.advance(seconds(60));
    EXPECT_EQ(switches_to(bench, 1), 0U);
}

}  // namespace
}  // namespace mp::test
