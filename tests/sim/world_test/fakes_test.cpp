// SPDX-License-Identifier: GPL-2.0-or-later
// The fakes are models; these tests hold them to what Linux and an array do, so that a daemon that
// passes the simulation has a chance on a real kernel.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sim/world_test/rig.h"

namespace mp::sim {
namespace {

using model::event::DeviceGone;
using model::event::DeviceSeen;
using model::event::KernelStateChanged;
using model::event::ProbeDone;

const model::ScsiCommand kTur{{0, 0, 0, 0, 0, 0}, 0};
const model::ScsiCommand kIdentity{{0x12, 1, 0x83, 0, 255, 0}, 255};

const model::ScsiReply& scsi(const ProbeDone& done) {
    return std::get<model::ScsiReply>(*done.reply);
}

TEST(SimArray, RemappedLunAnswersWithTheNewIdentityWhileSysfsKeepsTheOld) {
    Rig rig;
    const Disk disk = rig.at(0, 0, 0);
    rig.array.map(0, 0, 1, true);
    rig.path_io.start(OpId{1}, rig.ref(disk), model::Probe(kIdentity), seconds(1));
    rig.run_for(seconds(1));
    const auto done = rig.sink.of<ProbeDone>();
    ASSERT_EQ(done.size(), 1U);
    EXPECT_EQ(scsi(done[0]).data, rig.array.vpd83(0, 1));
    EXPECT_NE(scsi(done[0]).data, rig.host.block_device(disk.id).vpd_pg83);
    EXPECT_EQ(rig.host.block_device(disk.id).properties.at("ID_SERIAL"),
              rig.array.lu(0).wwid.str());
}

TEST(SimArray, UnitAttentionIsReportedOnceByOtherCommandsThanInquiry) {
    Rig rig;
    const Nexus nexus{0, 0, 0};
    rig.array.raise(nexus, kLunsChanged);
    EXPECT_EQ(rig.array.execute(nexus, kIdentity).status, 0);
    EXPECT_EQ(rig.array.execute(nexus, kTur).status, 2);
    EXPECT_EQ(rig.array.execute(nexus, kTur).status, 0);
}

TEST(SimArray, ActivationSwapsTheGroupsOfAnExplicitArray) {
    SimArray array(ArrayModel::alua_explicit, 2, 1);
    array.add_lu(IdKind::naa6, 2048);
    array.map(0, 0, 0, false);
    array.map(1, 0, 0, false);
    EXPECT_EQ(array.data({0, 1, 0}), DataOutcome::not_ready);
    EXPECT_TRUE(array.activate({0, 1, 0}));
    EXPECT_EQ(array.data({0, 1, 0}), DataOutcome::done);
    EXPECT_EQ(array.data({0, 0, 0}), DataOutcome::not_ready);
}

TEST(SimPathIo, HungCommandTimesOutOnceAndKeepsItsLaneBusyUntilTheKernelLetsGo) {
    Rig rig;
    rig.host.set_hung(0, true);
    const model::PathRef ref = rig.ref(rig.at(0, 0, 0));
    rig.path_io.start(OpId{1}, ref, model::Probe(kTur), seconds(2));
    rig.run_for(milliseconds(2001));
    rig.path_io.start(OpId{2}, ref, model::Probe(kTur), seconds(2));
    rig.run_for(milliseconds(1));
    auto done = rig.sink.of<ProbeDone>();
    ASSERT_EQ(done.size(), 2U);
    EXPECT_EQ(done[0].reply.error().code, Errc::timeout);
    EXPECT_EQ(done[1].reply.error().code, Errc::busy);
    EXPECT_EQ(rig.path_io.usage().stuck, 1U);
    rig.host.set_hung(0, false);
    rig.run_for(seconds(30));
    EXPECT_EQ(rig.sink.of<ProbeDone>().size(), 2U) << "the late answer is dropped";
    rig.path_io.start(OpId{3}, ref, model::Probe(kTur), seconds(2));
    rig.run_for(seconds(1));
    done = rig.sink.of<ProbeDone>();
    ASSERT_EQ(done.size(), 3U);
    EXPECT_TRUE(done[2].reply.has_value());
}

TEST(SimPathIo, AnotherLifeOfTheSameNameIsGone) {
    Rig rig;
    model::PathRef ref = rig.ref(rig.at(0, 0, 0));
    ref.disk_seq += 1000;
    rig.path_io.start(OpId{1}, ref, model::Probe(kTur), seconds(2));
    rig.run_for(seconds(1));
    ASSERT_EQ(rig.sink.of<ProbeDone>().size(), 1U);
    EXPECT_EQ(rig.sink.of<ProbeDone>()[0].reply.error().code, Errc::gone);
}

TEST(SimPathIo, ReleasedProbeCompletesAsCancelled) {
    Rig rig;
    rig.host.set_hung(0, true);
    rig.path_io.start(OpId{1}, rig.ref(rig.at(0, 0, 0)), model::Probe(kTur), seconds(2));
    rig.path_io.release(PathId{1});
    rig.run_for(seconds(60));
    ASSERT_EQ(rig.sink.of<ProbeDone>().size(), 1U);
    EXPECT_EQ(rig.sink.of<ProbeDone>()[0].reply.error().code, Errc::cancelled);
}

TEST(SimHost, NameIsUsedAgainOnlyWhenNobodyHoldsTheOldDisk) {
    Rig rig;
    const Disk disk = rig.at(0, 0, 0);
    const std::uint32_t minor = rig.make_map(0);
    rig.host.detach(disk.id);
    ASSERT_TRUE(rig.host.attach(disk.nexus));
    EXPECT_NE(rig.at(0, 0, 0).name, disk.name);
    ASSERT_TRUE(rig.kernel.remove(minor, false));
    rig.host.detach(rig.at(0, 0, 0).id);
    ASSERT_TRUE(rig.host.attach(disk.nexus));
    EXPECT_EQ(rig.at(0, 0, 0).name, disk.name);
    EXPECT_NE(rig.at(0, 0, 0).disk_seq, disk.disk_seq);
}

TEST(SimHost, RemovalIsAnnouncedAndCommandsInFlightFail) {
    Rig rig;
    const Disk disk = rig.at(1, 1, 1);
    rig.host.set_hung(1, true);
    rig.path_io.start(OpId{1}, rig.ref(disk), model::Probe(kTur), seconds(20));
    rig.run_for(seconds(1));
    rig.host.detach(disk.id);
    rig.run_for(seconds(1));
    ASSERT_EQ(rig.sink.of<DeviceGone>().size(), 1U);
    EXPECT_EQ(rig.sink.of<DeviceGone>()[0].name, disk.name);
    ASSERT_EQ(rig.sink.of<ProbeDone>().size(), 1U);
    EXPECT_EQ(scsi(rig.sink.of<ProbeDone>()[0]).host_status, kDidNoConnect);
}

TEST(SimHost, OverflowLosesEventsAndSaysSo) {
    Rig rig;
    rig.host.lose_uevents();
    rig.host.detach(rig.at(0, 0, 0).id);
    rig.run_for(seconds(1));
    EXPECT_TRUE(rig.sink.of<DeviceGone>().empty());
    EXPECT_EQ(rig.sink.of<model::event::DevicesOverflowed>().size(), 1U);
}

TEST(SimHost, EnumerationReportsEveryDeviceAndThenItsEnd) {
    Rig rig;
    rig.host.enumerate();
    rig.run_for(seconds(1));
    EXPECT_EQ(rig.sink.of<DeviceSeen>().size(), 8U);
    ASSERT_EQ(rig.sink.of<model::event::EnumerationDone>().size(), 1U);
    EXPECT_EQ(rig.sink.of<model::event::EnumerationDone>()[0].present.size(), 8U);
    EXPECT_TRUE(std::holds_alternative<model::event::EnumerationDone>(rig.sink.events.back()));
}

TEST(SimPathWatch, SaysWhenTheStateAttributeChanges) {
    Rig rig;
    const Disk& disk = rig.at(0, 1, 0);
    const std::string attribute = rig.host.device_dir(disk) + "/state";
    rig.path_watch.watch(rig.ref(disk), {attribute});
    rig.host.set_link(0, 1, Link::blocked);
    rig.run_for(seconds(1));
    ASSERT_EQ(rig.sink.of<KernelStateChanged>().size(), 1U);
    EXPECT_EQ(rig.sink.of<KernelStateChanged>()[0].value, "blocked");
    rig.run_for(seconds(10));
    ASSERT_EQ(rig.sink.of<KernelStateChanged>().size(), 2U);
    EXPECT_EQ(rig.sink.of<KernelStateChanged>()[1].value, "transport-offline");
}

TEST(SimFiles, PowerCutTearsWhatWasNotSynced) {
    Rig rig;
    rig.files.set_state(model::StateFile::wwids, "# header\n/a/\n");
    rig.files.append(OpId{1}, model::StateFile::wwids, "# header\n", "/b/\n");
    EXPECT_EQ(rig.files.state(model::StateFile::wwids), "# header\n/a/\n/b/\n");
    rig.files.power_cut();
    EXPECT_EQ(rig.files.state(model::StateFile::wwids)->rfind("# header\n/a/\n", 0), 0U);
    EXPECT_NE(rig.files.state(model::StateFile::wwids), "# header\n/a/\n/b/\n");
}

TEST(SimFiles, ReplacementThatWasNotRenamedLeavesTheOldFile) {
    Rig rig;
    rig.files.set_state(model::StateFile::bindings, "old");
    rig.files.replace(OpId{1}, model::StateFile::bindings, "new");
    rig.outbox.connect(nullptr);
    rig.run_for(seconds(1));
    EXPECT_EQ(rig.files.state(model::StateFile::bindings), "old");
}

}  // namespace
}  // namespace mp::sim
