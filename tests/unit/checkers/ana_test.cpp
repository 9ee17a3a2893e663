// SPDX-License-Identifier: GPL-2.0-or-later
#include "checkers/ana.h"

#include <gtest/gtest.h>

#include "daemon/scsi/nvme_ana.h"
#include "tests/unit/checkers/drive.h"

namespace mp::checkers {
namespace {

using model::PathState;
using testing::drive;
using testing::Vec;

model::BlockDevice namespace_7() {
    model::BlockDevice device;
    device.bus = model::Bus::nvme;
    device.hctl = Hctl{.host = 0, .channel = 1, .target = 1, .lun = 7};
    device.state_attribute = "/devices/virtual/nvme-fabrics/ctl/nvme0/state";
    return device;
}

const model::ProbeReply kLive = testing::text("live\n");

model::ProbeReply controller(bool reports) {
    Vec data(4096);
    data[76] = reports ? 0x0a : 0x02;
    return testing::bytes(std::move(data));
}

/// One group in that state, with one namespace.
model::ProbeReply log_of(std::uint8_t state, std::uint8_t member = 7) {
    Vec data(4096);
    data[8] = 1;
    data[16 + 4] = 1;
    data[16 + 16] = state;
    data[16 + 32] = member;
    return testing::bytes(std::move(data));
}

TEST(Ana, AnInaccessibleNamespaceIsDownAndAChangingOnePending) {
    struct Case {
        std::uint8_t code;
        PathState state;
        const char* message;
    };
    const Case cases[] = {
        {1, PathState::up, "ana checker reports path is up"},
        {2, PathState::up, "ana checker reports path is up"},
        {3, PathState::down, "ana checker reports path is down: inaccessible"},
        {4, PathState::down, "ana checker reports path is down: persistent-loss"},
        {15, PathState::pending, "ana checker reports path is transitioning: change"},
        {9, PathState::up, "ana checker reports path is up"},
    };
    for (const Case& wanted : cases) {
        testing::Conversation got =
            drive("ana", namespace_7(), {kLive, controller(true), log_of(wanted.code)});
        EXPECT_EQ(got.probes.size(), 3U);
        EXPECT_EQ(got.verdict.state, wanted.state) << int{wanted.code};
        EXPECT_EQ(got.verdict.message, wanted.message);
    }
}

TEST(Ana, AControllerThatIsNotLiveIsNotAsked) {
    testing::Conversation got = drive("ana", namespace_7(), {testing::text("connecting\n")});
    EXPECT_EQ(got.probes.size(), 1U);
    EXPECT_EQ(got.verdict.state, PathState::down);
    EXPECT_EQ(drive("ana", namespace_7(), {testing::error(Errc::gone)}).verdict.state,
              PathState::removed);
    EXPECT_EQ(drive("ana", namespace_7(), {kLive, testing::error(Errc::gone)}).verdict.state,
              PathState::removed);
}

TEST(Ana, WhatTheControllerDoesNotTellIsNotHeldAgainstThePath) {
    const std::vector<model::ProbeReply> conversations[] = {
        {kLive, controller(false)},
        {kLive, testing::error(Errc::io)},
        {kLive, testing::error(Errc::unsupported)},
        {kLive, testing::bytes(Vec(10))},
        {kLive, controller(true), testing::error(Errc::io)},
        {kLive, controller(true), log_of(3, 8)},
        {kLive, controller(true), testing::bytes({})},
        {kLive, controller(true), testing::bytes(Vec(4096, 0xff))},
    };
    for (const std::vector<model::ProbeReply>& replies : conversations) {
        EXPECT_EQ(drive("ana", namespace_7(), replies).verdict.state, PathState::up);
    }
    EXPECT_TRUE(drive("ana", {}, {testing::error(Errc::io)}).probes.empty());
}

TEST(Ana, WhetherTheControllerReportsStatesIsAskedOnce) {
    for (bool reports : {true, false}) {
        std::unique_ptr<Checker> checker = find_checker("ana")->create();
        checker->begin(namespace_7());
        checker->on_reply(kLive);
        checker->on_reply(controller(reports));
        checker->on_reply(log_of(1));
        checker->begin(namespace_7());
        NextStep next = checker->on_reply(kLive);
        if (reports) {
            EXPECT_EQ(std::get<model::Probe>(next),
                      model::Probe(scsi::ana_log(scsi::kAnaLogLength)));
        } else {
            EXPECT_EQ(std::get<Verdict>(next).state, PathState::up);
        }
    }
}

}  // namespace
}  // namespace mp::checkers
