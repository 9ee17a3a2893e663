// SPDX-License-Identifier: GPL-2.0-or-later
// Which maps exist, what their tables hold, and how the kernel's word is taken over.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/engine/rules.h"
#include "tests/unit/engine/bench.h"

namespace mp::test {
namespace {

using model::Verb;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string kA = wwid_of(kDiskA);
const std::string kB = wwid_of(kDiskB);

Bench two_path_bench(std::string config = "defaults {\n find_multipaths greedy\n}\n") {
    return Bench(std::move(config));
}

void add_two_paths(Bench& bench) {
    bench.add(scsi_path("sda", 0, kDiskA, "host0"));
    bench.add(scsi_path("sdb", 16, kDiskA, "host1"));
}

TEST(Maps, PathsOfOneDiskBecomeOneMapAndReadinessFollows) {
    Bench bench = two_path_bench();
    add_two_paths(bench);
    bench.add(scsi_path("sdc", 32, kDiskB));
    bench.start();
    ASSERT_EQ(bench.dm.size(), 2U);
    EXPECT_THAT(bench.table_paths(kA), ElementsAre("sda", "sdb"));
    EXPECT_THAT(bench.table_paths(kB), ElementsAre("sdc"));
    EXPECT_EQ(bench.plans.size(), 2U);
    EXPECT_EQ(bench.ready, 1);
    EXPECT_THAT(bench.wwids_file, HasSubstr("/" + kA + "/"));
}

TEST(Maps, APathThatUdevHadReleasedIsClaimedOnceTheMapIsThere) {
    Bench bench = two_path_bench();
    Device released = scsi_path("sda", 0, kDiskA, "host0");
    released.facts.properties["DM_MULTIPATH_DEVICE_PATH"] = "0";
    bench.add(released);
    Device claimed = scsi_path("sdb", 16, kDiskA, "host1");
    claimed.facts.properties["DM_MULTIPATH_DEVICE_PATH"] = "1";
    bench.add(claimed);
    bench.start();
    EXPECT_THAT(bench.retriggered, ElementsAre(released.facts.sys_path));
    bench.change("sda");  // and udev stays with it
    bench.advance(seconds(600));
    EXPECT_THAT(bench.retriggered, ElementsAre(released.facts.sys_path)) << "once";
}

TEST(Maps, WithoutDevicesTheDaemonIsReadyAndIdle) {
    Bench bench = two_path_bench();
    bench.start();
    EXPECT_EQ(bench.ready, 1);
    EXPECT_EQ(bench.snapshot()->daemon, model::DaemonState::idle);
    EXPECT_FALSE(bench.snapshot()->busy);
}

TEST(Maps, FriendlyNamesAreBoundInTheFileBeforeTheMapIsMade) {
    Bench bench =
        two_path_bench("defaults {\n find_multipaths greedy\n user_friendly_names yes\n}\n");
    add_two_paths(bench);
    bench.start();
    ASSERT_TRUE(bench.dm.contains("mpatha"));
    EXPECT_THAT(bench.bindings_file, HasSubstr("mpatha " + kA));
}

TEST(Maps, StrictModeMakesNoMapForAnUnknownDiskAndSaysWhy) {
    Bench bench = two_path_bench("");
    add_two_paths(bench);
    bench.start();
    EXPECT_THAT(bench.dm, IsEmpty());
    EXPECT_FALSE(bench.snapshot()->paths.at(0)->unused_reason.empty());
    bench.wwids_file = "/" + kA + "/\n";
    bench.reload("");
    EXPECT_EQ(bench.dm.size(), 1U);
}

TEST(Maps, ADiskThatAnotherProgramAddsToTheFileGetsItsMapWhenItsPathIsAddedOrComes) {
    Bench bench = two_path_bench("");
    bench.add(scsi_path("sda", 0, kDiskA, "host0"));
    bench.start();
    EXPECT_TRUE(bench.command(Verb::add_path, "sda").ok);
    EXPECT_THAT(bench.dm, IsEmpty());
    bench.wwids_file = "/" + kA + "/\n/" + kB + "/\n";
    EXPECT_TRUE(bench.command(Verb::add_path, "sda").ok);
    bench.settle();
    EXPECT_THAT(bench.table_paths(kA), ElementsAre("sda"));
    bench.add(scsi_path("sdc", 32, kDiskB));
    bench.settle();
    EXPECT_THAT(bench.table_paths(kB), ElementsAre("sdc"));
    EXPECT_EQ(bench.wwids_file, "/" + kA + "/\n/" + kB + "/\n");
}

TEST(Maps, AMapThatIsRightIsAdoptedWithoutAReload) {
    Bench first = two_path_bench();
    add_two_paths(first);
    first.start();
    Bench second = two_path_bench();
    add_two_paths(second);
    second.dm = first.dm;
    second.wwids_file = first.wwids_file;
    second.start();
    EXPECT_THAT(second.plans, IsEmpty());
    EXPECT_EQ(second.snapshot()->maps.size(), 1U);
    EXPECT_EQ(second.snapshot()->maps.at(0)->active_paths, 2U);
    std::shared_ptr<const model::Snapshot> shown = second.snapshot();
    for (const std::shared_ptr<const model::PathView>& path : shown->paths) {
        EXPECT_EQ(path->dm_state, model::DmPathState::active) << path->device->name;
    }
}

TEST(Maps, ANewPathJoinsAndARemovedPathLeaves) {
    Bench bench = two_path_bench();
    add_two_paths(bench);
    bench.start();
    bench.add(scsi_path("sdc", 32, kDiskA, "host2"));
    bench.settle();
    EXPECT_THAT(bench.table_paths(kA), ElementsAre("sda", "sdb", "sdc"));
    bench.remove("sda");
    bench.settle();
    EXPECT_THAT(bench.table_paths(kA), ElementsAre("sdb", "sdc"));
}

TEST(Maps, APathOfAnotherSizeIsKeptOut) {
    Bench bench = two_path_bench();
    add_two_paths(bench);
    bench.start();
    Device other = scsi_path("sdc", 32, kDiskA, "host2");
    other.facts.size_sectors = 4096;
    bench.add(other);
    bench.settle();
    EXPECT_THAT(bench.table_paths(kA), ElementsAre("sda", "sdb"));
    EXPECT_TRUE(bench.logged("path-unused"));
}

TEST(Maps, TheLastPathTakesAnUnusedMapWithIt) {
    Bench bench = two_path_bench();
    bench.add(scsi_path("sda", 0, kDiskA));
    bench.start();
    bench.remove("sda");
    bench.settle();
    EXPECT_THAT(bench.dm, IsEmpty());
    EXPECT_THAT(bench.snapshot()->maps, IsEmpty());
}

TEST(Maps, AMapInUseSurvivesItsLastPathAndTakesItBack) {
    Bench bench = two_path_bench();
    bench.add(scsi_path("sda", 0, kDiskA));
    bench.start();
    bench.refuse_remove = true;
    bench.remove("sda");
    bench.settle();
    ASSERT_TRUE(bench.dm.contains(kA));
    EXPECT_THAT(bench.table_paths(kA), IsEmpty());
    bench.add(scsi_path("sda", 48, kDiskA));
    bench.settle();
    EXPECT_THAT(bench.table_paths(kA), ElementsAre("sda"));
}

TEST(Maps, AMapThatWasInUseWhenItsLastPathWentGoesWhenItIsClosed) {
    Bench bench = two_path_bench();
    bench.add(scsi_path("sda", 0, kDiskA));
    bench.start();
    bench.refuse_remove = true;
    bench.remove("sda");
    bench.settle();
    bench.advance(seconds(600));
    ASSERT_TRUE(bench.dm.contains(kA));
    EXPECT_LT(bench.plans.size(), 50U);  // not as fast as the kernel can refuse
    bench.refuse_remove = false;
    bench.advance(seconds(40));
    EXPECT_THAT(bench.dm, IsEmpty());
    EXPECT_THAT(bench.snapshot()->maps, IsEmpty());
}

TEST(Maps, ATableIsNotSwappedWhileAPathHangsAndAnotherServes) {
    Bench bench = two_path_bench();
    add_two_paths(bench);
    bench.start();
    bench.device("sdb").hangs = true;
    bench.advance(seconds(60));
    ASSERT_EQ(bench.path_state(kA, "sdb"), "F");
    bench.add(scsi_path("sdc", 32, kDiskA, "host2"));
    bench.advance(seconds(10));
    EXPECT_THAT(bench.table_paths(kA), ElementsAre("sda", "sdb"));
    bench.device("sdb").hangs = false;
    bench.advance(seconds(10));
    EXPECT_THAT(bench.table_paths(kA), ElementsAre("sda", "sdb", "sdc"));
}

TEST(Maps, ATableIsSwappedInSpiteOfAHangWhenNothingServes) {
    Bench bench = two_path_bench();
    add_two_paths(bench);
    bench.start();
    bench.device("sda").hangs = true;
    bench.device("sdb").hangs = true;
    bench.advance(seconds(60));
    bench.add(scsi_path("sdc", 32, kDiskA, "host2"));
    bench.advance(seconds(10));
    EXPECT_THAT(bench.table_paths(kA), ElementsAre("sda", "sdb", "sdc"));
}

TEST(Maps, AGroupThatIoMadeActiveIsSeenWithoutAnEvent) {
    Bench bench = two_path_bench();
    add_two_paths(bench);
    bench.start();
    ASSERT_NE(bench.snapshot()->maps.at(0)->groups.at(0).dm_state, model::DmGroupState::active);
    bench.dm.at(kA).status.groups.at(0).state = model::DmGroupState::active;
    bench.advance(seconds(60));
    EXPECT_EQ(bench.snapshot()->maps.at(0)->groups.at(0).dm_state, model::DmGroupState::active);
}

TEST(Maps, FlushedMapsComeBackOnlyWhenAskedFor) {
    Bench bench = two_path_bench();
    add_two_paths(bench);
    bench.start();
    EXPECT_TRUE(bench.command(Verb::remove_map, kA).ok);
    bench.advance(seconds(60));
    EXPECT_THAT(bench.dm, IsEmpty());
    EXPECT_TRUE(bench.command(Verb::add_map, kA).ok);
    EXPECT_TRUE(bench.dm.contains(kA));
}

TEST(Maps, AMapInUseIsNotRemovedByCommandAndGoesOn) {
    Bench bench = two_path_bench();
    add_two_paths(bench);
    bench.start();
    bench.refuse_remove = true;
    model::CommandReply reply = bench.command(Verb::remove_map, kA);
    EXPECT_FALSE(reply.ok);
    EXPECT_EQ(reply.text, "map or partition in use\n");
    EXPECT_THAT(bench.table_paths(kA), ElementsAre("sda", "sdb"));
}

TEST(Maps, RemoveRetriesTriesAgainASecondApartAndKeepsTheMapInServiceMeanwhile) {
    Bench bench("defaults {\n find_multipaths greedy\n remove_retries 3\n}\n");
    add_two_paths(bench);
    bench.start();
    bench.refuse_remove = true;
    const Instant asked = bench.now;
    EXPECT_EQ(bench.command(Verb::remove_map, kA).text, "map or partition in use\n");
    EXPECT_GE(bench.now - asked, seconds(3));
    EXPECT_LT(bench.now - asked, seconds(5));
    bench.deliver(
        model::event::CommandReceived{ClientId{1000}, model::Command{Verb::remove_map, kA, ""}});
    bench.kernel_fails(kA, "sdb");
    bench.advance(milliseconds(900));
    EXPECT_EQ(bench.path_state(kA, "sdb"), "A");
    bench.refuse_remove = false;
    bench.advance(seconds(2));
    EXPECT_FALSE(bench.dm.contains(kA));
}

TEST(Maps, ResizeWaitsForAllPathsAndReloadsOnce) {
    Bench bench = two_path_bench();
    add_two_paths(bench);
    bench.start();
    bench.device("sda").facts.size_sectors = 4096;
    EXPECT_FALSE(bench.command(Verb::resize_map, kA).ok);
    bench.device("sdb").facts.size_sectors = 4096;
    EXPECT_TRUE(bench.command(Verb::resize_map, kA).ok);
    EXPECT_EQ(bench.dm.at(kA).table.size_sectors, 4096U);
}

TEST(Maps, ReconfigureOfTheSameTextLoadsNoTableAndKeepsCounters) {
    Bench bench = two_path_bench();
    add_two_paths(bench);
    bench.start();
    bench.kernel_fails(kA, "sda");
    bench.settle();
    std::size_t plans = bench.plans.size();
    bench.reload("defaults {\n find_multipaths greedy\n}\n");
    EXPECT_EQ(bench.plans.size(), plans);
    EXPECT_EQ(bench.snapshot()->maps.at(0)->path_faults, 1U);
}

const char* const kNumaConfig =
    "defaults {\n find_multipaths greedy\n path_grouping_policy multibus\n"
    " path_selector \"numa-distance 0\"\n}\n";

Device path_on_node(const std::string& name, std::uint32_t minor, int node) {
    Device device = scsi_path(name, minor, kDiskA, "host" + std::to_string(minor));
    device.facts.adapter.numa_node = node;
    device.facts.adapter.node_distance = node == 0 ? std::vector<int>{10, 21} : std::vector{21, 10};
    return device;
}

std::vector<std::string> node_words(Bench& bench) {
    std::vector<std::string> words;
    for (const model::TablePath& path : bench.dm.at(kA).table.groups.at(0).paths) {
        words.push_back(path.args.size() > 1 ? path.args[1] : "none");
    }
    return words;
}

TEST(Maps, EachPathsNodeIsInATableWithNumaDistanceAndAMoveReloadsIt) {
    Bench bench(kNumaConfig);
    bench.environment.numa_selector = true;
    bench.add(path_on_node("sda", 0, 0));
    bench.add(path_on_node("sdb", 16, 1));
    bench.start();
    EXPECT_THAT(node_words(bench), ElementsAre("0", "1"));
    std::size_t plans = bench.plans.size();
    bench.change("sda");
    EXPECT_EQ(bench.plans.size(), plans);
    bench.device("sdb").facts.adapter.numa_node = 0;
    bench.change("sdb");
    EXPECT_EQ(bench.plans.size(), plans + 1);
    EXPECT_THAT(node_words(bench), ElementsAre("0", "0"));
}

TEST(Maps, OtherDistancesReloadATableWithNumaDistanceAndNoOther) {
    for (bool numa : {true, false}) {
        Bench bench(numa ? kNumaConfig : "defaults {\n find_multipaths greedy\n}\n");
        bench.environment.numa_selector = true;
        bench.add(path_on_node("sda", 0, 0));
        bench.start();
        std::size_t plans = bench.plans.size();
        bench.device("sda").facts.adapter.node_distance = {10, 31};
        bench.change("sda");
        EXPECT_EQ(bench.plans.size(), plans + (numa ? 1 : 0));
    }
}

TEST(Maps, ARefusedNumaDistanceGivesWayToServiceTimeUntilTheNextReconfigure) {
    Bench bench(kNumaConfig);
    bench.environment.numa_selector = true;
    bench.refuse_numa = true;
    bench.add(path_on_node("sda", 0, 0));
    bench.add(path_on_node("sdb", 16, 1));
    bench.start();
    ASSERT_TRUE(bench.dm.contains(kA));
    EXPECT_EQ(bench.dm.at(kA).table.groups.at(0).selector, "service-time");
    EXPECT_THAT(node_words(bench), testing::Not(testing::Contains("0")));
    EXPECT_EQ(bench.count_log("selector-refused"), 1U);
    EXPECT_FALSE(bench.logged("plan-failed"));
    bench.refuse_numa = false;
    bench.reload(kNumaConfig);
    EXPECT_EQ(bench.dm.at(kA).table.groups.at(0).selector, "numa-distance");
}

TEST(Maps, SharesOfNumaDistanceAreShownFromTheStatus) {
    Bench bench(kNumaConfig);
    bench.environment.numa_selector = true;
    bench.add(path_on_node("sda", 0, 0));
    bench.start();
    EXPECT_FALSE(bench.snapshot()->maps.at(0)->groups.at(0).numa);
    bench.dm.at(kA).status.groups.at(0).selector_status = {"12", "3", "4"};
    bench.deliver(model::event::MapsChanged{{kA}, false});
    bench.settle();
    std::optional<model::NumaShares> numa = bench.snapshot()->maps.at(0)->groups.at(0).numa;
    ASSERT_TRUE(numa);
    EXPECT_EQ(numa->local, 12U);
    EXPECT_EQ(numa->spilled, 3U);
    EXPECT_EQ(numa->remote, 4U);
}

TEST(Maps, ABlacklistedDeviceLeavesItsMapAtReconfigure) {
    Bench bench = two_path_bench();
    add_two_paths(bench);
    bench.start();
    bench.reload("defaults {\n find_multipaths greedy\n}\nblacklist {\n devnode \"^sdb$\"\n}\n");
    EXPECT_THAT(bench.table_paths(kA), ElementsAre("sda"));
}

TEST(Maps, StoppingGivesQueuedIoBackAndExits) {
    Bench bench = two_path_bench("defaults {\n find_multipaths greedy\n no_path_retry queue\n}\n");
    add_two_paths(bench);
    bench.start();
    bench.deliver(model::event::StopRequested{});
    bench.settle();
    EXPECT_EQ(bench.exit_code, 0);
    EXPECT_EQ(std::ranges::count(bench.dm.at(kA).table.features, "queue_if_no_path"), 0);
}

// Found in world 166: the message failed the plan, which was taken for a refusal of the selector.
TEST(SuspendedMap, ATableThatDropsAPathIsNotFollowedByAMessageAboutIt) {
    Bench bench("defaults {\n find_multipaths greedy\n path_selector \"numa-distance 0\"\n}\n");
    bench.environment.numa_selector = true;
    bench.add(scsi_path("sda", 0, kDiskA, "host0"));
    bench.add(scsi_path("sdb", 16, kDiskA, "host1"));
    bench.start();
    const std::string name = wwid_of(kDiskA);
    bench.dm.at(name).suspended = true;  // by somebody else
    bench.deliver(model::event::MapsChanged{{name}, false});
    std::size_t before = bench.plans.size();
    bench.remove("sda");
    bench.advance(seconds(5));
    EXPECT_THAT(bench.table_paths(name), ElementsAre("sdb"));
    bool swapped = false;
    for (std::size_t i = before; i < bench.plans.size(); ++i) {
        for (const model::Step& step : bench.plans[i].steps) {
            swapped = swapped || std::holds_alternative<model::step::Load>(step);
            const model::step::Message* message = std::get_if<model::step::Message>(&step);
            EXPECT_FALSE(swapped && message != nullptr && message->text == "fail_path 8:0");
        }
    }
    EXPECT_TRUE(swapped);
    EXPECT_FALSE(bench.logged("selector-refused"));
}

}  // namespace
}  // namespace mp::test
