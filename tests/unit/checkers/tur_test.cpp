// SPDX-License-Identifier: GPL-2.0-or-later
#include "checkers/tur.h"

#include <gtest/gtest.h>

#include "tests/unit/checkers/drive.h"

namespace mp::checkers {
namespace {

using model::PathState;
using testing::drive;

struct Case {
    model::ProbeReply reply;
    PathState state;
    std::size_t tries;
    std::string message;
};

TEST(Tur, OneKindOfReplyGivesOneState) {
    const std::vector<Case> cases = {
        {testing::good(), PathState::up, 1, "tur checker reports path is up"},
        {testing::status(0x18), PathState::up, 1,
         "tur checker reports path is up: reservation conflict"},
        {testing::sense(1, 0x5d, 0), PathState::up, 1, "tur checker reports path is up"},
        {testing::sense(2, 4, 0x0b), PathState::ghost, 1,
         "tur checker reports path is ghost: sense 2/04/0b"},
        {testing::sense(2, 4, 0x0a), PathState::pending, 1,
         "tur checker reports path is transitioning: sense 2/04/0a"},
        {testing::sense(2, 4, 0x0c), PathState::down, 1,
         "tur checker reports path is down: sense 2/04/0c"},
        {testing::sense(2, 4, 0x03), PathState::down, 1,
         "tur checker reports path is down: sense 2/04/03"},
        {testing::sense(5, 0x25, 0), PathState::disconnected, 1,
         "tur checker reports path is disconnected: sense 5/25/00"},
        {testing::sense(5, 0x20, 0), PathState::down, 1,
         "tur checker reports path is down: sense 5/20/00"},
        {testing::sense(6, 0x29, 0), PathState::down, 5,
         "tur checker reports path is down: sense 6/29/00"},
        {testing::host(1), PathState::down, 1,
         "tur checker reports path is down: host status 0x01"},
        {testing::host(4), PathState::down, 1,
         "tur checker reports path is down: host status 0x04"},
        {testing::host(5), PathState::down, 1,
         "tur checker reports path is down: host status 0x05"},
        {testing::host(0xf), PathState::down, 1,
         "tur checker reports path is down: host status 0x0f"},
        {testing::host(3), PathState::down, 5,
         "tur checker reports path is down: host status 0x03"},
        {testing::host(7), PathState::down, 5,
         "tur checker reports path is down: host status 0x07"},
        {testing::status(8), PathState::down, 5, "tur checker reports path is down: target busy"},
        {testing::error(Errc::unsupported), PathState::wild, 1,
         "tur checker doesn't support this device: probe (unsupported)"},
        {testing::error(Errc::io), PathState::down, 1,
         "tur checker reports path is down: probe (io)"},
        {testing::error(Errc::gone), PathState::down, 1,
         "tur checker reports path is down: probe (gone)"},
        {testing::error(Errc::busy), PathState::timeout, 1, "tur checker timed out: probe (busy)"},
        {testing::error(Errc::limit), PathState::unchecked, 1,
         "tur checker has no result: probe (limit)"},
        {testing::error(Errc::cancelled), PathState::unchecked, 1,
         "tur checker has no result: probe (cancelled)"},
    };
    for (const Case& test : cases) {
        testing::Conversation got = drive("tur", {}, {test.reply});
        EXPECT_EQ(got.verdict.state, test.state) << test.message;
        EXPECT_EQ(got.verdict.message, test.message);
        EXPECT_EQ(got.probes.size(), test.tries) << test.message;
    }
}

TEST(Tur, UnitAttentionIsFollowedByAnotherTry) {
    testing::Conversation got = drive("tur", {}, {testing::sense(6, 0x29, 1), testing::good()});
    EXPECT_EQ(got.verdict.state, PathState::up);
    EXPECT_EQ(got.probes.size(), 2U);
    EXPECT_EQ(got.probes[0], got.probes[1]);
}

TEST(Tur, WhatUnitAttentionsSaidSurvivesTheGoodAnswerAfterThem) {
    testing::Conversation got = drive(
        "tur", {}, {testing::sense(6, 0x3f, 0x0e), testing::sense(6, 0x2a, 1), testing::good()});
    EXPECT_EQ(got.verdict.state, PathState::up);
    EXPECT_TRUE(got.verdict.identity_suspect);
    EXPECT_FALSE(got.verdict.capacity_changed);
    got = drive("tur", {}, {testing::sense(6, 0x2a, 9), testing::good()});
    EXPECT_TRUE(got.verdict.capacity_changed);
    got = drive("tur", {}, {testing::sense(6, 0x2a, 1), testing::good()});
    EXPECT_FALSE(got.verdict.identity_suspect);
}

TEST(Tur, NextCheckForgetsWhatTheLastOneSaw) {
    std::unique_ptr<Checker> checker = kTur.create();
    (void)checker->begin({});
    (void)checker->on_reply(testing::sense(6, 0x3f, 3));
    (void)checker->begin({});
    NextStep step = checker->on_reply(testing::good());
    EXPECT_FALSE(std::get<Verdict>(step).identity_suspect);
}

}  // namespace
}  // namespace mp::checkers
