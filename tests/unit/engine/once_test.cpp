// SPDX-License-Identifier: GPL-2.0-or-later
// What does one run without a daemon do, and what do the options of `multipath` change in it?
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <tuple>

#include "tests/unit/engine/bench.h"

namespace mp::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const std::string kA = wwid_of(kDiskA);
const std::string kB = wwid_of(kDiskB);
const std::string kGreedy = "defaults {\n find_multipaths greedy\n}\n";

engine::Options once() {
    engine::Options options;
    options.one_shot = true;
    options.allow_queueing = false;
    return options;
}

/// Two paths to one disk, one to another.
void run(Bench& bench) {
    bench.add(scsi_path("sda", 0, kDiskA, "host0"));
    bench.add(scsi_path("sdb", 16, kDiskA, "host1"));
    bench.add(scsi_path("sdc", 32, kDiskB, "host0"));
    bench.start();
    bench.advance(seconds(30));
    EXPECT_EQ(bench.exit_code, 0);
}

std::vector<std::string> names(const Bench& bench) {
    std::vector<std::string> out;
    for (const auto& [name, map] : bench.dm) {
        out.push_back(name);
    }
    return out;
}

TEST(Once, MapsAreMadeAndTheRunEnds) {
    Bench bench(kGreedy, once());
    run(bench);
    EXPECT_THAT(names(bench), testing::UnorderedElementsAre(kA, kB));
    EXPECT_THAT(bench.table_paths(kA), ElementsAre("sda", "sdb"));
}

TEST(Once, NoMapIsLeftQueueingUnlessThatIsWanted) {
    for (const auto& [keeps, allowed, queues] :
         {std::tuple{"no", false, false}, {"no", true, true}, {"yes", false, true}}) {
        engine::Options options = once();
        options.allow_queueing = allowed;
        Bench bench(std::string("defaults {\n find_multipaths greedy\n no_path_retry queue\n"
                                " queue_without_daemon ") +
                        keeps + "\n}\n",
                    options);
        run(bench);
        EXPECT_EQ(bench.map(kA).status.queue_if_no_path, queues) << keeps << allowed;
    }
}

TEST(Once, AMapThatQueuesAlreadyIsToldToStop) {
    const std::string config = "defaults {\n find_multipaths greedy\n no_path_retry queue\n}\n";
    Bench daemon(config);
    daemon.add(scsi_path("sda", 0, kDiskA, "host0"));
    daemon.start();
    ASSERT_TRUE(daemon.map(kA).status.queue_if_no_path);
    Bench bench(config, once());
    bench.dm = daemon.dm;
    run(bench);
    EXPECT_FALSE(bench.map(kA).status.queue_if_no_path);
}

TEST(Once, TheWwidsFileCanBeIgnored) {
    engine::Options options = once();
    Bench strict("", options);
    run(strict);
    EXPECT_THAT(names(strict), IsEmpty());
    options.ignore_wwids = true;
    Bench any("", options);
    run(any);
    EXPECT_THAT(names(any), ElementsAre(kA)) << "the other disk has one path";
}

TEST(Once, TheGroupingOfTheCommandLineWins) {
    engine::Options options = once();
    const std::string config =
        "defaults {\n find_multipaths greedy\n}\nmultipaths {\n multipath {\n  wwid " + kA +
        "\n  path_grouping_policy failover\n }\n}\n";
    Bench configured(config, options);
    run(configured);
    EXPECT_THAT(configured.map(kA).table.groups, SizeIs(2));
    options.grouping = conf::GroupPolicy::multibus;
    Bench said(config, options);
    run(said);
    EXPECT_THAT(said.map(kA).table.groups, SizeIs(1));
}

TEST(Once, OneMapCanBeChosenByEachOfItsNames) {
    for (const std::string& name :
         {kB, std::string("sdc"), std::string("8:32"), std::string("data")}) {
        engine::Options options = once();
        options.only = name;
        Bench bench(
            kGreedy + "multipaths {\n multipath {\n  wwid " + kB + "\n  alias data\n }\n}\n",
            options);
        run(bench);
        EXPECT_THAT(names(bench), ElementsAre("data")) << name;
    }
    engine::Options options = once();
    options.only = "nobody";
    Bench bench(kGreedy, options);
    run(bench);
    EXPECT_THAT(names(bench), IsEmpty());
}

TEST(Once, AMapThatWasNotChosenStaysAsItIs) {
    Bench first(kGreedy, once());
    run(first);
    engine::Options options = once();
    options.only = kB;
    options.force_reload = true;
    Bench second("defaults {\n find_multipaths greedy\n path_grouping_policy multibus\n}\n",
                 options);
    second.dm = first.dm;
    run(second);
    EXPECT_THAT(second.plans, SizeIs(1));
    EXPECT_THAT(second.map(kA).table.groups, SizeIs(2));
}

TEST(Once, TablesThatAreRightAreLoadedAgainOnlyWhenThatIsWanted) {
    Bench first(kGreedy, once());
    run(first);
    for (const bool forced : {false, true}) {
        engine::Options options = once();
        options.force_reload = forced;
        Bench bench(kGreedy, options);
        bench.dm = first.dm;
        run(bench);
        EXPECT_THAT(bench.plans, SizeIs(forced ? 2 : 0));
    }
}

TEST(Once, ADryRunShowsWhatWouldBeDoneAndDoesNothing) {
    const std::string config =
        "defaults {\n find_multipaths greedy\n user_friendly_names yes\n"
        " reservation_key 0xabc\n}\n";
    engine::Options options = once();
    options.observe_only = true;
    options.dry_run = true;
    Bench bench(config, options);
    run(bench);
    EXPECT_THAT(bench.plans, IsEmpty());
    EXPECT_THAT(names(bench), IsEmpty());
    EXPECT_EQ(bench.bindings_file + bench.wwids_file, "");
    EXPECT_THAT(bench.retriggered, IsEmpty());
    std::vector<std::string> shown;
    const std::shared_ptr<const model::Snapshot> snapshot = bench.snapshot();
    for (const std::shared_ptr<const model::MapView>& map : snapshot->maps) {
        shown.push_back(map->action + " " + map->alias);
        EXPECT_FALSE(map->exists);
        EXPECT_FALSE(map->groups.at(0).paths.empty());
        EXPECT_EQ(map->groups.at(0).selector, "service-time 0");
    }
    EXPECT_THAT(shown, testing::UnorderedElementsAre("create mpatha", "create mpathb"));
}

TEST(Once, ADryRunShowsTheTableThatAMapWouldGet) {
    Bench first(kGreedy, once());
    run(first);
    engine::Options options = once();
    options.observe_only = true;
    options.dry_run = true;
    Bench bench("defaults {\n find_multipaths greedy\n path_grouping_policy multibus\n}\n",
                options);
    bench.dm = first.dm;
    run(bench);
    EXPECT_THAT(bench.plans, IsEmpty());
    const std::shared_ptr<const model::Snapshot> snapshot = bench.snapshot();
    for (const std::shared_ptr<const model::MapView>& map : snapshot->maps) {
        EXPECT_EQ(map->action, map->alias == kA ? "reload" : "") << map->alias;
        EXPECT_THAT(map->groups, SizeIs(1)) << map->alias;
    }
}

}  // namespace
}  // namespace mp::test
