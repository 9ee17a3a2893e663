// SPDX-License-Identifier: GPL-2.0-or-later
// The contract of a path checker: a small state machine that says which question to ask a device
// and judges the answer. It does no I/O, owns no thread and knows no clock; hung commands,
// deadlines and worker lanes are solved once, by whoever performs the probes.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "daemon/model/device.h"
#include "daemon/model/probe.h"
#include "daemon/model/states.h"

namespace mp::checkers {

/// More probes than this in one check is a bug of the checker (asserted by its caller).
constexpr int kProbesPerCheckMax = 8;

/// The end of a check.
struct Verdict {
    model::PathState state = model::PathState::unchecked;
    std::string
        message;  ///< one line without newline: what was seen ("tur checker reports path is down")
    /// The device said that its identity, capacity or LUN list may have changed (unit attention
    /// 3F/03, 3F/0E, 2A/09): the caller verifies identity at once.
    bool identity_suspect = false;
    bool capacity_changed = false;
};

using NextStep = std::variant<model::Probe, Verdict>;

/// One check of one path. Created per path and kept between checks, so that a checker may remember
/// what it learnt (an inactive snapshot, a retry count).
class Checker {
public:
    virtual ~Checker() = default;
    /// Starts a check. `device` is the path's facts as known now.
    virtual NextStep begin(const model::BlockDevice& device) = 0;
    /// Continues with the reply to the probe returned last. An Error with Errc::timeout never gets
    /// here: the caller turns it into PathState::timeout itself.
    virtual NextStep on_reply(const model::ProbeReply& reply) = 0;
};

struct CheckerType {
    std::string_view name;
    std::string_view doc;  ///< one line for the man page and `show checkers`
    std::unique_ptr<Checker> (*create)();
};

/// All checkers of this build, sorted by name.
std::span<const CheckerType* const> all_checkers();
/// Null when there is none of that name.
const CheckerType* find_checker(std::string_view name);

}  // namespace mp::checkers
