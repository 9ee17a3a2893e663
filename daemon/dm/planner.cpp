// SPDX-License-Identifier: GPL-2.0-or-later
// Which steps lead from the map that is to the map that should be?
//
// Rules:
// - A new table becomes live by Load and Resume. Resume of an active map with a loaded table
// suspends,
//   swaps and resumes inside one ioctl (do_resume in Linux drivers/md/dm-ioctl.c), so a daemon
//   killed at any moment never leaves a map suspended; a step of its own for the suspension would.
// - Outstanding I/O is pushed back, not flushed: flushing fails held I/O when no path is left. Only
// a
//   map that shrinks is flushed, because pushed-back I/O could lie behind its new end.
// - What a crash can leave behind is repaired: a map without a table, a loaded table that was never
//   made live (dropped, never resumed into: nobody knows how old it is), a suspended map.
// - The table first, then queueing and the name: a refused rename must not keep a path out.
// - While suspended the kernel refuses messages and hides the queueing flag, so after a resume
//   without a new table queueing is always said again.
// - A new table forgets which paths had failed; those known to be down are failed again behind it.
#include "daemon/dm/planner.h"

#include <algorithm>

#include "daemon/base/assert.h"
#include "daemon/dm/equality.h"
#include "daemon/dm/table_codec.h"

namespace mp::dm {
namespace {

using model::DmMapState;
using model::MultipathTable;
using model::Plan;

model::UdevFlags udev_flags(const DesiredMap& desired, bool reload) {
    model::UdevFlags flags;
    flags.reload = reload;
    flags.skip_kpartx = desired.skip_kpartx;
    flags.no_path = desired.no_path;
    return flags;
}

/// The table to load: queueing as state, and the queue mode that the map was born with.
MultipathTable table_to_load(const DesiredMap& desired, const DmMapState* live) {
    MultipathTable table = desired.table;
    if (live != nullptr) {
        table.features = with_queue_mode(table.features, queue_mode(live->table));
        if (queue_mode(live->table) == "bio") {
            table.hw_handler.clear();
        }
    }
    table.features = with_queueing(table.features, desired.queueing);
    return table;
}

std::string table_difference(const DmMapState& actual, const DesiredMap& desired) {
    if (!actual.live_table) {
        return "has no table";
    }
    std::string difference = why_different(actual.table, table_to_load(desired, &actual));
    if (difference.empty() && actual.read_only != desired.read_only) {
        difference = actual.read_only ? "is read-only" : "is writable, wanted read-only";
    }
    if (difference.empty() && desired.force_reload) {
        difference = "reload was asked for";
    }
    return difference;
}

bool queueing(const DmMapState& map) {
    return has_feature(map.table, "queue_if_no_path");
}

const char* queueing_message(bool on) {
    return on ? "queue_if_no_path" : "fail_if_no_path";
}

/// The kernel believes every path of a table that has just become live.
void plan_failed_paths(const DesiredMap& desired, Plan& plan) {
    for (const model::TableGroup& group : desired.table.groups) {
        for (const model::TablePath& path : group.paths) {
            if (std::ranges::find(desired.failed_paths, path.devt) != desired.failed_paths.end()) {
                plan.steps.push_back(model::step::Message{"fail_path " + path.devt.str()});
            }
        }
    }
}

void plan_table(const DmMapState& actual, const DesiredMap& desired, Plan& plan) {
    const DmMapState* live = actual.live_table ? &actual : nullptr;
    MultipathTable table = table_to_load(desired, live);
    bool shrinks = live != nullptr && table.size_sectors < actual.table.size_sectors;
    // The reload flag lets upper layers skip their rescan; another size is a reason to rescan.
    bool unchanged = live != nullptr && table.size_sectors == actual.table.size_sectors;
    plan.steps.push_back(model::step::Load{table, desired.read_only});
    plan.steps.push_back(model::step::Resume{udev_flags(desired, unchanged), shrinks});
    plan_failed_paths(desired, plan);
}

Plan plan_create(const DesiredMap& desired) {
    Plan plan{desired.name, {}, desired.uuid};
    plan.steps.push_back(model::step::Create{desired.uuid, table_to_load(desired, nullptr),
                                             desired.owner, desired.read_only,
                                             udev_flags(desired, false)});
    plan_failed_paths(desired, plan);
    if (desired.suspended) {
        plan.steps.push_back(model::step::Suspend{});
    }
    return plan;
}

}  // namespace

Plan plan_steps(const std::optional<DmMapState>& actual, const DesiredMap& desired) {
    MP_ASSERT(!desired.name.empty() && !desired.uuid.empty());
    if (!actual) {
        return plan_create(desired);
    }
    MP_ASSERT(actual->uuid == desired.uuid);
    Plan plan{actual->name, {}, actual->uuid};
    if (actual->live_table && !actual->is_multipath) {
        return plan;
    }
    if (desired.suspended) {
        if (!actual->suspended) {
            plan.steps.push_back(model::step::Suspend{});
        }
        return plan;
    }
    if (!table_difference(*actual, desired).empty()) {
        plan_table(*actual, desired, plan);
    } else {
        if (actual->inactive_table) {
            plan.steps.push_back(model::step::Clear{});
        }
        if (actual->suspended) {
            plan.steps.push_back(model::step::Resume{udev_flags(desired, true), false});
        }
        if (actual->suspended || queueing(*actual) != desired.queueing) {
            plan.steps.push_back(model::step::Message{queueing_message(desired.queueing)});
        }
    }
    if (actual->deferred_remove) {
        plan.steps.push_back(model::step::Message{"@cancel_deferred_remove"});
    }
    if (actual->name != desired.name) {
        plan.steps.push_back(model::step::Rename{desired.name, udev_flags(desired, true)});
    }
    return plan;
}

Plan plan_remove(const DmMapState& actual, const RemoveOptions& options) {
    Plan plan{actual.name, {}, actual.uuid};
    bool messages = actual.live_table && actual.is_multipath && options.stop_queueing;
    if (messages && actual.suspended) {
        if (actual.inactive_table) {
            plan.steps.push_back(model::step::Clear{});
        }
        plan.steps.push_back(model::step::Resume{});
    }
    if (messages && (queueing(actual) || actual.suspended)) {
        plan.steps.push_back(model::step::Message{queueing_message(false)});
    }
    plan.steps.push_back(model::step::Remove{options.deferred});
    return plan;
}

std::string why_not_desired(const std::optional<DmMapState>& actual, const DesiredMap& desired) {
    if (!actual) {
        return "does not exist";
    }
    if (plan_steps(actual, desired).steps.empty()) {
        return "";
    }
    if (desired.suspended) {
        return "is not suspended";
    }
    std::string difference = table_difference(*actual, desired);
    if (!difference.empty()) {
        return difference;
    }
    if (actual->inactive_table) {
        return "has a leftover table that was not made live";
    }
    if (actual->suspended) {
        return "is suspended";
    }
    if (queueing(*actual) != desired.queueing) {
        return desired.queueing ? "does not queue without paths" : "queues without paths";
    }
    if (actual->deferred_remove) {
        return "is to be removed";
    }
    return "is named " + actual->name + ", wanted " + desired.name;
}

}  // namespace mp::dm
