// SPDX-License-Identifier: GPL-2.0-or-later
// For which disks a map is made, and which are claimed for one.
#include "daemon/engine/find_multipaths.h"

#include <gtest/gtest.h>

namespace mp::engine {
namespace {

using conf::FindMultipaths;

constexpr FindMultipaths kModes[] = {FindMultipaths::off, FindMultipaths::on,
                                     FindMultipaths::strict, FindMultipaths::greedy,
                                     FindMultipaths::smart};

struct CreationCase {
    FindMultipaths mode;
    CreationFacts facts;
    Creation expected;
};

TEST(MapCreation, FollowsTheTableOfModes) {
    const CreationFacts single{.paths = 1};
    const CreationFacts pair{.paths = 2};
    const CreationFacts known{.paths = 1, .wwid_known = true};
    const CreationFacts waited{.paths = 1, .waited = true};
    const CreationCase cases[] = {
        {FindMultipaths::off, single, Creation::create},
        {FindMultipaths::off, pair, Creation::create},
        {FindMultipaths::greedy, single, Creation::create},
        {FindMultipaths::on, single, Creation::ignore},
        {FindMultipaths::on, pair, Creation::create},
        {FindMultipaths::on, known, Creation::create},
        {FindMultipaths::strict, single, Creation::ignore},
        {FindMultipaths::strict, pair, Creation::ignore},
        {FindMultipaths::strict, known, Creation::create},
        {FindMultipaths::smart, single, Creation::wait},
        {FindMultipaths::smart, waited, Creation::ignore},
        {FindMultipaths::smart, pair, Creation::create},
        {FindMultipaths::smart, known, Creation::create},
    };
    for (const CreationCase& test : cases) {
        EXPECT_EQ(decide_map_creation(test.mode, test.facts).creation, test.expected)
            << "mode " << static_cast<int>(test.mode) << " paths " << test.facts.paths << " known "
            << test.facts.wwid_known;
    }
}

TEST(MapCreation, ExistingMapIsKeptInEveryMode) {
    for (FindMultipaths mode : kModes) {
        EXPECT_EQ(decide_map_creation(mode, {.paths = 1, .map_exists = true}).creation,
                  Creation::create);
    }
}

TEST(MapCreation, IgnoringTheWwidsFileMapsTheModes) {
    EXPECT_EQ(without_wwids_file(FindMultipaths::on), FindMultipaths::smart);
    EXPECT_EQ(without_wwids_file(FindMultipaths::strict), FindMultipaths::smart);
    EXPECT_EQ(without_wwids_file(FindMultipaths::smart), FindMultipaths::smart);
    EXPECT_EQ(without_wwids_file(FindMultipaths::off), FindMultipaths::greedy);
    EXPECT_EQ(without_wwids_file(FindMultipaths::greedy), FindMultipaths::greedy);
}

TEST(ClaimDecision, UnknownWwidIsDecidedByTheMode) {
    const std::pair<FindMultipaths, Claim> cases[] = {{FindMultipaths::off, Claim::not_valid},
                                                      {FindMultipaths::on, Claim::not_valid},
                                                      {FindMultipaths::strict, Claim::not_valid},
                                                      {FindMultipaths::greedy, Claim::valid},
                                                      {FindMultipaths::smart, Claim::maybe}};
    for (const auto& [mode, expected] : cases) {
        EXPECT_EQ(decide_claim(mode, {}).claim, expected) << static_cast<int>(mode);
    }
}

TEST(ClaimDecision, KnownWwidAndExistingMapAreClaimedInEveryMode) {
    for (FindMultipaths mode : kModes) {
        const Claim known = decide_claim(mode, {.wwid_known = true}).claim;
        EXPECT_EQ(known, mode == FindMultipaths::greedy ? Claim::valid : Claim::valid_no_check);
        EXPECT_EQ(decide_claim(mode, {.map_exists = true}).claim, Claim::valid);
    }
}

/// Each refusal beats everything that stands after it in the order of the rules.
TEST(ClaimDecision, FirstRuleDecides) {
    ClaimFacts facts{.for_udev = true, .wwid_known = true, .map_exists = true};
    const auto claim = [&] { return decide_claim(FindMultipaths::smart, facts).claim; };
    EXPECT_EQ(claim(), Claim::valid_no_check);
    facts.in_use = true;
    EXPECT_EQ(claim(), Claim::not_valid);
    facts.marked_failed = true;
    facts.has_wwid = false;
    facts.blacklisted = true;
    facts.hidden = true;
    facts.foreign = true;
    facts.is_disk = false;
    EXPECT_EQ(claim(), Claim::not_valid);
    facts.udev_device = false;
    EXPECT_EQ(claim(), Claim::error);
    facts.daemon_reachable = false;
    EXPECT_EQ(claim(), Claim::not_valid);
    facts.for_udev = false;
    EXPECT_EQ(claim(), Claim::error);
    facts.held_by_map = true;
    EXPECT_EQ(claim(), Claim::valid_no_check);
    facts.bad_arguments = true;
    EXPECT_EQ(claim(), Claim::error);
}

TEST(ClaimDecision, EachRefusalAloneIsEnough) {
    const ClaimFacts refusals[] = {
        {.is_disk = false, .wwid_known = true},  {.hidden = true, .wwid_known = true},
        {.foreign = true, .wwid_known = true},   {.blacklisted = true, .wwid_known = true},
        {.has_wwid = false, .wwid_known = true}, {.marked_failed = true, .wwid_known = true},
    };
    for (const ClaimFacts& facts : refusals) {
        for (FindMultipaths mode : kModes) {
            EXPECT_EQ(decide_claim(mode, facts).claim, Claim::not_valid)
                << decide_claim(mode, facts).reason;
        }
    }
}

TEST(ClaimDecision, UseOfTheDeviceCountsOnlyWhereItIsAGuess) {
    EXPECT_EQ(decide_claim(FindMultipaths::greedy, {.in_use = true}).claim, Claim::not_valid);
    EXPECT_EQ(decide_claim(FindMultipaths::smart, {.in_use = true}).claim, Claim::not_valid);
    EXPECT_EQ(decide_claim(FindMultipaths::strict, {.in_use = true, .wwid_known = true}).claim,
              Claim::valid_no_check);
}

TEST(ClaimDecision, SmartWaitsForASecondPathUntilTheTimeIsOver) {
    EXPECT_EQ(decide_claim(FindMultipaths::smart, {.for_udev = true}).claim, Claim::maybe);
    EXPECT_EQ(decide_claim(FindMultipaths::smart, {.for_udev = true, .second_path = true}).claim,
              Claim::valid);
    EXPECT_EQ(decide_claim(FindMultipaths::smart, {.for_udev = true, .waited = true}).claim,
              Claim::not_valid);
}

TEST(ClaimDecision, ReleasedDeviceIsNotTakenBackOnAGuess) {
    ClaimFacts facts{.for_udev = true, .released_before = true};
    EXPECT_EQ(decide_claim(FindMultipaths::smart, facts).claim, Claim::not_valid);
    EXPECT_EQ(decide_claim(FindMultipaths::greedy, facts).claim, Claim::not_valid);
    facts.wwid_known = true;
    EXPECT_EQ(decide_claim(FindMultipaths::smart, facts).claim, Claim::valid_no_check);
    facts = {.released_before = true};  // -c does not ask what udev was told
    EXPECT_EQ(decide_claim(FindMultipaths::greedy, facts).claim, Claim::valid);
}

}  // namespace
}  // namespace mp::engine
