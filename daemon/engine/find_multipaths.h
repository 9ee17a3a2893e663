// SPDX-License-Identifier: GPL-2.0-or-later
// For which disks is a map made, and which disks does `multipath -u` and `-c` claim? Pure choices
// from facts that others collect.
#pragma once

#include <cstddef>

#include "conf/policy.h"

namespace mp::engine {

/// `multipath -i`: on and strict become smart, off becomes greedy.
conf::FindMultipaths without_wwids_file(conf::FindMultipaths mode);

struct CreationFacts {
    std::size_t paths = 0;    ///< usable candidates with this WWID, the one in question included
    bool wwid_known = false;  ///< in the wwids file
    bool map_exists = false;  ///< device-mapper has a multipath map for the WWID
    bool waited = false;      ///< smart: find_multipaths_timeout is over
};

enum class Creation {
    create,  ///< make the map, or keep the one that exists
    wait,    ///< a second path may still come
    ignore,
};
struct CreationDecision {
    Creation creation = Creation::ignore;
    const char* reason = "";  ///< for the log; static text
};
CreationDecision decide_map_creation(conf::FindMultipaths mode, const CreationFacts& facts);

/// The numbers are what callers print and return.
enum class Claim { error = -1, not_valid = 0, valid = 1, valid_no_check = 2, maybe = 3 };

struct ClaimFacts {
    bool bad_arguments = false;
    bool held_by_map = false;      ///< a holder in sysfs is a multipath map
    bool for_udev = false;         ///< -u; false: -c
    bool daemon_reachable = true;  ///< asked for -u only
    bool udev_device = true;       ///< udev knows the device
    bool is_disk = true;           ///< DEVTYPE disk
    bool hidden = false;
    bool foreign = false;  ///< another multipath subsystem owns it
    bool blacklisted = false;
    bool has_wwid = true;
    bool marked_failed = false;    ///< a marker in failed_wwids stands
    bool in_use = false;           ///< it or a partition has holders, is mounted or is swap
    bool wwid_known = false;       ///< in the wwids file
    bool map_exists = false;       ///< device-mapper has a map with this WWID
    bool second_path = false;      ///< another path has the same WWID
    bool released_before = false;  ///< -u: udev was told "not a path" for it earlier
    bool waited = false;           ///< -u, smart: the time to wait is over
};
struct ClaimDecision {
    Claim claim = Claim::not_valid;
    const char* reason = "";  ///< static text
};
ClaimDecision decide_claim(conf::FindMultipaths mode, const ClaimFacts& facts);

}  // namespace mp::engine
