// SPDX-License-Identifier: GPL-2.0-or-later
// Paths and reservation keys: registered before they are used, never after somebody took the key.
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
constexpr std::uint64_t kKey = 0xabc;
const char* const kFixed = "defaults {\n find_multipaths greedy\n reservation_key 0xabc:aptpl\n}\n";
const char* const kFile = "defaults {\n find_multipaths greedy\n reservation_key file\n}\n";

struct Reservations : testing::Test {
    explicit Reservations(const char* config = kFixed) : bench(config) {
        bench.add(scsi_path("sda", 0, kDiskA, "host0"));
        bench.add(scsi_path("sdb", 16, kDiskA, "host1"));
    }
    void register_both() {
        bench.device("sda").reservation_key = kKey;
        bench.device("sdb").reservation_key = kKey;
        ASSERT_TRUE(bench.command(Verb::set_pr_status, kA, "8:0 8:16").ok);
    }
    void lose(const std::string& name) {
        bench.device(name).ready = false;
        bench.advance(seconds(60));
        ASSERT_EQ(bench.path_state(kA, name), "F");
        bench.device(name).reservation_key = 0;  // a reset of the target forgot it
    }
    Bench bench;
};

TEST_F(Reservations, WithoutAKeyOnTheDiskNothingIsRegistered) {
    bench.start();
    EXPECT_EQ(bench.command(Verb::get_pr_status, kA).text, "unset\n");
    EXPECT_EQ(bench.command(Verb::get_pr_key, kA).text, "0xabc:aptpl\n");
    EXPECT_EQ(bench.device("sda").reservation_key, 0U);
}

TEST_F(Reservations, APathThatReturnsIsRegisteredBeforeItIsUsed) {
    bench.start();
    register_both();
    EXPECT_EQ(bench.command(Verb::get_pr_status, kA).text, "set\n");
    lose("sda");
    bench.device("sda").ready = true;
    const std::size_t plans = bench.plans.size();
    bench.advance(seconds(10));
    EXPECT_EQ(bench.path_state(kA, "sda"), "A");
    EXPECT_EQ(bench.device("sda").reservation_key, kKey);
    EXPECT_EQ(bench.plans.size(), plans + 1);
}

TEST_F(Reservations, APathReinstatedByCommandIsRegisteredFirst) {
    bench.start();
    register_both();
    bench.command(Verb::fail_path, "sda");
    bench.device("sda").reservation_key = 0;
    EXPECT_TRUE(bench.command(Verb::reinstate_path, "sda").ok);
    EXPECT_EQ(bench.path_state(kA, "sda"), "A");
    EXPECT_EQ(bench.device("sda").reservation_key, kKey);
}

TEST_F(Reservations, ANewPathIsRegisteredBeforeItJoinsTheTable) {
    bench.start();
    register_both();
    Device fresh = scsi_path("sdc", 32, kDiskA, "host2");
    fresh.refuses_registration = true;
    bench.add(fresh);
    bench.advance(seconds(30));
    EXPECT_THAT(bench.table_paths(kA), ElementsAre("sda", "sdb"));
    EXPECT_EQ(bench.count_log("registration-failed"), 1U);
    bench.device("sdc").refuses_registration = false;
    bench.advance(seconds(30));
    EXPECT_THAT(bench.table_paths(kA), ElementsAre("sda", "sdb", "sdc"));
    EXPECT_EQ(bench.device("sdc").reservation_key, kKey);
    EXPECT_EQ(bench.path_state(kA, "sdc"), "A");
}

TEST_F(Reservations, TheLastPathIsUsedThoughItCannotBeRegistered) {
    bench.start();
    register_both();
    lose("sdb");
    bench.device("sda").ready = false;
    bench.advance(seconds(30));
    bench.device("sdb").refuses_registration = true;
    bench.device("sdb").ready = true;
    const std::uint64_t before = bench.device("sdb").commands;
    bench.advance(seconds(60));
    EXPECT_EQ(bench.path_state(kA, "sdb"), "A");
    EXPECT_LT(bench.device("sdb").commands - before, 120U);  // no storm of attempts
}

