// SPDX-License-Identifier: GPL-2.0-or-later
#include "checkers/verdict.h"

#include <gtest/gtest.h>

#include <vector>

namespace mp::checkers {
namespace {

using model::PathState;

TEST(Verdict, EachStateHasItsSentence) {
    struct Case {
        PathState state;
        std::string message;
    };
    const std::vector<Case> cases = {
        {PathState::up, "x checker reports path is up"},
        {PathState::down, "x checker reports path is down"},
        {PathState::ghost, "x checker reports path is ghost"},
        {PathState::shaky, "x checker reports path is in an unreliable state"},
        {PathState::pending, "x checker reports path is transitioning"},
        {PathState::timeout, "x checker timed out"},
        {PathState::wild, "x checker doesn't support this device"},
        {PathState::removed, "x checker reports path is gone"},
        {PathState::disconnected, "x checker reports path is disconnected"},
        {PathState::unchecked, "x checker has no result"},
    };
    for (const Case& test : cases) {
        EXPECT_EQ(verdict_of("x", test.state).message, test.message);
        EXPECT_EQ(verdict_of("x", test.state, "why").message, test.message + ": why");
        EXPECT_EQ(verdict_of("x", test.state).state, test.state);
    }
}

TEST(Verdict, AttentionsOfOneCheckAddUp) {
    Attentions attentions;
    attentions.note({.outcome = scsi::Outcome::sense,
                     .sense = {.key = scsi::SenseKey::unit_attention, .asc = 0x2a, .ascq = 9}});
    attentions.note({.outcome = scsi::Outcome::done});
    Verdict verdict;
    attentions.put_into(verdict);
    EXPECT_TRUE(verdict.capacity_changed);
    EXPECT_TRUE(verdict.identity_suspect);
}

}  // namespace
}  // namespace mp::checkers
