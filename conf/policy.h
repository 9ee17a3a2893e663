// SPDX-License-Identifier: GPL-2.0-or-later
// The effective settings, after all merging: what the engine reads. Units and "unset" are spelled
// out here so that no decision ever parses configuration text.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/time.h"

namespace mp::conf {

enum class GroupPolicy {
    failover,
    multibus,
    group_by_serial,
    group_by_prio,
    group_by_node_name,
    group_by_tpg,
    group_by_distance
};
enum class FindMultipaths { off, on, strict, greedy, smart };
enum class FlushOnLastDel { never, always, unused };
enum class AutoResize { never, grow_only, grow_shrink };

struct Failback {
    enum class Kind { manual, immediate, followover, after } kind = Kind::manual;
    Duration delay{0};  ///< for Kind::after
    auto operator<=>(const Failback&) const = default;
};

struct NoPathRetry {
    enum class Kind { unset, fail, queue, retries } kind = Kind::unset;
    std::uint32_t retries = 0;  ///< for Kind::retries, >= 1, in polling intervals
    auto operator<=>(const NoPathRetry&) const = default;
};

/// off, 0 or seconds, for the transport timers. `unset` leaves the kernel's value alone.
struct TransportTimeout {
    enum class Kind { unset, off, value, infinity } kind = Kind::unset;
    std::uint32_t seconds = 0;
    auto operator<=>(const TransportTimeout&) const = default;
};

/// What does not depend on the device.
struct Globals {
    int verbosity = 2;
    Duration polling_interval{seconds(5)};
    Duration max_polling_interval{seconds(20)};
    FindMultipaths find_multipaths = FindMultipaths::strict;
    int find_multipaths_timeout_s = -10;
    Duration uxsock_timeout{milliseconds(4000)};
    std::map<std::string, std::string> uid_attrs;  ///< device-name prefix -> udev property
    std::optional<Duration> checker_timeout;
    bool queue_without_daemon = false;
    bool allow_usb_devices = false;
    bool log_checker_err_once = false;
    bool force_sync = false;
    bool strict_timing = false;
    bool reassign_maps = false;
    int retrigger_tries = 3;
    Duration retrigger_delay{seconds(10)};
    Duration missing_uev_wait_timeout{seconds(30)};
    int remove_retries = 0;
    AutoResize auto_resize = AutoResize::never;
    std::string partition_delimiter;
    std::string enable_foreign = "NONE";
    bool show_native_nvme = false;  ///< it matches "nvme"
    /// Unset: as many as the kernel allows; 0: do not change.
    std::optional<std::uint64_t> max_fds;
    std::optional<std::uint32_t> max_retries;  ///< unset or off: the kernel's value stays
};

/// How one path is identified, checked and rated.
struct PathPolicy {
    std::string uid_attribute = "ID_SERIAL";  ///< may be "" (use the fallback methods)
    bool uid_attribute_is_default = true;     ///< usual for the bus, or empty: fallback is allowed
    bool uid_attribute_built_in = true;  ///< false: a file names it, even if it is the usual one
    std::string checker = "tur";
    bool checker_configured = false;  ///< false: nobody named one
    bool detect_checker = true;
    std::string prio = "const";
    std::string prio_args;         ///< from the level that set prio
    std::string device_prio_args;  ///< of the hardware entries alone, for a detected prio
    bool detect_prio = true;
    Duration checker_timeout{seconds(30)};  ///< configured, else the device's, else 30 s
    std::string vpd_vendor;                 ///< "hp3par" or empty
    TransportTimeout fast_io_fail_tmo{TransportTimeout::Kind::value, 5};
    TransportTimeout dev_loss_tmo;
    TransportTimeout eh_deadline;
    bool recheck_wwid = false;
    bool sampled_probing = false;  ///< idle paths of one nexus are checked by samples
    bool purge_disconnected = false;
};

/// Path selectors that decisions are made about; any other is passed on as it is.
constexpr const char* kDefaultSelector = "service-time";
constexpr const char* kNumaSelector = "numa-distance";
constexpr const char* kAutoSelector = "auto";  ///< in the configuration, never in a policy

/// reservation_key: the key that the paths of a map are registered with.
struct ReservationKey {
    bool from_file = false;  ///< it stands in the prkeys file; the rest means nothing then
    std::uint64_t key = 0;
    bool aptpl = false;  ///< the registration outlives a loss of power
    auto operator<=>(const ReservationKey&) const = default;
};

/// How one map is built and behaves.
struct MapPolicy {
    std::string alias;  ///< from a multipath section; empty when none
    std::string alias_prefix = "mpath";
    bool user_friendly_names = false;
    GroupPolicy grouping = GroupPolicy::failover;
    bool detect_pgpolicy = true;
    bool detect_pgpolicy_use_tpg = false;
    std::string selector = kDefaultSelector;
    std::vector<std::string> selector_args;
    std::vector<std::string> features;    ///< words, without queue_if_no_path
    std::vector<std::string> hw_handler;  ///< words, empty for none configured
    bool retain_attached_hw_handler = true;
    Failback failback;
    NoPathRetry no_path_retry;
    std::uint32_t rr_min_io = 1000;
    std::uint32_t rr_min_io_rq = 1;
    bool rr_weight_priorities = false;
    FlushOnLastDel flush_on_last_del = FlushOnLastDel::unused;
    bool deferred_remove = false;
    bool skip_kpartx = false;
    std::optional<Duration> ghost_delay;
    std::optional<std::uint32_t> max_sectors_kb;
    std::optional<std::uint32_t> mode;
    std::optional<std::uint32_t> uid;
    std::optional<std::uint32_t> gid;
    std::optional<ReservationKey> reservation_key;
    bool all_tg_pt = false;  ///< one registration counts for all ports of the target
    bool marginal_pathgroups = false;
    bool marginal_by_fabric = false;  ///< notifications of the fabric alone make paths marginal
    // Marginal paths, all in the configured units; unset means off.
    std::optional<std::uint32_t> san_path_err_threshold;
    std::optional<std::uint32_t> san_path_err_forget_rate;
    std::optional<std::uint32_t> san_path_err_recovery_time_s;
    std::optional<std::uint32_t> marginal_path_err_sample_time_s;
    std::optional<std::uint32_t> marginal_path_err_rate_threshold;
    std::optional<std::uint32_t> marginal_path_err_recheck_gap_time_s;
    std::optional<std::uint32_t> marginal_path_double_failed_time_s;
    bool operator==(const MapPolicy&) const = default;
};

}  // namespace mp::conf
