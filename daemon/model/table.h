// SPDX-License-Identifier: GPL-2.0-or-later
// The dm-multipath table and status lines as values (Linux drivers/md/dm-mpath.c). daemon/dm holds
// the codec between these and text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/ids.h"
#include "daemon/model/states.h"

namespace mp::model {

struct TablePath {
    DevT devt;
    std::vector<std::string> args;  ///< per-path selector arguments, repeat count first
    auto operator<=>(const TablePath&) const = default;
};

struct TableGroup {
    std::string selector = "service-time";
    std::vector<std::string> selector_args;
    std::vector<TablePath> paths;
    auto operator<=>(const TableGroup&) const = default;
};

struct MultipathTable {
    std::uint64_t size_sectors = 0;
    std::vector<std::string> features;    ///< words, "queue_if_no_path" among them
    std::vector<std::string> hw_handler;  ///< words, name first; empty for none
    std::vector<TableGroup> groups;
    std::uint32_t initial_group = 0;  ///< 1-based; 0 only when there are no groups
    auto operator<=>(const MultipathTable&) const = default;
};

struct StatusPath {
    DevT devt;
    DmPathState state = DmPathState::undef;
    std::uint64_t fail_count = 0;
    std::vector<std::string> selector_status;
    auto operator<=>(const StatusPath&) const = default;
};

struct StatusGroup {
    DmGroupState state = DmGroupState::undef;
    std::vector<StatusPath> paths;
    std::vector<std::string> selector_status;
    auto operator<=>(const StatusGroup&) const = default;
};

struct MultipathStatus {
    bool queue_if_no_path = false;
    std::uint64_t queue_size = 0;
    std::uint64_t pg_init_count = 0;
    std::vector<StatusGroup> groups;
    std::uint32_t next_group = 0;  ///< 1-based; 0 none
    auto operator<=>(const MultipathStatus&) const = default;
};

/// One device-mapper device with the uuid prefix "mpath-", as it stands in the kernel.
struct DmMapState {
    std::string name;
    std::string uuid;         ///< "mpath-<wwid>"
    std::uint32_t minor = 0;  ///< of the dm major
    DevT devt;
    std::uint32_t event_nr = 0;
    std::uint32_t open_count = 0;
    bool suspended = false;
    bool read_only = false;
    bool deferred_remove = false;
    bool live_table = false;   ///< false: created but never loaded and resumed
    bool is_multipath = true;  ///< false: the live table has another target (never touched)
    MultipathTable table;      ///< of the live table; empty when !live_table
    MultipathStatus status;
    std::vector<std::string> holders;  ///< partition maps and others stacked on it, kernel names
    bool inactive_table = false;       ///< a table was loaded and not made live yet

    /// WWID from the uuid; empty when the uuid is not ours.
    Wwid wwid() const;
    auto operator<=>(const DmMapState&) const = default;
};

constexpr const char* kUuidPrefix = "mpath-";

}  // namespace mp::model