TEST_F(Reservations, AKeyThatSomebodyRemovedIsNeverPutBack) {
    bench.start();
    register_both();
    lose("sda");
    bench.device("sdb").reservation_key = 0;  // preempted
    bench.device("sda").ready = true;
    bench.advance(seconds(30));
    EXPECT_EQ(bench.device("sda").reservation_key, 0U);
    EXPECT_EQ(bench.device("sdb").reservation_key, 0U);
    EXPECT_EQ(bench.path_state(kA, "sda"), "A");
    EXPECT_TRUE(bench.logged("registration-lost"));
    EXPECT_EQ(bench.command(Verb::get_pr_status, kA).text, "unset\n");
}

TEST_F(Reservations, ARestartFindsTheRegistrationAndCompletesIt) {
    bench.device("sdb").reservation_key = kKey;
    bench.start();
    EXPECT_EQ(bench.command(Verb::get_pr_status, kA).text, "set\n");
    EXPECT_EQ(bench.device("sda").reservation_key, kKey);
}

TEST_F(Reservations, PathsThatTheClientDidNotNameAreRegisteredAtOnce) {
    bench.start();
    bench.device("sda").reservation_key = kKey;
    ASSERT_TRUE(bench.command(Verb::set_pr_status, kA, "8:0").ok);
    EXPECT_EQ(bench.device("sdb").reservation_key, kKey);
    EXPECT_THAT(bench.command(Verb::set_pr_status, kA, "sdq").text, HasSubstr("not a path"));
}

TEST_F(Reservations, TheReservationIsNotedAndForgotten) {
    bench.start();
    EXPECT_EQ(bench.command(Verb::get_pr_hold, kA).text, "unset\n");
    EXPECT_TRUE(bench.command(Verb::set_pr_hold, kA).ok);
    EXPECT_EQ(bench.command(Verb::get_pr_hold, kA).text, "set\n");
    EXPECT_TRUE(bench.command(Verb::unset_pr_status, kA).ok);
    EXPECT_EQ(bench.command(Verb::get_pr_hold, kA).text, "unset\n");
}

struct KeysInAFile : Reservations {
    KeysInAFile() : Reservations(kFile) {}
};

TEST_F(KeysInAFile, AKeyIsKeptInTheFileAndUsed) {
    bench.start();
    EXPECT_EQ(bench.command(Verb::get_pr_key, kA).text, "none\n");
    EXPECT_FALSE(bench.command(Verb::set_pr_status, kA, "").ok);
    EXPECT_FALSE(bench.command(Verb::set_pr_key, kA, "0").ok);
    EXPECT_TRUE(bench.command(Verb::set_pr_key, kA, "0xabc").ok);
    EXPECT_TRUE(bench.command(Verb::set_pr_key, kA, "0xabc").ok);
    EXPECT_THAT(bench.prkeys_file, HasSubstr("\n0x0000000000000abc " + kA + "\n"));
    EXPECT_EQ(bench.command(Verb::get_pr_key, kA).text, "0xabc\n");
    register_both();
    EXPECT_TRUE(bench.command(Verb::unset_pr_key, kA).ok);
    EXPECT_THAT(bench.prkeys_file, Not(HasSubstr("\n0x")));
    EXPECT_EQ(bench.command(Verb::get_pr_status, kA).text, "unset\n");
}

TEST_F(KeysInAFile, TheFileIsReadAtTheStart) {
    bench.prkeys_file = "0X0000000000000abc " + kA + "\nnonsense\n";
    bench.start();
    EXPECT_EQ(bench.command(Verb::get_pr_key, kA).text, "0xabc:aptpl\n");
    EXPECT_TRUE(bench.logged("state-file"));
}

}  // namespace
}  // namespace mp::test
