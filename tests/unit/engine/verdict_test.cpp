// SPDX-License-Identifier: GPL-2.0-or-later
// What results of checks mean: trust, identity, siblings, incidents.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/engine/rules.h"
#include "tests/unit/engine/bench.h"

namespace mp::test {
namespace {

using model::Verb;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string kA = wwid_of(kDiskA);
const std::string kB = wwid_of(kDiskB);

struct Verdicts : testing::Test {
    Verdicts() {
        bench.add(scsi_path("sda", 0, kDiskA, "host0"));
        bench.add(scsi_path("sdb", 16, kDiskA, "host1"));
        bench.start();
    }
    Bench bench;
};

TEST_F(Verdicts, APathThatFailsItsCheckIsFailedInTheKernelAndComesBack) {
    bench.device("sda").ready = false;
    bench.advance(seconds(60));
    EXPECT_EQ(bench.path_state(kA, "sda"), "F");
    EXPECT_EQ(bench.path_state(kA, "sdb"), "A");
    EXPECT_TRUE(bench.logged("path-failed"));
    bench.device("sda").ready = true;
    bench.advance(seconds(10));
    EXPECT_EQ(bench.path_state(kA, "sda"), "A");
    EXPECT_EQ(bench.snapshot()->maps.at(0)->table_loads, 1U);
}

TEST_F(Verdicts, APathFailedByTheKernelIsNotReinstatedBeforeAGoodCheck) {
    bench.device("sda").ready = false;
    bench.kernel_fails(kA, "sda");
    bench.settle();
    EXPECT_EQ(bench.path_state(kA, "sda"), "F");
    bench.device("sda").ready = true;
    bench.advance(seconds(10));
    EXPECT_EQ(bench.path_state(kA, "sda"), "A");
}

TEST_F(Verdicts, ACheckerThatSaysGoodWhileIoFailsDoesNotWin) {
    for (int i = 0; i < 60; ++i) {
        if (bench.path_state(kA, "sda") == "A") {
            bench.kernel_fails(kA, "sda");
        }
        bench.advance(seconds(1));
    }
    std::size_t reinstated = 0;
    for (const model::Plan& plan : bench.plans) {
        for (const model::Step& step : plan.steps) {
            const model::step::Message* message = std::get_if<model::step::Message>(&step);
            reinstated += message != nullptr && message->text == "reinstate_path 8:0" ? 1U : 0U;
        }
    }
    EXPECT_GE(reinstated, 1U);
    EXPECT_LE(reinstated, 8U);
    ASSERT_EQ(bench.path_state(kA, "sda"), "F");
    bench.kernel_fails(kA, "sdb");  // now it is all that is left
    bench.advance(seconds(2));
    EXPECT_EQ(bench.path_state(kA, "sda"), "A");
}

TEST_F(Verdicts, AnotherDiskBehindTheSameAddressLeavesTheMapAtTheNextCheck) {
    bench.device("sda").disk = kDiskB;  // udev and sysfs still say A
    bench.advance(seconds(21));
    EXPECT_THAT(bench.table_paths(kA), ElementsAre("sdb"));
    EXPECT_TRUE(bench.logged("identity-changed"));
    EXPECT_EQ(bench.count_log("identity-changed"), 1U);
    // The first thing that happened to it was the kernel's failed state.
    const model::Plan* plan = nullptr;
    for (const model::Plan& candidate : bench.plans) {
        plan = std::holds_alternative<model::step::Message>(candidate.steps.front()) ? &candidate
                                                                                     : plan;
    }
    ASSERT_NE(plan, nullptr);
    EXPECT_EQ(std::get<model::step::Message>(plan->steps.front()).text, "fail_path 8:0");
    EXPECT_THAT(bench.attribute_writes, ElementsAre(HasSubstr("rescan")));
    bench.advance(seconds(60));
    EXPECT_THAT(bench.table_paths(kA), ElementsAre("sdb"));
}

TEST_F(Verdicts, TheOtherDiskJoinsItsOwnMapOnceUdevKnows) {
    bench.device("sda").disk = kDiskB;
    bench.advance(seconds(21));
    Device renamed = scsi_path("sda", 0, kDiskB, "host0");
    bench.device("sda").facts = renamed.facts;
    bench.change("sda");
    bench.settle();
    EXPECT_THAT(bench.table_paths(kA), ElementsAre("sdb"));
    EXPECT_THAT(bench.table_paths(kB), ElementsAre("sda"));
}

TEST_F(Verdicts, AChangeEventBringsTheIdentityCheckForward) {
    bench.device("sda").disk = kDiskB;
    bench.change("sda");
    EXPECT_THAT(bench.table_paths(kA), ElementsAre("sdb"));
}

TEST_F(Verdicts, APathThatReturnsAsAnotherDiskIsNeverReinstated) {
    bench.device("sda").ready = false;
    bench.advance(seconds(30));
    ASSERT_EQ(bench.path_state(kA, "sda"), "F");
    bench.device("sda").disk = kDiskB;
    bench.device("sda").ready = true;
    bench.advance(seconds(30));
    EXPECT_THAT(bench.table_paths(kA), ElementsAre("sdb"));
}

TEST_F(Verdicts, AHungDeviceCostsItsPathOnly) {
    bench.device("sda").hangs = true;
    std::uint64_t before = bench.device("sdb").commands;
    bench.advance(seconds(60));
    EXPECT_EQ(bench.path_state(kA, "sda"), "F");
    EXPECT_EQ(bench.path_state(kA, "sdb"), "A");
    EXPECT_GT(bench.device("sdb").commands, before + 4);
}

TEST_F(Verdicts, TheKernelsOfflineStateFailsThePathWithoutACommand) {
    std::uint64_t before = bench.device("sda").commands;
    bench.kernel_state("sda", "offline");
    EXPECT_EQ(bench.path_state(kA, "sda"), "F");
    EXPECT_EQ(bench.device("sda").commands, before);
    bench.kernel_state("sda", "running");
    bench.settle();
    EXPECT_EQ(bench.path_state(kA, "sda"), "A");
}

TEST_F(Verdicts, FailedByCommandStaysFailedUntilReinstated) {
    EXPECT_TRUE(bench.command(Verb::fail_path, "sda").ok);
    EXPECT_EQ(bench.path_state(kA, "sda"), "F");
    bench.advance(seconds(120));
    EXPECT_EQ(bench.path_state(kA, "sda"), "F");
    EXPECT_TRUE(bench.command(Verb::reinstate_path, "sda").ok);
    EXPECT_EQ(bench.path_state(kA, "sda"), "A");
}

TEST_F(Verdicts, ReinstatingDuringACheckIsAnsweredByTheCheckThatFollows) {
    EXPECT_TRUE(bench.command(Verb::fail_path, "sda").ok);
    bench.device("sda").takes = milliseconds(700);
    std::uint64_t before = bench.device("sda").rounds;
    while (bench.device("sda").rounds == before) {
        bench.advance(milliseconds(100));
    }
    bench.advance(milliseconds(100));
    model::CommandReply reply = bench.command(Verb::reinstate_path, "sda");
    EXPECT_TRUE(reply.ok) << reply.text;
    EXPECT_EQ(bench.path_state(kA, "sda"), "A");
}

TEST_F(Verdicts, APathThatFailsAndReturnsAtOnceIsToldBothInThatOrder) {
    bench.kernel_fails(kA, "sda");
    bench.settle();
    bench.advance(seconds(1));
    std::vector<std::string> told;
    for (const model::effect::Log& log : bench.logs) {
        if (log.id == "path-failed" || log.id == "path-recovered") {
            told.push_back(log.id + " " + log.path);
        }
    }
    EXPECT_THAT(told, ElementsAre("path-failed sda", "path-recovered sda"));
}

TEST(CheckerErrors, RepeatedOnesAreToldAtAVerbosityThatLogCheckerErrChooses) {
    for (const bool once : {false, true}) {
        Bench bench(std::string("defaults {\n find_multipaths greedy\n log_checker_err ") +
                    (once ? "once" : "always") + "\n}\n");
        bench.add(scsi_path("sda", 0, kDiskA, "host0"));
        bench.add(scsi_path("sdb", 16, kDiskA, "host1"));
        bench.start();
        bench.device("sda").ready = false;
        bench.advance(seconds(60));
        EXPECT_EQ(bench.count_log("path-failed"), 1U);
        EXPECT_GT(bench.count_log("path-still-not-usable"), 2U);
        for (const model::effect::Log& log : bench.logs) {
            if (log.id == "path-still-not-usable") {
                EXPECT_EQ(log.level, once ? model::LogLevel::debug : model::LogLevel::info);
            }
        }
    }
}

TEST(Siblings, OneFailureBringsTheChecksOfItsAdapterForward) {
    Bench bench;
    for (std::uint32_t lun = 0; lun < 8; ++lun) {
        std::string disk = kDiskA;
        disk.back() = static_cast<char>('0' + lun);
        std::string letter(1, static_cast<char>('a' + lun));
        bench.add(scsi_path("sd" + letter, lun * 16, disk, "host0"));
        bench.add(scsi_path("sd" + letter + "x", 1000 + lun * 16, disk, "host1"));
    }
    bench.start();
    bench.advance(seconds(60));
    for (std::pair<const std::string, Device>& entry : bench.devices) {
        if (entry.second.facts.adapter.id == "host0") {
            entry.second.ready = false;
        }
    }
    // One of them is noticed by the kernel; nothing else happens.
    std::string disk = kDiskA;
    disk.back() = '0';
    bench.kernel_fails(wwid_of(disk), "sda");
    bench.advance(milliseconds(10));
    for (const std::pair<const std::string, Device>& entry : bench.devices) {
        std::string expected = entry.second.facts.adapter.id == "host0" ? "F" : "A";
        EXPECT_EQ(bench.path_state(wwid_of(entry.second.disk), entry.first), expected)
            << entry.first;
    }
    bench.advance(seconds(1));
    EXPECT_EQ(bench.count_log("incident"), 1U);
    EXPECT_EQ(bench.count_log("path-failed"), 0U);
    for (std::pair<const std::string, Device>& entry : bench.devices) {
        entry.second.ready = true;
    }
    bench.advance(seconds(20));
    EXPECT_EQ(bench.count_log("incident-over"), 1U);
    EXPECT_EQ(bench.count_log("path-recovered"), 0U);
}

}  // namespace
}  // namespace mp::test
