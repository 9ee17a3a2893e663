// SPDX-License-Identifier: GPL-2.0-or-later
#include "checkers/rdac.h"

#include <gtest/gtest.h>

#include "daemon/scsi/cdb.h"
#include "tests/unit/checkers/drive.h"

namespace mp::checkers {
namespace {

using model::PathState;
using testing::drive;
using testing::Vec;

/// Page 0xC9: byte 0, access flags, groups of this and of the other controller, reason.
Vec page(std::uint8_t byte0, std::uint8_t access, std::uint8_t own, std::uint8_t other,
         std::uint8_t reason = 0) {
    Vec data(48, 0);
    data[0] = byte0;
    data[1] = 0xc9;
    data[3] = 44;
    data[4] = 'v';
    data[5] = 'a';
    data[6] = 'c';
    data[7] = '1';
    data[8] = access;
    data[10] = own;
    data[11] = reason;
    data[12] = other;
    return data;
}

TEST(Rdac, AccessDecides) {
    struct Case {
        Vec data;
        PathState state;
        const char* detail;
    };
    const std::vector<Case> cases = {
        {page(0, 0x01, 0, 0), PathState::up, ""},
        {page(0, 0x20, 0, 0), PathState::up, ""},
        {page(0, 0x00, 0, 0), PathState::ghost, ""},
        {page(0x20, 0x01, 0, 0), PathState::down, "not connected"},
        {page(0x7f, 0x01, 0, 0), PathState::down, "not connected"},
        {page(0, 0x11, 3, 0, 4), PathState::down, "loads firmware"},
        {page(0, 0x11, 3, 0, 9), PathState::down, "unavailable"},
        {page(0, 0x01, 3, 0), PathState::up, ""},
        {page(0, 0x11, 0x0f, 0), PathState::down, "starts up"},
        {page(0, 0x11, 0x0f, 0x0f), PathState::up, ""},
        {page(0, 0x10, 0x0f, 0x0f), PathState::ghost, ""},
        {Vec(12, 0), PathState::down, "too short"},
        {Vec{}, PathState::down, "too short"},
        {Vec(48, 0), PathState::wild, "another page"},
    };
    for (const Case& test : cases) {
        testing::Conversation got = drive("rdac", {}, {testing::good(test.data)});
        EXPECT_EQ(got.probes, (std::vector<model::Probe>{scsi::inquiry_vpd(0xc9, 48)}));
        EXPECT_EQ(got.verdict.state, test.state) << got.verdict.message;
        EXPECT_NE(got.verdict.message.find(test.detail), std::string::npos) << got.verdict.message;
    }
}

TEST(Rdac, CommandThatFailedIsDownAndNeverGhost) {
    EXPECT_EQ(drive("rdac", {}, {testing::error(Errc::io)}).verdict.state, PathState::down);
    EXPECT_EQ(drive("rdac", {}, {testing::host(1)}).verdict.state, PathState::down);
    EXPECT_EQ(drive("rdac", {}, {testing::sense(2, 4, 3)}).verdict.state, PathState::down);
    EXPECT_EQ(drive("rdac", {}, {testing::sense(5, 0x24, 0)}).verdict.state, PathState::wild);
    EXPECT_EQ(drive("rdac", {}, {testing::error(Errc::unsupported)}).verdict.state,
              PathState::wild);
}

TEST(Rdac, WhatMayPassIsTriedFiveTimes) {
    testing::Conversation got = drive("rdac", {}, {testing::host(2)});
    EXPECT_EQ(got.probes.size(), 5U);
    EXPECT_EQ(got.verdict.state, PathState::down);
    got = drive("rdac", {}, {testing::sense(6, 0x3f, 3), testing::good(page(0, 1, 0, 0))});
    EXPECT_EQ(got.verdict.state, PathState::up);
    EXPECT_TRUE(got.verdict.identity_suspect);
    got = drive("rdac", {}, {testing::sense(1, 0, 0), testing::error(Errc::io)});
    EXPECT_EQ(got.probes.size(), 1U) << "a recovered error is no failure";
}

}  // namespace
}  // namespace mp::checkers
