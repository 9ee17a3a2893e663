// SPDX-License-Identifier: GPL-2.0-or-later
// What does an administrator's command do, and what is the answer? Commands that have a file of
// their own for what they do (queueing, failback, reservations) are here for their answers alone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/engine/bench.h"

namespace mp::test {
namespace {

using model::CommandReply;
using model::Verb;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string kA = wwid_of(kDiskA);
const std::string kB = wwid_of(kDiskB);

struct Commands : testing::Test {
    void begin(const std::string& more = "") {
        bench = std::make_unique<Bench>("defaults {\n find_multipaths greedy\n}\n" + more);
        bench->add(scsi_path("sda", 0, kDiskA, "host0"));
        bench->add(scsi_path("sdb", 16, kDiskA, "host1"));
        bench->start();
        bench->advance(seconds(30));
    }
    void expect(Verb verb, const std::string& target, const std::string& argument, bool ok,
                const std::string& text) {
        const CommandReply reply = bench->command(verb, target, argument);
        EXPECT_EQ(reply.ok, ok) << static_cast<int>(verb) << " " << target << ": " << reply.text;
        EXPECT_EQ(reply.text, text) << static_cast<int>(verb) << " " << target;
    }
    std::unique_ptr<Bench> bench;
};

TEST_F(Commands, EveryCommandOfTheFieldThatWorksAnswersWithoutText) {
    struct Row {
        Verb verb;
        std::string target = {};
        std::string argument = {};
    };
    begin();
    for (const Row& row : std::vector<Row>{
             {Verb::reset_maps_stats},
             {Verb::reset_map_stats, kA},
             {Verb::reset_map, kA},
             {Verb::suspend_map, kA},
             {Verb::resume_map, kA},
             {Verb::resize_map, kA},
             {Verb::reload_map, kA},
             {Verb::switch_group, kA, "1"},
             {Verb::fail_path, "sda"},
             {Verb::reinstate_path, "sda"},
             {Verb::reinstate_path, "8:0"},
             {Verb::set_marginal_path, "sda"},
             {Verb::unset_marginal_path, "sda"},
             {Verb::unset_marginal_map, kA},
             {Verb::disable_queueing_map, kA},
             {Verb::disable_queueing_maps},
             {Verb::restore_queueing_map, kA},
             {Verb::restore_queueing_maps},
             {Verb::force_queueing_daemon},
             {Verb::restore_queueing_daemon},
             {Verb::remove_path, "sdb"},
             {Verb::add_path, "sdb"},
             {Verb::add_map, kA},
             {Verb::remove_map, kA},
             {Verb::add_map, kA},
             {Verb::remove_maps},
             {Verb::reconfigure},
             {Verb::reconfigure_all},
             {Verb::shutdown},
         }) {
        expect(row.verb, row.target, row.argument, true, "");
    }
}

TEST_F(Commands, WhatIsNotThereIsSaidToBeUnknownByEachOfThem) {
    begin();
    for (Verb verb : {Verb::remove_path,
                      Verb::fail_path,
                      Verb::reinstate_path,
                      Verb::set_marginal_path,
                      Verb::unset_marginal_path,
                      Verb::add_path,
                      Verb::reset_map_stats,
                      Verb::reset_map,
                      Verb::add_map,
                      Verb::remove_map,
                      Verb::switch_group,
                      Verb::suspend_map,
                      Verb::resume_map,
                      Verb::resize_map,
                      Verb::reload_map,
                      Verb::disable_queueing_map,
                      Verb::restore_queueing_map,
                      Verb::unset_marginal_map,
                      Verb::get_pr_status,
                      Verb::set_pr_status,
                      Verb::unset_pr_status,
                      Verb::get_pr_key,
                      Verb::set_pr_key,
                      Verb::unset_pr_key,
                      Verb::get_pr_hold,
                      Verb::set_pr_hold,
                      Verb::unset_pr_hold}) {
        expect(verb, "nobody", "1", false, "device not found\n");
    }
}

TEST_F(Commands, MapsAreKnownByAliasWwidAndNode) {
    begin("multipaths {\n multipath {\n  wwid " + kA + "\n  alias data\n }\n}\n");
    const std::uint32_t minor = bench->map("data").minor;
    for (const std::string& name : {std::string("data"), kA, "dm-" + std::to_string(minor)}) {
        expect(Verb::reload_map, name, "", true, "");
    }
}

TEST_F(Commands, ARemovedPathLeavesItsTableAndIsTakenBackByCommandOnly) {
    begin();
    expect(Verb::remove_path, "sdb", "", true, "");
    EXPECT_THAT(bench->table_paths(kA), ElementsAre("sda"));
    bench->change("sdb");
    bench->advance(seconds(60));
    EXPECT_THAT(bench->table_paths(kA), ElementsAre("sda"));
    expect(Verb::add_path, "sdb", "", true, "");
    EXPECT_THAT(bench->table_paths(kA), ElementsAre("sda", "sdb"));
}

TEST_F(Commands, AMapSuspendedByCommandStaysSoUntilItIsResumed) {
    begin();
    expect(Verb::suspend_map, kA, "", true, "");
    EXPECT_TRUE(bench->map(kA).suspended);
    bench->advance(seconds(60));
    EXPECT_TRUE(bench->map(kA).suspended);
    expect(Verb::resume_map, kA, "", true, "");
    EXPECT_FALSE(bench->map(kA).suspended);
}

TEST_F(Commands, AReloadLoadsATableThatIsRightAlready) {
    begin();
    const std::size_t plans = bench->plans.size();
    expect(Verb::reload_map, kA, "", true, "");
    EXPECT_EQ(bench->plans.size(), plans + 1);
}

TEST_F(Commands, CountersOfOneMapOrAllStartAnew) {
    begin();
    const auto faults = [this] { return bench->snapshot()->maps.at(0)->path_faults; };
    expect(Verb::fail_path, "sda", "", true, "");
    EXPECT_EQ(faults(), 1U);
    expect(Verb::reset_map_stats, kA, "", true, "");
    EXPECT_EQ(faults(), 0U);
    expect(Verb::fail_path, "sdb", "", true, "");
    expect(Verb::reset_maps_stats, "", "", true, "");
    EXPECT_EQ(faults(), 0U);
}

TEST_F(Commands, APathIsMarginalUntilItOrItsMapIsToldOtherwise) {
    begin();
    const auto marginal = [this] { return bench->snapshot()->paths.at(0)->marginal; };
    expect(Verb::set_marginal_path, "sda", "", true, "");
    EXPECT_TRUE(marginal());
    expect(Verb::unset_marginal_path, "sda", "", true, "");
    EXPECT_FALSE(marginal());
    expect(Verb::set_marginal_path, "sda", "", true, "");
    expect(Verb::unset_marginal_map, kA, "", true, "");
    EXPECT_FALSE(marginal());
}

TEST_F(Commands, AllMapsAreRemovedAndTheFirstRefusalIsTheAnswer) {
    begin();
    bench->add(scsi_path("sdc", 32, kDiskB));
    bench->settle();
    bench->refuse_remove = true;
    expect(Verb::remove_maps, "", "", false, "map or partition in use\n");
    EXPECT_EQ(bench->dm.size(), 2U);
    bench->refuse_remove = false;
    expect(Verb::remove_maps, "", "", true, "");
    EXPECT_TRUE(bench->dm.empty());
}

TEST_F(Commands, AGroupThatDoesNotExistIsNotSwitchedTo) {
    begin();
    for (const char* number : {"0", "9", "x", ""}) {
        const CommandReply reply = bench->command(Verb::switch_group, kA, number);
        EXPECT_FALSE(reply.ok) << number;
        EXPECT_THAT(reply.text, HasSubstr("groups 1 to ")) << number;
    }
}

TEST_F(Commands, AnExcludedPathIsAnsweredAsItAlwaysWasAndAnExcludedMapIsAFailure) {
    begin("blacklist {\n wwid " + kB + "\n}\n");
    bench->add(scsi_path("sdc", 32, kDiskB));
    bench->settle();
    expect(Verb::add_path, "sdc", "", true, "blacklisted\n");
    expect(Verb::add_map, kB, "", false, "blacklisted\n");
    EXPECT_EQ(bench->dm.size(), 1U);
}

TEST_F(Commands, ADeviceStackedOnAPathIsNotMovedAndThatIsSaid) {
    begin();
    bench->device("sda").facts.holders = {"dm-7"};
    bench->change("sda");
    const CommandReply reply = bench->command(Verb::reset_map, kA);
    EXPECT_FALSE(reply.ok);
    EXPECT_EQ(reply.text, "dm-7 stays on sda: what is stacked on a path is not moved\n");
}

}  // namespace
}  // namespace mp::test
