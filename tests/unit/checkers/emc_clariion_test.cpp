// SPDX-License-Identifier: GPL-2.0-or-later
#include "checkers/emc_clariion.h"

#include <gtest/gtest.h>

#include "daemon/scsi/cdb.h"
#include "tests/unit/checkers/drive.h"

namespace mp::checkers {
namespace {

using model::PathState;
using testing::drive;
using testing::Vec;

/// A healthy page 0xC0 of unit 7, owned by the processor that we came to, with one byte changed.
Vec page(std::size_t changed = 0, std::uint8_t value = 0) {
    Vec data(128, 0);
    data[1] = 0xc0;
    data[4] = 2;
    data[10] = 7;
    data[27] = 3;
    data[28] = 6;
    data[30] = 4;
    data[changed] = value;
    return data;
}

TEST(EmcClariion, OwnedUnitIsRead) {
    testing::Conversation got = drive("emc_clariion", {}, {testing::good(page()), testing::good()});
    EXPECT_EQ(got.probes,
              (std::vector<model::Probe>{scsi::inquiry_vpd(0xc0, 128), scsi::read_10(0, 8, 512)}));
    EXPECT_EQ(got.verdict.state, PathState::up);
    got = drive("emc_clariion", {}, {testing::good(page()), testing::sense(3, 0x11, 0)});
    EXPECT_EQ(got.verdict.state, PathState::down);
    got = drive("emc_clariion", {}, {testing::good(page()), testing::sense(5, 0x25, 1)});
    EXPECT_EQ(got.verdict.state, PathState::down);
    EXPECT_NE(got.verdict.message.find("inactive snapshot"), std::string::npos);
}

TEST(EmcClariion, ReportDecidesBeforeAnythingIsRead) {
    struct Case {
        Vec data;
        PathState state;
    };
    const std::vector<Case> cases = {
        {page(4, 1), PathState::up},     {page(4, 0), PathState::down},
        {page(48, 1), PathState::shaky}, {page(27, 1), PathState::down},
        {page(28, 1), PathState::down},  {page(30, 0), PathState::down},
        {page(9, 1), PathState::down},   {page(1, 0x80), PathState::down},
        {Vec(48, 0), PathState::down},   {Vec{}, PathState::down},
    };
    for (const Case& test : cases) {
        testing::Conversation got = drive("emc_clariion", {}, {testing::good(test.data)});
        EXPECT_EQ(got.probes.size(), 1U);
        EXPECT_EQ(got.verdict.state, test.state) << got.verdict.message;
    }
    EXPECT_EQ(drive("emc_clariion", {}, {testing::sense(5, 0x24, 0)}).verdict.state,
              PathState::wild);
    EXPECT_EQ(drive("emc_clariion", {}, {testing::error(Errc::io)}).verdict.state, PathState::down);
    testing::Conversation got = drive("emc_clariion", {}, {testing::host(0x0b)});
    EXPECT_EQ(got.probes.size(), 5U);
    EXPECT_EQ(got.verdict.state, PathState::down);
}

TEST(EmcClariion, EveryTryTogetherStaysWithinTheLimit) {
    std::vector<model::ProbeReply> replies(4, testing::status(8));
    replies.push_back(testing::good(page()));
    replies.push_back(testing::sense(6, 0x29, 0));
    EXPECT_EQ(drive("emc_clariion", {}, replies).verdict.state, PathState::down);
}

Verdict check(Checker& checker, std::vector<model::ProbeReply> replies) {
    NextStep step = checker.begin({});
    for (const model::ProbeReply& reply : replies) {
        step = checker.on_reply(reply);
    }
    return std::get<Verdict>(step);
}

TEST(EmcClariion, RemembersTheUnitAndTheSnapshot) {
    std::unique_ptr<Checker> checker = find_checker("emc_clariion")->create();
    EXPECT_EQ(check(*checker, {testing::good(page(4, 1))}).state, PathState::up);
    Verdict other = check(*checker, {testing::good(page(10, 8))});
    EXPECT_EQ(other.state, PathState::down);
    EXPECT_TRUE(other.identity_suspect);

    EXPECT_EQ(check(*checker, {testing::good(page()), testing::sense(5, 0x25, 1)}).state,
              PathState::down);
    EXPECT_EQ(check(*checker, {testing::good(page(4, 1))}).state, PathState::down);
    EXPECT_EQ(check(*checker, {testing::good(page()), testing::good()}).state, PathState::up);
    EXPECT_EQ(check(*checker, {testing::good(page(4, 1))}).state, PathState::up);
}

}  // namespace
}  // namespace mp::checkers
