// SPDX-License-Identifier: GPL-2.0-or-later
// An immutable picture of everything for readers: the `show` commands, JSON, later D-Bus. Unchanged
// maps and paths are shared between snapshots, so publishing costs what changed. Nothing in here
// refers to the engine; a reader can never delay or see half of a decision.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/ids.h"
#include "daemon/base/time.h"
#include "daemon/model/device.h"
#include "daemon/model/latency.h"
#include "daemon/model/native_map.h"
#include "daemon/model/setting.h"
#include "daemon/model/states.h"

namespace mp::conf {
class Config;
}

namespace mp::model {

struct PathView {
    PathId id;
    std::shared_ptr<const BlockDevice> device;  ///< never null
    Wwid wwid;                                  ///< empty when not known
    std::string map_alias;                      ///< empty: not in a map
    InitState init = InitState::fresh;
    PathState state = PathState::unchecked;  ///< last settled state
    bool check_pending = false;
    DmPathState dm_state = DmPathState::undef;
    std::string offline_word;     ///< %o: "running", "offline", "unknown"
    std::string checker;          ///< name, empty when none was chosen
    std::string checker_message;  ///< of the last check, one line
    std::string prioritizer;
    int priority = -1;           ///< -1 undefined
    int target_port_group = -1;  ///< ALUA id, -1 unknown
    bool marginal = false;
    std::string held_reason;      ///< why it is held back although it looks good; empty: it is not
    Instant held_until = kNever;  ///< kNever: for as long as the reason holds
    /// Of its port, host and disk: what the configuration wants the kernel to have.
    std::vector<std::shared_ptr<const std::vector<SettingView>>> settings;
    std::uint64_t failures = 0;  ///< %0
    std::string unused_reason;   ///< why it is not in a map ("blacklisted by devnode ...",
                                 ///< "find_multipaths ..."), empty when it is
    bool monitored = false;      ///< false: seen but filtered out; not listed by `show paths`
    Instant last_check{};
    Instant next_check = kNever;
    Duration check_interval{0};
    Duration last_latency{0};
    LatencyHistogram latency;    ///< of checks that were answered
    std::string latency_notice;  ///< why it stands out in its group; empty: it does not
};

/// Where path selector numa-distance sent the I/O of a group, as counted by the kernel.
struct NumaShares {
    std::uint64_t local = 0;    ///< to a nearest path
    std::uint64_t spilled = 0;  ///< farther, because the near ones were busy
    std::uint64_t remote = 0;   ///< farther, because no nearer one was usable
};

struct GroupView {
    std::string selector;            ///< "service-time 0" as in the table
    std::optional<NumaShares> numa;  ///< unset with another selector
    int priority = 0;
    DmGroupState dm_state = DmGroupState::undef;
    bool marginal = false;
    std::vector<std::shared_ptr<const PathView>> paths;
};

struct MapView {
    MapId id;
    std::string alias;
    Wwid wwid;
    std::uint32_t dm_minor = 0;
    bool exists = false;  ///< in the kernel
    std::uint64_t size_sectors = 0;
    std::string features;    ///< "0" or "1 queue_if_no_path", as in the kernel
    std::string hw_handler;  ///< "0" or "1 alua"
    bool read_only = false;
    bool suspended = false;
    std::string action;    ///< %A: reject, rename, reload, create, switchpg or empty
    std::string failback;  ///< %F as configured or counting: immediate, manual, "deferred:<n>", ...
    Instant failback_due = kNever;
    Duration failback_delay{0};           ///< for the progress bar; 0: not counting
    std::string queueing;                 ///< %Q: off, on, -, "<n> sec", "<n> chk"
    std::uint32_t active_paths = 0;       ///< %N: paths whose checker state is up or ghost
    std::uint64_t map_failures = 0;       ///< %x
    std::uint64_t path_faults = 0;        ///< %0
    std::uint64_t group_switches = 0;     ///< %1
    std::uint64_t table_loads = 0;        ///< %2
    Duration queueing_time{0};            ///< %3
    std::uint64_t queueing_timeouts = 0;  ///< %4
    std::int64_t max_sectors_kb = -1;
    std::vector<GroupView> groups;
};

/// The workers that ask devices.
struct ProbingLoad {
    std::size_t in_flight = 0;
    std::size_t stuck = 0;          ///< deadline passed, the kernel has not let go
    std::size_t workers = 0;        ///< threads
    std::uint64_t written_off = 0;  ///< given up since the start, others took their place
};

enum class DaemonState { init, startup, configure, idle, running, shutdown };

struct Snapshot {
    std::uint64_t generation = 0;
    Instant taken{};
    DaemonState daemon = DaemonState::init;
    bool reconfigure_pending = false;
    std::uint64_t checks = 0;        ///< ended, since the start
    std::uint64_t light_checks = 0;  ///< of these: of the identity alone (path_probing sampled)
    ProbingLoad probing;
    bool busy = false;  ///< device events or map work are outstanding
    std::vector<std::shared_ptr<const MapView>> maps;  ///< in order of first appearance
    std::vector<std::shared_ptr<const PathView>>
        paths;  ///< all known paths, filtered ones included
    /// Names of the block devices that can never be paths; null: not known yet.
    std::shared_ptr<const std::vector<std::string>> other_devices;
    /// Disks that the kernel multipaths by itself; null: there are none.
    std::shared_ptr<const std::vector<NativeMap>> native_maps;
    std::shared_ptr<const conf::Config> config;
};

}  // namespace mp::model
