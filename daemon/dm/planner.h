// SPDX-License-Identifier: GPL-2.0-or-later
// From what a map is and what it should be to the steps between. Pure; the steps are performed by
// the DeviceMapper port, and by apply_in_model for tests and simulation.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/result.h"
#include "daemon/model/step.h"
#include "daemon/model/table.h"

namespace mp::dm {

/// A map as it should be.
struct DesiredMap {
    std::string name;             ///< dm name (the alias)
    std::string uuid;             ///< "mpath-<wwid>"
    model::MultipathTable table;  ///< queue_if_no_path in its features is ignored
    bool queueing = false;        ///< hold I/O while no path is left
    model::NodeOwner owner;       ///< used at creation only
    bool read_only = false;       ///< some path is write protected
    bool skip_kpartx = false;
    bool no_path = false;            ///< no path is usable: told to udev with the next table
    bool suspended = false;          ///< held by an operator: only suspension is brought about
    bool force_reload = false;       ///< load the table even when it is the same
    std::vector<DevT> failed_paths;  ///< known to be down: a new table starts with all paths good,
                                     ///< so these are failed again at once, before I/O tries them
    auto operator<=>(const DesiredMap&) const = default;
};

/// Steps that make `actual` (unset: no such map) into `desired`; none when it already is. The two
/// must have the same uuid: planning one disk's table onto another's map is a bug and is asserted.
/// A map whose live table is not multipath gets no steps. An existing map keeps its queue mode.
model::Plan plan_steps(const std::optional<model::DmMapState>& actual, const DesiredMap& desired);

struct RemoveOptions {
    bool deferred = false;       ///< goes away when the last opener lets go
    bool stop_queueing = false;  ///< let held I/O fail first, so that its openers can let go
};
model::Plan plan_remove(const model::DmMapState& actual, const RemoveOptions& options);

/// Why plan_steps would not be empty, as words for the log; empty when the map is as desired.
std::string why_not_desired(const std::optional<model::DmMapState>& actual,
                            const DesiredMap& desired);

/// What the kernel would make of the plan, step by step. Errors: what it would refuse (a message to
/// a suspended map: busy; a step on a map that is not there: gone; a table of another queue mode, a
/// resume that would make live a leftover table: invalid).
Result<std::optional<model::DmMapState>> apply_in_model(
    const std::optional<model::DmMapState>& actual, const model::Plan& plan);

/// One line per step, for goldens and debug logs: "load 2048 multipath ...", "resume reload".
std::string render_step(const model::Step& step);
std::string render_plan(const model::Plan& plan);

}  // namespace mp::dm
