// SPDX-License-Identifier: GPL-2.0-or-later
// The questions of one check: how many go out together, and which answers count.
#include <gtest/gtest.h>

#include "tests/unit/engine/bench.h"

namespace mp::test {
namespace {

struct Checks : testing::Test {
    Checks() {
        bench.add(scsi_path("sda", 0, kDiskA, "host0"));
        bench.add(scsi_path("sdb", 16, kDiskA, "host1"));
        bench.start();
        bench.advance(seconds(60));
    }
    Bench bench;
    Device& sda() { return bench.device("sda"); }
    const std::string map = wwid_of(kDiskA);
};

TEST_F(Checks, TheQuestionsOfTheLastOneGoAlongWithTheFirst) {
    std::uint64_t commands = sda().commands;
    std::uint64_t rounds = sda().rounds;
    bench.advance(seconds(200));
    EXPECT_GT(sda().rounds, rounds + 5);
    EXPECT_GE(sda().commands - commands, 2 * (sda().rounds - rounds)) << "readiness and identity";
}

TEST_F(Checks, ANewPathIsAskedInOneGoWhatOthersOfItsProductWereAsked) {
    bench.add(scsi_path("sdc", 32, kDiskB, "host0"));
    while (bench.device("sdc").rounds == 0) {
        bench.advance(milliseconds(10));
    }
    bench.advance(milliseconds(10));
    EXPECT_EQ(bench.device("sdc").rounds, 1U);
    EXPECT_GE(bench.device("sdc").commands, 2U) << "readiness and identity";
}

TEST_F(Checks, AQuestionPutAgainForAnAttentionIsNotForeseenTwice) {
    auto commands_of_one_check = [this] {
        const std::uint64_t commands = sda().commands;
        const std::uint64_t rounds = sda().rounds;
        while (sda().rounds == rounds) {
            bench.advance(milliseconds(100));
        }
        bench.advance(seconds(1));
        return sda().commands - commands;
    };
    const std::uint64_t usual = commands_of_one_check();
    sda().attentions = 2;
    EXPECT_GT(commands_of_one_check(), usual);
    EXPECT_EQ(commands_of_one_check(), usual);
}

TEST_F(Checks, AnAnswerCountsOnlyWhenItsQuestionIsAsked) {
    sda().answers_all = true;
    sda().ready = false;  // so no identity is asked for,
    sda().disk = kDiskB;  // and that of another disk, which comes along, says nothing
    bench.advance(seconds(60));
    EXPECT_EQ(bench.path_state(map, "sda"), "F");
    EXPECT_TRUE(bench.logged("path-failed"));
    EXPECT_FALSE(bench.logged("identity-changed"));
}

TEST_F(Checks, AnotherDiskIsFoundByAnAnswerThatCameAlong) {
    sda().disk = kDiskB;
    std::uint64_t rounds = sda().rounds;
    while (sda().rounds == rounds) {
        bench.advance(seconds(1));
    }
    EXPECT_EQ(sda().rounds, rounds + 1);
    EXPECT_NE(bench.path_state(map, "sda"), "A");
}

TEST(MeasuredLatency, TheReadThatIsMeasuredIsAskedByItself) {
    for (const bool measured : {false, true}) {
        Bench bench(std::string("defaults {\n find_multipaths greedy\n detect_prio no\n") +
                    " polling_interval 5\n max_polling_interval 5\n" +
                    (measured ? " prio path_latency\n" : "") + "}\n");
        bench.add(scsi_path("sda", 0, kDiskA));
        bench.start();
        bench.advance(seconds(12));
        Device& device = bench.device("sda");
        std::uint64_t reads = device.reads;
        std::uint64_t rounds = device.rounds;
        bench.advance(seconds(50));
        EXPECT_EQ(device.reads - reads, measured ? 10U : 0U);
        EXPECT_EQ(device.rounds - rounds, measured ? 20U : 10U);
        EXPECT_EQ(bench.snapshot()->paths.at(0)->priority, measured ? 20 : 1);  // of 1 ms
    }
}

}  // namespace
}  // namespace mp::test
