// SPDX-License-Identifier: GPL-2.0-or-later
// SimDm against what drivers/md does: the table and status that it shows, messages, failing over,
// queueing, suspending, and the plans that the port runs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sim/world_test/rig.h"

namespace mp::sim {
namespace {

using model::event::MapsChanged;
using model::event::PlanDone;

struct Outcome {
    int ok = 0;
    int failed = 0;
    int last_lu = -1;
};

void request(Rig& rig, std::uint32_t minor, Outcome& outcome) {
    rig.kernel.submit(minor, UserRequest{1, true, [&outcome](const UserResult& result) {
                                             ++(result.ok ? outcome.ok : outcome.failed);
                                             outcome.last_lu = result.lu.value_or(-1);
                                         }});
}

TEST(SimDm, CreatePlanMakesALiveMapAndReportsIt) {
    Rig rig;
    model::Plan plan{
        "mpatha",
        {model::step::Create{"mpath-" + rig.array.lu(0).wwid.str(), rig.table(0), {}, false, {}}}};
    rig.dm.run(OpId{7}, plan);
    rig.run_for(seconds(1));
    const auto done = rig.sink.of<PlanDone>();
    ASSERT_EQ(done.size(), 1U);
    EXPECT_TRUE(done[0].outcome.has_value());
    EXPECT_EQ(done[0].steps_done, 1U);
    ASSERT_TRUE(done[0].now.has_value());
    EXPECT_TRUE(done[0].now->live_table);
    EXPECT_EQ(done[0].now->wwid(), rig.array.lu(0).wwid);
    EXPECT_EQ(done[0].now->status.groups.size(), 2U);
    EXPECT_TRUE(rig.sink.of<MapsChanged>().at(0).set_changed);
}

TEST(SimDm, CreateOfATableWithAMissingDeviceLeavesNothing) {
    Rig rig;
    model::MultipathTable table = rig.table(0);
    table.groups[0].paths[0].devt = DevT{8, 4080};
    rig.dm.run(OpId{1}, {"mpatha", {model::step::Create{"mpath-x", table, {}, false, {}}}});
    rig.run_for(seconds(1));
    EXPECT_FALSE(rig.sink.of<PlanDone>().at(0).outcome.has_value());
    EXPECT_TRUE(rig.kernel.maps().empty());
}

TEST(SimDm, PlanStopsAtTheFirstStepThatFails) {
    Rig rig;
    rig.make_map(0);
    rig.dm.run(OpId{1},
               {"mpath0",
                {model::step::Message{"switch_group 9"}, model::step::Message{"switch_group 2"}}});
    rig.run_for(seconds(1));
    const PlanDone done = rig.sink.of<PlanDone>().at(0);
    EXPECT_EQ(done.outcome.error().code, Errc::invalid);
    EXPECT_EQ(done.steps_done, 0U);
    EXPECT_EQ(done.now->status.next_group, 1U);
}

TEST(SimDm, ShownTableCarriesTheKernelsOwnWords) {
    Rig rig(ArrayModel::alua_implicit);
    const std::uint32_t minor = rig.make_map(0, {"queue_if_no_path"});
    const model::DmMapState state = rig.kernel.state(*rig.kernel.find(minor));
    EXPECT_THAT(state.table.groups[0].paths[0].args, testing::ElementsAre("1", "1"));
    EXPECT_THAT(state.table.hw_handler, testing::ElementsAre("alua"));
    EXPECT_THAT(state.table.features, testing::ElementsAre("queue_if_no_path"));
    ASSERT_TRUE(rig.kernel.message(minor, "fail_if_no_path"));
    EXPECT_TRUE(rig.kernel.state(*rig.kernel.find(minor)).table.features.empty());
}

TEST(SimDm, FailedRequestFailsItsPathAndGoesToTheNextGroup) {
    Rig rig;
    const std::uint32_t minor = rig.make_map(0);
    rig.host.set_link(0, 0, Link::refused);
    rig.host.set_link(0, 1, Link::refused);
    Outcome outcome;
    request(rig, minor, outcome);
    rig.run_for(seconds(1));
    EXPECT_EQ(outcome.ok, 1);
    const model::DmMapState state = rig.kernel.state(*rig.kernel.find(minor));
    EXPECT_EQ(state.status.groups[0].paths[0].state, model::DmPathState::failed);
    EXPECT_EQ(state.status.groups[1].state, model::DmGroupState::active);
    EXPECT_EQ(state.event_nr, 2U);
    EXPECT_EQ(rig.sink.of<MapsChanged>().back().names, std::vector<std::string>{"mpath0"});
}

TEST(SimDm, RequestsFailWithoutPathsAndWaitWithQueueing) {
    Rig rig;
    const std::uint32_t failing = rig.make_map(0);
    const std::uint32_t queueing = rig.make_map(1, {"queue_if_no_path"});
    for (int adapter = 0; adapter < 2; ++adapter) {
        for (int port = 0; port < 2; ++port) {
            rig.host.set_link(adapter, port, Link::refused);
        }
    }
    Outcome fails;
    Outcome waits;
    request(rig, failing, fails);
    request(rig, queueing, waits);
    rig.run_for(seconds(5));
    EXPECT_EQ(fails.failed, 1);
    EXPECT_EQ(waits.ok + waits.failed, 0);
    rig.host.set_link(1, 1, Link::up);
    ASSERT_TRUE(rig.kernel.message(queueing, "reinstate_path " + rig.at(1, 1, 1).devt.str()));
    rig.run_for(seconds(1));
    EXPECT_EQ(waits.ok, 1);
}

TEST(SimDm, TurningQueueingOffFailsWhatWaits) {
    Rig rig;
    const std::uint32_t minor = rig.make_map(0, {"queue_if_no_path"});
    for (const DiskId id : rig.host.present()) {
        rig.host.set_offline(id, true);
    }
    Outcome outcome;
    request(rig, minor, outcome);
    rig.run_for(seconds(1));
    ASSERT_EQ(outcome.failed, 0);
    ASSERT_TRUE(rig.kernel.message(minor, "fail_if_no_path"));
    rig.run_for(seconds(1));
    EXPECT_EQ(outcome.failed, 1);
}

TEST(SimDm, NewTableWaitsForRequestsInFlightAndStartsWithAllPathsActive) {
    Rig rig;
    const std::uint32_t minor = rig.make_map(0);
    const DevT devt = rig.at(0, 0, 0).devt;
    ASSERT_TRUE(rig.kernel.message(minor, "fail_path " + devt.str()));
    rig.host.set_hung(0, true);
    Outcome outcome;
    request(rig, minor, outcome);
    rig.dm.run(OpId{1},
               {"mpath0", {model::step::Load{rig.table(0), false}, model::step::Resume{}}});
    rig.run_for(seconds(5));
    EXPECT_TRUE(rig.sink.of<PlanDone>().empty());
    rig.host.set_hung(0, false);
    rig.run_for(seconds(1));
    ASSERT_EQ(rig.sink.of<PlanDone>().size(), 1U);
    EXPECT_EQ(outcome.ok, 1);
    EXPECT_TRUE(rig.path(minor, devt)->active);
}

TEST(SimDm, MessagesToASuspendedMapAreRefused) {
    Rig rig;
    const std::uint32_t minor = rig.make_map(0);
    rig.kernel.suspend(minor, false, [](Result<>) {});
    EXPECT_EQ(rig.kernel.message(minor, "switch_group 1").error().code, Errc::busy);
}

TEST(SimDm, OpenMapIsNotRemovedUnlessDeferred) {
    Rig rig;
    const std::uint32_t minor = rig.make_map(0);
    rig.kernel.open(minor, true);
    EXPECT_EQ(rig.kernel.remove(minor, false).error().code, Errc::busy);
    ASSERT_TRUE(rig.kernel.remove(minor, true));
    EXPECT_NE(rig.kernel.find(minor), nullptr);
    rig.kernel.open(minor, false);
    EXPECT_EQ(rig.kernel.find(minor), nullptr);
}

TEST(SimDm, BytesGoToTheLogicalUnitThatIsReallyThere) {
    Rig rig;
    const std::uint32_t minor = rig.make_map(0);
    rig.array.map(0, 0, 1, false);
    Outcome outcome;
    request(rig, minor, outcome);
    rig.run_for(seconds(1));
    EXPECT_EQ(outcome.last_lu, 1);
}

TEST(SimDm, PlanOfADeadDaemonStopsBetweenSteps) {
    Rig rig;
    const std::uint32_t minor = rig.make_map(0);
    rig.weather.dm_step = {milliseconds(5), milliseconds(5)};
    rig.dm.run(OpId{1},
               {"mpath0", {model::step::Load{rig.table(0), false}, model::step::Resume{}}});
    rig.run_for(milliseconds(7));
    rig.outbox.connect(nullptr);
    rig.run_for(seconds(1));
    EXPECT_TRUE(rig.kernel.find(minor)->inactive.has_value());
}

TEST(SimDm, SwitchingTheGroupActivatesItOnAnExplicitArray) {
    Rig rig(ArrayModel::alua_explicit, 1);
    model::MultipathTable table = rig.table(0);
    table.groups[0].paths = {{rig.at(0, 0, 0).devt, {"1"}}, {rig.at(1, 0, 0).devt, {"1"}}};
    table.groups[1].paths = {{rig.at(0, 1, 0).devt, {"1"}}, {rig.at(1, 1, 0).devt, {"1"}}};
    const Result<std::uint32_t> minor = rig.kernel.create("m", "mpath-m");
    ASSERT_TRUE(rig.kernel.load(*minor, table, false));
    rig.kernel.resume(*minor, false, [](Result<>) {});
    ASSERT_TRUE(rig.kernel.message(*minor, "switch_group 2"));
    Outcome outcome;
    request(rig, *minor, outcome);
    rig.run_for(seconds(1));
    EXPECT_EQ(outcome.ok, 1);
    EXPECT_EQ(rig.array.lu(0).state[1], Alua::optimized);
    EXPECT_EQ(rig.array.lu(0).state[0], Alua::standby);
}

TEST(SimDm, UsersKeepEveryMapBusy) {
    Rig rig;
    rig.make_map(0);
    rig.make_map(1);
    rig.users.start(milliseconds(100));
    rig.run_for(seconds(10));
    EXPECT_GT(rig.users.completed(), 100U);
    EXPECT_EQ(rig.users.failed(), 0U);
}

}  // namespace
}  // namespace mp::sim
