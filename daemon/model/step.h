// SPDX-License-Identifier: GPL-2.0-or-later
// What can be done to a map, as data. The planner returns Steps; the DeviceMapper port performs
// them in order and stops at the first that fails. Tests read plans as text (render_plan).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "daemon/base/ids.h"
#include "daemon/model/table.h"

namespace mp::model {

/// udev flags carried in the cookie of create and reload (DM_SUBSYSTEM_UDEV_FLAG0..2).
struct UdevFlags {
    bool reload = false;       ///< FLAG0: an existing map got a new table
    bool skip_kpartx = false;  ///< FLAG1
    bool no_path = false;      ///< FLAG2: no usable path in it
    auto operator<=>(const UdevFlags&) const = default;
};

/// Node ownership for create; unset leaves the default.
struct NodeOwner {
    std::optional<std::uint32_t> mode;
    std::optional<std::uint32_t> uid;
    std::optional<std::uint32_t> gid;
    auto operator<=>(const NodeOwner&) const = default;
};

namespace step {

/// Create, load and resume in one: the map exists afterwards or not at all.
struct Create {
    std::string uuid;
    MultipathTable table;
    NodeOwner owner;
    bool read_only = false;
    UdevFlags flags;
    auto operator<=>(const Create&) const = default;
};
/// Load a table into the inactive slot of the map.
struct Load {
    MultipathTable table;
    bool read_only = false;
    auto operator<=>(const Load&) const = default;
};
/// Suspend. `flush` waits for outstanding I/O (needed to shrink); otherwise noflush, lockfs
/// skipped.
struct Suspend {
    bool flush = false;
    auto operator<=>(const Suspend&) const = default;
};
/// Resume, which makes a loaded table live.
struct Resume {
    UdevFlags flags;
    bool flush = false;
    auto operator<=>(const Resume&) const = default;
};
/// Drop a loaded table that was not made live.
struct Clear {
    auto operator<=>(const Clear&) const = default;
};
struct Rename {
    std::string new_name;
    UdevFlags flags;
    auto operator<=>(const Rename&) const = default;
};
/// Remove the map's partition maps, then the map. Errors: busy when something holds it open.
struct Remove {
    bool deferred = false;
    auto operator<=>(const Remove&) const = default;
};
/// A message to the multipath target at sector 0 ("fail_path 8:16", "switch_group 2").
struct Message {
    std::string text;
    auto operator<=>(const Message&) const = default;
};

}  // namespace step

using Step = std::variant<step::Create, step::Load, step::Suspend, step::Resume, step::Clear,
                          step::Rename, step::Remove, step::Message>;

/// Steps on one map, addressed by its uuid: a map of that name with another uuid is never touched.
struct Plan {
    std::string map_name;  ///< the name as it is when the plan starts
    std::vector<Step> steps;
    std::string uuid;  ///< "mpath-<wwid>"; empty only in plans without a Create that trust the name
    auto operator<=>(const Plan&) const = default;
};

}  // namespace mp::model
