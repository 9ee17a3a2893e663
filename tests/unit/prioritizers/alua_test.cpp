// SPDX-License-Identifier: GPL-2.0-or-later
#include "prioritizers/alua.h"

#include <gtest/gtest.h>

#include "daemon/scsi/cdb.h"
#include "tests/unit/prioritizers/drive.h"

namespace mp::prioritizers {
namespace {

using testing::drive;
using testing::Vec;

model::BlockDevice disk(std::optional<int> tpgs) {
    model::BlockDevice device;
    device.bus = model::Bus::scsi;
    device.tpgs = tpgs;
    return device;
}

Vec page83(std::uint8_t group) {
    return {0, 0x83, 0, 8, 0x51, 0x95, 0, 4, 0, 0, 0, group};
}

// One group per (id, byte 0).
Vec report(std::vector<std::pair<std::uint8_t, std::uint8_t>> groups) {
    Vec out = {0, 0, 0, static_cast<std::uint8_t>(groups.size() * 8)};
    for (const std::pair<std::uint8_t, std::uint8_t>& group : groups) {
        out.insert(out.end(), {group.second, 0x8f, 0, group.first, 0, 0, 0, 0});
    }
    return out;
}

const model::Probe kAskGroup = scsi::inquiry_vpd(0x83);
const model::Probe kAskPlain = scsi::report_target_port_groups(scsi::RtpgHeader::length_only, 1024);
const model::Probe kAskExtended = scsi::report_target_port_groups(scsi::RtpgHeader::extended, 1024);

TEST(Alua, AsksForTheGroupThenForItsState) {
    testing::Conversation got =
        drive("alua", "", disk(1),
              {testing::good(page83(2)), testing::good(report({{1, 0x00}, {2, 0x81}}))});
    EXPECT_EQ(got.probes, (std::vector<model::Probe>{kAskGroup, kAskPlain}));
    EXPECT_EQ(got.priority.value, 90);
    EXPECT_EQ(got.priority.target_port_group, 2);
    EXPECT_EQ(got.priority.message, "");
}

TEST(Alua, AsksForSupportWhenSysfsDoesNotSay) {
    testing::Conversation got = drive("alua", "", disk(std::nullopt),
                                      {testing::good(Vec{0, 0, 6, 2, 31, 0x10, 0, 0}),
                                       testing::good(page83(1)), testing::good(report({{1, 0}}))});
    EXPECT_EQ(got.probes.size(), 3U);
    EXPECT_EQ(got.priority.value, 50);
    got = drive("alua", "", disk(std::nullopt), {testing::good(Vec{0, 0, 6, 2, 31, 0, 0, 0})});
    EXPECT_EQ(got.priority.value, kUndefinedPriority);
    EXPECT_EQ(got.priority.message, "alua prioritizer: device has no target port groups");
}

TEST(Alua, DeviceWithoutGroupsIsNotAsked) {
    testing::Conversation got = drive("alua", "", disk(0), {testing::error(Errc::io)});
    EXPECT_TRUE(got.probes.empty());
    EXPECT_EQ(got.priority.value, kUndefinedPriority);
}

TEST(Alua, APortThatMovedIsSeenAlthoughTheKernelKeepsTheOldPage) {
    model::BlockDevice device = disk(1);
    device.vpd_pg83 = page83(1);
    testing::Conversation got = drive(
        "alua", "", device, {testing::good(page83(2)), testing::good(report({{1, 0}, {2, 1}}))});
    EXPECT_EQ(got.priority.value, 10);
    EXPECT_EQ(got.priority.target_port_group, 2);
}

TEST(Alua, APageThatWasJustReadIsNotAskedForAgainButOnlyThatOnce) {
    std::unique_ptr<Prioritizer> alua = *find_prioritizer("alua")->create("");
    alua->hear_page83(page83(2));
    EXPECT_EQ(std::get<model::Probe>(alua->begin(disk(1))), kAskPlain);
    Priority got = std::get<Priority>(alua->on_reply(testing::good(report({{1, 0}, {2, 1}}))));
    EXPECT_EQ(got.value, 10);
    EXPECT_EQ(std::get<model::Probe>(alua->begin(disk(1))), kAskGroup);
    alua->hear_page83({});
    EXPECT_EQ(std::get<model::Probe>(alua->begin(disk(1))), kAskGroup);
}

TEST(Alua, KernelsPageServesWhenTheDeviceGivesNone) {
    model::BlockDevice device = disk(1);
    device.vpd_pg83 = page83(1);
    testing::Conversation got = drive(
        "alua", "", device, {testing::sense(5, 0x24, 0), testing::good(report({{1, 0}, {2, 1}}))});
    EXPECT_EQ(got.priority.value, 50);
    got = drive("alua", "", disk(1), {testing::sense(5, 0x24, 0)});
    EXPECT_EQ(got.priority.message, "alua prioritizer: sense 5/24/00");
}

TEST(Alua, RefusedPlainHeaderIsFollowedByTheExtendedOne) {
    Vec extended = {0, 0, 0, 12, 0x10, 5, 0, 0, 0x02, 0x8f, 0, 1, 0, 0, 0, 0};
    testing::Conversation got =
        drive("alua", "", disk(3),
              {testing::good(page83(1)), testing::sense(5, 0x24, 0), testing::good(extended)});
    EXPECT_EQ(got.probes, (std::vector<model::Probe>{kAskGroup, kAskPlain, kAskExtended}));
    EXPECT_EQ(got.priority.value, 1);
    got = drive("alua", "", disk(3), {testing::good(page83(1)), testing::sense(5, 0x24, 0)});
    EXPECT_EQ(got.probes.size(), 3U);
    EXPECT_EQ(got.priority.message, "alua prioritizer: sense 5/24/00");
    EXPECT_EQ(got.priority.target_port_group, 1);
}

TEST(Alua, ThreeTriesPerQuestion) {
    testing::Conversation got = drive(
        "alua", "", disk(1),
        {testing::sense(6, 0x29, 0), testing::sense(6, 0x3f, 3), testing::good(page83(1)),
         testing::sense(2, 4, 0x0a), testing::sense(6, 0x2a, 6), testing::good(report({{1, 0}}))});
    EXPECT_EQ(got.priority.value, 50);
    EXPECT_EQ(got.probes.size(), 6U);
    got = drive("alua", "", disk(1), {testing::good(page83(1)), testing::sense(2, 4, 0x0a)});
    EXPECT_EQ(got.probes.size(), 4U);
    EXPECT_EQ(got.priority.message, "alua prioritizer: sense 2/04/0a");
}

TEST(Alua, AnswerThatDidNotFitIsAskedForAtItsFullLength) {
    Vec first(1024, 0);
    first[2] = 0x10;  // 4096 bytes of groups
    Vec whole(4100, 0);
    whole[2] = 0x10;
    for (std::size_t at = 4; at < whole.size(); at += 8) {
        whole[at + 1] = 0x8f;
    }
    whole[4092 + 3] = 9;
    testing::Conversation got =
        drive("alua", "", disk(1),
              {testing::good(page83(9)), testing::good(first), testing::good(whole)});
    ASSERT_EQ(got.probes.size(), 3U);
    EXPECT_EQ(got.probes[2],
              model::Probe(scsi::report_target_port_groups(scsi::RtpgHeader::length_only, 4100)));
    EXPECT_EQ(got.priority.value, 50);
}

TEST(Alua, ADeviceThatAlwaysPromisesMoreIsNotAskedForEver) {
    Vec bytes(1024, 0);
    bytes[0] = 0xff;
    testing::Conversation got =
        drive("alua", "", disk(1), {testing::good(page83(9)), testing::good(bytes)});
    EXPECT_EQ(got.probes.size(), 3U);
    EXPECT_EQ(got.priority.value, kUndefinedPriority);
}

TEST(Alua, LongIdentificationPageIsAskedForAtItsFullLength) {
    Vec cut(252, 0);
    cut[1] = 0x83;
    cut[2] = 1;
    cut[3] = 4;  // 264 bytes in all
    cut[7] = 244;
    testing::Conversation got = drive("alua", "", disk(1), {testing::good(cut)});
    ASSERT_EQ(got.probes.size(), 2U);
    EXPECT_EQ(got.probes[1], model::Probe(scsi::inquiry_vpd(0x83, 264)));
    EXPECT_EQ(got.priority.message, "alua prioritizer: page 0x83 names no target port group");
}

TEST(Alua, GroupMissingFromTheReportIsUndefined) {
    testing::Conversation got =
        drive("alua", "", disk(1), {testing::good(page83(3)), testing::good(report({{1, 0}}))});
    EXPECT_EQ(got.priority.value, kUndefinedPriority);
    EXPECT_EQ(got.priority.message, "alua prioritizer: target port group 3 is not in the report");
}

}  // namespace
}  // namespace mp::prioritizers
