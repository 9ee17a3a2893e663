// SPDX-License-Identifier: GPL-2.0-or-later
// For which disks is a map made? `find_multipaths` weighs two faults against each other: a single
// disk locked up below a useless map, and a LUN used directly through one of its paths. off and
// greedy take every disk, strict only disks that somebody named, on also those with two paths, and
// smart waits a moment for the second path.
//
// A map that exists is kept in every mode: its I/O needs somebody who watches the paths. Creating
// and claiming are separate questions with separate answers, because udev asks about one device
// before the others are there. In a claim the first rule that applies decides; the order is a
// contract with the udev rules.
#include "daemon/engine/find_multipaths.h"

#include "daemon/base/assert.h"

namespace mp::engine {

using conf::FindMultipaths;

FindMultipaths without_wwids_file(FindMultipaths mode) {
    switch (mode) {
        case FindMultipaths::on:
        case FindMultipaths::strict:
        case FindMultipaths::smart:
            return FindMultipaths::smart;
        case FindMultipaths::off:
        case FindMultipaths::greedy:
            return FindMultipaths::greedy;
    }
    MP_ASSERT(false);
}

CreationDecision decide_map_creation(FindMultipaths mode, const CreationFacts& facts) {
    if (facts.map_exists) {
        return {Creation::create, "the map exists"};
    }
    if (facts.wwid_known) {
        return {Creation::create, "the WWID is known"};
    }
    switch (mode) {
        case FindMultipaths::off:
        case FindMultipaths::greedy:
            return {Creation::create, "every disk gets a map"};
        case FindMultipaths::strict:
            return {Creation::ignore, "the WWID is not known"};
        case FindMultipaths::on:
        case FindMultipaths::smart:
            break;
    }
    if (facts.paths >= 2) {
        return {Creation::create, "there are two paths"};
    }
    if (mode == FindMultipaths::smart && !facts.waited) {
        return {Creation::wait, "a second path may come"};
    }
    return {Creation::ignore, "there is one path only"};
}

namespace {

/// Rules that hold for every mode and need no look at what is known of the WWID.
ClaimDecision refuse_device(const ClaimFacts& facts) {
    if (!facts.udev_device) {
        return {Claim::error, "udev does not know the device"};
    }
    if (!facts.is_disk) {
        return {Claim::not_valid, "it is not a whole disk"};
    }
    if (facts.hidden) {
        return {Claim::not_valid, "it is hidden"};
    }
    if (facts.foreign) {
        return {Claim::not_valid, "another multipath subsystem owns it"};
    }
    if (facts.blacklisted) {
        return {Claim::not_valid, "it is blacklisted"};
    }
    if (!facts.has_wwid) {
        return {Claim::not_valid, "it has no WWID"};
    }
    if (facts.marked_failed) {
        return {Claim::not_valid, "its map could not be made before"};
    }
    return {Claim::valid, ""};
}

ClaimDecision decide_by_wwid(FindMultipaths mode, const ClaimFacts& facts) {
    const bool greedy = mode == FindMultipaths::greedy;
    const bool smart = mode == FindMultipaths::smart;
    if ((greedy || smart) && facts.in_use) {
        return {Claim::not_valid, "it is in use"};
    }
    if (greedy) {
        return {Claim::valid, "every disk gets a map"};
    }
    if (facts.wwid_known) {
        return {Claim::valid_no_check, "the WWID is known"};
    }
    if (facts.map_exists) {
        return {Claim::valid, "the map exists"};
    }
    if (!smart) {
        return {Claim::not_valid, "the WWID is not known"};
    }
    if (facts.second_path) {
        return {Claim::valid, "there are two paths"};
    }
    if (facts.for_udev && facts.waited) {
        return {Claim::not_valid, "no second path came in time"};
    }
    return {Claim::maybe, "a second path may come"};
}

}  // namespace

ClaimDecision decide_claim(FindMultipaths mode, const ClaimFacts& facts) {
    if (facts.bad_arguments) {
        return {Claim::error, "the arguments are wrong"};
    }
    if (facts.held_by_map) {
        return {Claim::valid_no_check, "a multipath map holds it"};
    }
    if (facts.for_udev && !facts.daemon_reachable) {
        return {Claim::not_valid, "the daemon does not answer"};
    }
    const ClaimDecision refused = refuse_device(facts);
    if (refused.claim != Claim::valid) {
        return refused;
    }
    const ClaimDecision decision = decide_by_wwid(mode, facts);
    const bool unsure = decision.claim == Claim::valid || decision.claim == Claim::maybe;
    if (facts.for_udev && facts.released_before && unsure) {
        return {Claim::not_valid, "it was released before and may be in use"};
    }
    return decision;
}

}  // namespace mp::engine
