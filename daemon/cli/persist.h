// SPDX-License-Identifier: GPL-2.0-or-later
// Persistent reservations of a whole map: what one command of mpathpersist does to its paths.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "conf/policy.h"
#include "daemon/base/ids.h"
#include "daemon/cli/persist_options.h"
#include "daemon/model/probe.h"

namespace mp::cli {

/// Exit codes that scripts know.
enum class PersistCode {
    ok = 0,
    syntax = 1,
    not_ready = 2,
    medium_error = 3,
    hardware_error = 4,
    illegal_request = 5,
    unit_attention = 6,
    invalid_operation = 7,
    aborted = 8,
    no_sense = 9,
    malformed = 10,
    conflict = 11,
    file_error = 12,
    map_error = 13,
    other = 15,
};

struct PersistPath {
    std::string name;
    DevT devt;
    std::string host;    ///< its adapter: "3" of 3:0:0:1
    bool usable = true;  ///< the daemon, or the kernel, would send I/O down it
};

struct PersistMap {
    std::string alias;
    std::vector<PersistPath> paths;
    std::optional<conf::ReservationKey> key;  ///< as configured
    bool all_target_ports = false;            ///< as configured
};

/// What the work needs from outside.
struct PersistWorld {
    std::function<model::ProbeReply(const PersistPath&, const model::ScsiCommand&)> run;
    /// A request to the daemon; unset: it did not do it, or there is none.
    std::function<std::optional<std::string>(const std::string&)> ask;
};

struct PersistResult {
    PersistCode code = PersistCode::ok;
    std::string output;   ///< for standard output
    std::string problem;  ///< for standard error; empty when all is well
};

PersistResult read_reservations(const PersistOptions& options, const PersistMap& map,
                                const PersistWorld& world);
PersistResult change_reservations(const PersistOptions& options, const PersistMap& map,
                                  const PersistWorld& world);

}  // namespace mp::cli
