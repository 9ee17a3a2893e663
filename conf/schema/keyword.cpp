// SPDX-License-Identifier: GPL-2.0-or-later
// Which words does the configuration language have, what may stand behind each, and where? This
// table is the only place that knows. One row per keyword: its form, its range or its words, the
// built-in default, whether it still does something, and what it means in one line. Below the table
// stand five lists, one per section: membership says that the keyword may be used there, and the
// order of the list is the order of printing, which tools that read `show config` have come to
// know.
//
// A number outside its range is moved to the nearest bound; the bounds are therefore part of what
// an installed file means and are never narrowed.
#include "conf/schema/keyword.h"

#include <algorithm>
#include <array>
#include <limits>

#include "daemon/base/assert.h"

namespace mp::conf {
namespace {

constexpr std::int64_t kIntMax = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t kUintMax = std::numeric_limits<std::uint32_t>::max();

// clang-format off
constexpr Word kYesNo[] = {{"yes", "yes"}, {"no", "no"}, {"1", "yes"}, {"0", "no"}};
constexpr Word kNoOrNumber[] = {{"no", "no"}, {"0", "no"}};
constexpr Word kOffOrNumber[] = {{"off", "off"}};
constexpr Word kGrouping[] = {
    {"failover", "failover"},       {"multibus", "multibus"},
    {"group_by_serial", "group_by_serial"}, {"group_by_prio", "group_by_prio"},
    {"group_by_node_name", "group_by_node_name"}, {"group_by_tpg", "group_by_tpg"},
    {"group_by_distance", "group_by_distance"}};
constexpr Word kFailback[] = {
    {"manual", "manual"}, {"immediate", "immediate"}, {"followover", "followover"}};
constexpr Word kMaxFds[] = {{"max", "max"}};
constexpr Word kRrWeight[] = {{"uniform", "uniform"}, {"priorities", "priorities"}};
constexpr Word kNoPathRetry[] = {{"fail", "fail"}, {"0", "fail"}, {"queue", "queue"}};
constexpr Word kFlush[] = {{"never", "never"},
                           {"always", "always"},
                           {"unused", "unused"},
                           {"yes", "always", true},
                           {"no", "unused", true},
                           {"1", "always", true},
                           {"0", "unused", true}};
constexpr Word kInfinity[] = {{"infinity", "infinity"}, {"4294967295", "infinity"}};
constexpr Word kLogCheckerErr[] = {{"always", "always"}, {"once", "once"}};
constexpr Word kFindMultipaths[] = {{"off", "off"},       {"on", "on"},       {"strict", "strict"},
                                    {"greedy", "greedy"}, {"smart", "smart"}, {"no", "off"},
                                    {"yes", "on"},        {"0", "off"},       {"1", "on"}};
constexpr Word kAutoResize[] = {
    {"never", "never"}, {"grow_only", "grow_only"}, {"grow_shrink", "grow_shrink"}};
constexpr Word kMarginal[] = {{"off", "off"}, {"on", "on"}, {"fpin", "fpin"}, {"no", "off"},
                              {"yes", "on"},  {"0", "off"}, {"1", "on"}};
constexpr Word kProbing[] = {{"every", "every"}, {"sampled", "sampled"}};
constexpr Word kVpdVendor[] = {{"hp3par", "hp3par"}};
constexpr Word kProtocols[] = {
    {"undef", "undef"},           {"ccw", "ccw"},
    {"cciss", "cciss"},           {"scsi:fcp", "scsi:fcp"},
    {"scsi:spi", "scsi:spi"},     {"scsi:ssa", "scsi:ssa"},
    {"scsi:sbp", "scsi:sbp"},     {"scsi:srp", "scsi:srp"},
    {"scsi:iscsi", "scsi:iscsi"}, {"scsi:sas", "scsi:sas"},
    {"scsi:adt", "scsi:adt"},     {"scsi:ata", "scsi:ata"},
    {"scsi:usb", "scsi:usb"},     {"scsi:unspec", "scsi:unspec"},
    {"nvme:pcie", "nvme:pcie"},   {"nvme:rdma", "nvme:rdma"},
    {"nvme:fc", "nvme:fc"},       {"nvme:tcp", "nvme:tcp"},
    {"nvme:loop", "nvme:loop"},   {"nvme:apple-nvme", "nvme:apple-nvme"},
    {"nvme:unspec", "nvme:unspec"}};
// Names of checkers and prioritizers: others are accepted with a warning.
constexpr Word kCheckers[] = {
    {"tur", "tur"}, {"directio", "directio"}, {"readsector0", "readsector0"}, {"rdac", "rdac"},
    {"emc_clariion", "emc_clariion"}, {"hp_sw", "hp_sw"}, {"cciss_tur", "cciss_tur"},
    {"none", "none"}};
constexpr Word kPrioritizers[] = {
    {"const", "const"}, {"sysfs", "sysfs"}, {"alua", "alua"}, {"ana", "ana"},
    {"datacore", "datacore"}, {"emc", "emc"}, {"hds", "hds"}, {"hp_sw", "hp_sw"}, {"iet", "iet"},
    {"numa", "numa"}, {"ontap", "ontap"}, {"path_latency", "path_latency"}, {"random", "random"},
    {"rdac", "rdac"}, {"weightedpath", "weightedpath"}};
// clang-format on

/// Optional properties of a row.
struct More {
    std::string_view fallback = {};
    bool has_fallback = false;
    std::int64_t min = 0;
    std::int64_t max = kIntMax;
    std::span<const Word> words = {};
    bool bare = false;
    Status status = Status::active;
};

constexpr Keyword row(Key key, std::string_view name, Form form, More more, std::string_view doc) {
    return {key,      name,     form,       more.fallback, more.has_fallback,
            more.min, more.max, more.words, more.bare,     more.status,
            doc};
}

constexpr Keyword flag(Key key, std::string_view name, std::string_view fallback,
                       std::string_view doc) {
    return row(key, name, Form::word, {.fallback = fallback, .has_fallback = true, .words = kYesNo},
               doc);
}

constexpr Keyword choice(Key key, std::string_view name, std::span<const Word> words,
                         std::string_view fallback, std::string_view doc) {
    return row(key, name, Form::word,
               {.fallback = fallback, .has_fallback = !fallback.empty(), .words = words}, doc);
}

constexpr Keyword amount(Key key, std::string_view name, std::string_view fallback,
                         std::int64_t min, std::int64_t max, std::string_view doc) {
    return row(key, name, Form::number,
               {.fallback = fallback, .has_fallback = !fallback.empty(), .min = min, .max = max},
               doc);
}

/// "no" or a number from 1: the marginal path family.
constexpr Keyword limit(Key key, std::string_view name, Status status, std::string_view doc) {
    return row(
        key, name, Form::number,
        {.fallback = "no", .has_fallback = true, .min = 1, .words = kNoOrNumber, .status = status},
        doc);
}

constexpr Keyword text(Key key, std::string_view name, std::string_view fallback,
                       std::string_view doc) {
    return row(key, name, Form::text, {.fallback = fallback, .has_fallback = true}, doc);
}

constexpr Keyword ignored(Key key, std::string_view name, std::string_view doc) {
    return row(key, name, Form::ignored, {.status = Status::deprecated}, doc);
}

constexpr Keyword plain(Key key, std::string_view name, Form form, std::string_view doc) {
    return row(key, name, form, {}, doc);
}

using K = Key;
// clang-format off
constexpr Keyword kKeywords[kKeyCount] = {
    amount(K::verbosity, "verbosity", "2", 0, 4, "how much is logged, 0 (errors) to 4 (all)"),
    amount(K::polling_interval, "polling_interval", "5", 1, kUintMax,
           "seconds between two checks of a path that was just found, failed or reinstated"),
    amount(K::max_polling_interval, "max_polling_interval", "20", 0, kUintMax,
           "seconds to which the interval grows for a healthy path; 0: four times the interval"),
    flag(K::reassign_maps, "reassign_maps", "no",
         "accepted and without effect: what is stacked on a path before its map is made stays there"),
    ignored(K::multipath_dir, "multipath_dir", "directory of plugins; there are none to load"),
    row(K::path_selector, "path_selector", Form::counted_second,
        {.fallback = "service-time 0", .has_fallback = true},
        "kernel algorithm that spreads I/O over the paths of a group, with its arguments; auto: "
        "numa-distance where it is there and there are several NUMA nodes, else service-time"),
    choice(K::path_grouping_policy, "path_grouping_policy", kGrouping, "failover",
           "which paths stand in one path group"),
    row(K::uid_attrs, "uid_attrs", Form::text, {},
        "udev property that identifies a disk, per kind of device name: \"sd:ID_SERIAL ...\""),
    text(K::uid_attribute, "uid_attribute", "ID_SERIAL",
         "udev property that identifies a disk; empty: ask the device itself"),
    ignored(K::getuid_callout, "getuid_callout", "program that printed an identifier; gone"),
    row(K::prio, "prio", Form::text,
        {.fallback = "const", .has_fallback = true, .words = kPrioritizers},
        "prioritizer that rates the paths"),
    text(K::prio_args, "prio_args", "", "arguments of the prioritizer"),
    row(K::features, "features", Form::counted_first, {.fallback = "0", .has_fallback = true},
        "features of the kernel's multipath target"),
    row(K::path_checker, "path_checker", Form::text,
        {.fallback = "tur", .has_fallback = true, .words = kCheckers},
        "checker that tells whether a path works"),
    row(K::checker, "checker", Form::text, {.words = kCheckers, .status = Status::alias},
        "same as path_checker"),
    row(K::alias_prefix, "alias_prefix", Form::name, {.fallback = "mpath", .has_fallback = true},
        "what user-friendly names begin with"),
    row(K::failback, "failback", Form::number,
        {.fallback = "manual", .has_fallback = true, .min = 1, .words = kFailback},
        "when I/O returns to a better path group; a number is a delay in seconds"),
    amount(K::rr_min_io, "rr_min_io", "1000", 1, kIntMax,
           "requests before the next path is chosen, bio-based maps"),
    amount(K::rr_min_io_rq, "rr_min_io_rq", "1", 1, kIntMax,
           "requests before the next path is chosen, request-based maps"),
    row(K::max_fds, "max_fds", Form::number,
        {.fallback = "max", .has_fallback = true, .words = kMaxFds},
        "limit of open files; max: what the kernel allows, 0: leave it alone"),
    choice(K::rr_weight, "rr_weight", kRrWeight, "uniform",
           "priorities: rr_min_io is multiplied by the priority of the path"),
    row(K::no_path_retry, "no_path_retry", Form::number, {.min = 1, .words = kNoPathRetry},
        "when no path is left: fail, queue, or queue for that many checks"),
    flag(K::queue_without_daemon, "queue_without_daemon", "no",
         "keep queueing while the daemon is stopped"),
    amount(K::checker_timeout, "checker_timeout", "", 0, kIntMax,
           "seconds a check may take; unset or 0: what the kernel says for the device"),
    flag(K::allow_usb_devices, "allow_usb_devices", "no", "take USB disks too"),
    ignored(K::pg_timeout, "pg_timeout", "timeout of path groups; the kernel has none"),
    choice(K::flush_on_last_del, "flush_on_last_del", kFlush, "unused",
           "when the last path of a map is deleted: stop queueing always, if unused, or never"),
    flag(K::user_friendly_names, "user_friendly_names", "no",
         "name maps mpatha, mpathb... instead of by WWID"),
    plain(K::mode, "mode", Form::mode, "access mode of the map's device node, octal"),
    plain(K::uid, "uid", Form::user, "owner of the map's device node"),
    plain(K::gid, "gid", Form::group, "group of the map's device node"),
    row(K::fast_io_fail_tmo, "fast_io_fail_tmo", Form::number,
        {.fallback = "5", .has_fallback = true, .words = kOffOrNumber, .bare = true},
        "seconds after which I/O to a lost remote port fails"),
    row(K::dev_loss_tmo, "dev_loss_tmo", Form::number,
        {.min = 1, .max = kUintMax, .words = kInfinity},
        "seconds after which a lost remote port is removed"),
    row(K::eh_deadline, "eh_deadline", Form::number, {.words = kOffOrNumber, .bare = true},
        "seconds the SCSI error handler may take before it resets the adapter"),
    row(K::max_retries, "max_retries", Form::number,
        {.max = 5, .words = kOffOrNumber, .bare = true},
        "how often the SCSI disk driver retries a command"),
    ignored(K::bindings_file, "bindings_file", "the file of names has a fixed place"),
    ignored(K::wwids_file, "wwids_file", "the file of known WWIDs has a fixed place"),
    ignored(K::prkeys_file, "prkeys_file", "the file of reservation keys has a fixed place"),
    choice(K::log_checker_err, "log_checker_err", kLogCheckerErr, "always",
           "a failure is told once; always: each failing check after it too, at verbosity 3"),
    row(K::reservation_key, "reservation_key", Form::reservation, {.bare = true},
        "persistent reservation key of the maps, or file: read it from the prkeys file"),
    flag(K::all_tg_pt, "all_tg_pt", "no", "register keys for all target ports at once"),
    flag(K::retain_attached_hw_handler, "retain_attached_hw_handler", "yes",
         "keep the hardware handler that the kernel attached"),
    flag(K::detect_prio, "detect_prio", "yes", "choose the prioritizer by asking the device"),
    flag(K::detect_checker, "detect_checker", "yes", "choose the checker by asking the device"),
    flag(K::detect_pgpolicy, "detect_pgpolicy", "yes",
         "choose the path grouping by the prioritizers of the paths"),
    flag(K::detect_pgpolicy_use_tpg, "detect_pgpolicy_use_tpg", "no",
         "let detect_pgpolicy group by target port group instead of by priority"),
    flag(K::force_sync, "force_sync", "no",
         "accepted and without effect: checks never wait for each other"),
    flag(K::strict_timing, "strict_timing", "no",
         "accepted and without effect: each check has a time of its own"),
    flag(K::deferred_remove, "deferred_remove", "no",
         "remove a map without paths when its last user closes it"),
    row(K::partition_delimiter, "partition_delimiter", Form::name, {},
        "stands before the numbers of partitions when a map gets another name; /UNSET/: the default"),
    ignored(K::config_dir, "config_dir", "the directory of further files has a fixed place"),
    limit(K::delay_watch_checks, "delay_watch_checks", Status::deprecated,
          "old form of san_path_err_forget_rate"),
    limit(K::delay_wait_checks, "delay_wait_checks", Status::deprecated,
          "old form of san_path_err_recovery_time, in checks"),
    limit(K::san_path_err_threshold, "san_path_err_threshold", Status::discouraged,
          "path errors after which a path is held back"),
    limit(K::san_path_err_forget_rate, "san_path_err_forget_rate", Status::discouraged,
          "good checks that take one path error back"),
    limit(K::san_path_err_recovery_time, "san_path_err_recovery_time", Status::discouraged,
          "seconds for which a path is held back"),
    limit(K::marginal_path_err_sample_time, "marginal_path_err_sample_time", Status::active,
          "seconds for which a suspicious path is probed"),
    limit(K::marginal_path_err_rate_threshold, "marginal_path_err_rate_threshold", Status::active,
          "failed probes per thousand that make a path marginal"),
    limit(K::marginal_path_err_recheck_gap_time, "marginal_path_err_recheck_gap_time",
          Status::active, "seconds after which a marginal path is probed again"),
    limit(K::marginal_path_double_failed_time, "marginal_path_double_failed_time", Status::active,
          "a path is suspicious when it fails twice within that many seconds"),
    choice(K::find_multipaths, "find_multipaths", kFindMultipaths, "strict",
           "for which disks a map is made"),
    amount(K::uxsock_timeout, "uxsock_timeout", "4000", 4000, kIntMax,
           "milliseconds after which a control command is answered with a timeout"),
    amount(K::retrigger_tries, "retrigger_tries", "3", 0, kIntMax,
           "how often udev is asked again for a disk without an identifier"),
    amount(K::retrigger_delay, "retrigger_delay", "10", 0, kIntMax,
           "seconds between two such questions"),
    amount(K::missing_uev_wait_timeout, "missing_uev_wait_timeout", "30", 0, kIntMax,
           "accepted and without effect: nothing waits for the creation event of a map"),
    flag(K::skip_kpartx, "skip_kpartx", "no", "do not make partition maps by udev rule"),
    flag(K::purge_disconnected, "purge_disconnected", "no",
         "delete paths whose logical unit the array no longer maps to us"),
    ignored(K::disable_changed_wwids, "disable_changed_wwids",
            "paths whose WWID changed are always taken out"),
    amount(K::remove_retries, "remove_retries", "0", 0, kIntMax,
           "how often removing a map that is in use is tried again, a second apart"),
    amount(K::max_sectors_kb, "max_sectors_kb", "", 0, kIntMax,
           "largest request in KiB set on the paths of a map; 0: leave it alone"),
    limit(K::ghost_delay, "ghost_delay", Status::active,
          "seconds to wait for an active path before a map with passive paths only is made ready"),
    choice(K::auto_resize, "auto_resize", kAutoResize, "never",
           "follow size changes of the paths: never, only to larger, or both ways"),
    amount(K::find_multipaths_timeout, "find_multipaths_timeout", "-10", -kIntMax - 1, kIntMax,
           "smart mode: seconds to wait for a second path; negative: so long for known hardware, one "
           "second for other"),
    row(K::enable_foreign, "enable_foreign", Form::regex,
        {.fallback = "NONE", .has_fallback = true}, "which other multipathing is shown beside the maps: the one of nvme, the kernel's own"),
    choice(K::marginal_pathgroups, "marginal_pathgroups", kMarginal, "off",
           "put marginal paths into groups of their own; fpin: by fabric notifications"),
    flag(K::recheck_wwid, "recheck_wwid", "no",
         "accepted and without effect: the WWID is compared with every check"),
    choice(K::path_probing, "path_probing", kProbing, "",
           "check all idle paths of a target port in full (every) or a rotating sample of them"),
    plain(K::wwid, "wwid", Form::text, "WWID of the map"),
    plain(K::vendor, "vendor", Form::regex, "regular expression for the vendor"),
    plain(K::product, "product", Form::regex, "regular expression for the product"),
    plain(K::revision, "revision", Form::regex, "regular expression for the revision"),
    plain(K::product_blacklist, "product_blacklist", Form::regex,
          "products of this vendor that are no disks to use"),
    plain(K::hardware_handler, "hardware_handler", Form::counted_first,
          "kernel module that activates paths, with its arguments"),
    choice(K::vpd_vendor, "vpd_vendor", kVpdVendor, "",
           "accepted and without effect: vendor pages are not shown"),
    choice(K::type, "type", kProtocols, "", "protocol that the section is for"),
    plain(K::alias, "alias", Form::name, "name of the map"),
};

constexpr Key kDefaultsKeys[] = {
    Key::verbosity, Key::polling_interval, Key::max_polling_interval, Key::reassign_maps,
    Key::multipath_dir, Key::path_selector, Key::path_grouping_policy, Key::uid_attrs,
    Key::uid_attribute, Key::getuid_callout, Key::prio, Key::prio_args, Key::features,
    Key::path_checker, Key::checker, Key::alias_prefix, Key::failback, Key::rr_min_io,
    Key::rr_min_io_rq, Key::max_fds, Key::rr_weight, Key::no_path_retry, Key::queue_without_daemon,
    Key::checker_timeout, Key::allow_usb_devices, Key::pg_timeout, Key::flush_on_last_del,
    Key::user_friendly_names, Key::mode, Key::uid, Key::gid, Key::fast_io_fail_tmo,
    Key::dev_loss_tmo, Key::eh_deadline, Key::max_retries, Key::bindings_file, Key::wwids_file,
    Key::prkeys_file, Key::log_checker_err, Key::reservation_key, Key::all_tg_pt,
    Key::retain_attached_hw_handler, Key::detect_prio, Key::detect_checker, Key::detect_pgpolicy,
    Key::detect_pgpolicy_use_tpg, Key::force_sync, Key::strict_timing, Key::deferred_remove,
    Key::partition_delimiter, Key::config_dir, Key::delay_watch_checks, Key::delay_wait_checks,
    Key::san_path_err_threshold, Key::san_path_err_forget_rate, Key::san_path_err_recovery_time,
    Key::marginal_path_err_sample_time, Key::marginal_path_err_rate_threshold,
    Key::marginal_path_err_recheck_gap_time, Key::marginal_path_double_failed_time,
    Key::find_multipaths, Key::uxsock_timeout, Key::retrigger_tries, Key::retrigger_delay,
    Key::missing_uev_wait_timeout, Key::skip_kpartx, Key::purge_disconnected,
    Key::disable_changed_wwids, Key::remove_retries, Key::max_sectors_kb, Key::ghost_delay,
    Key::auto_resize, Key::find_multipaths_timeout, Key::enable_foreign, Key::marginal_pathgroups,
    Key::recheck_wwid, Key::path_probing,
};
constexpr Key kDeviceKeys[] = {
    Key::vendor, Key::product, Key::revision, Key::product_blacklist, Key::path_grouping_policy,
    Key::uid_attribute, Key::getuid_callout, Key::path_selector, Key::path_checker, Key::checker,
    Key::alias_prefix, Key::features, Key::hardware_handler, Key::prio, Key::prio_args,
    Key::failback, Key::rr_weight, Key::no_path_retry, Key::rr_min_io, Key::rr_min_io_rq,
    Key::pg_timeout, Key::flush_on_last_del, Key::fast_io_fail_tmo, Key::dev_loss_tmo,
    Key::eh_deadline, Key::user_friendly_names, Key::retain_attached_hw_handler, Key::detect_prio,
    Key::detect_checker, Key::detect_pgpolicy, Key::detect_pgpolicy_use_tpg, Key::deferred_remove,
    Key::delay_watch_checks, Key::delay_wait_checks, Key::san_path_err_threshold,
    Key::san_path_err_forget_rate, Key::san_path_err_recovery_time,
    Key::marginal_path_err_sample_time, Key::marginal_path_err_rate_threshold,
    Key::marginal_path_err_recheck_gap_time, Key::marginal_path_double_failed_time,
    Key::skip_kpartx, Key::purge_disconnected, Key::max_sectors_kb, Key::ghost_delay,
    Key::all_tg_pt, Key::vpd_vendor, Key::recheck_wwid, Key::path_probing,
};
constexpr Key kOverridesKeys[] = {
    Key::path_grouping_policy, Key::uid_attribute, Key::getuid_callout, Key::path_selector,
    Key::path_checker, Key::checker, Key::alias_prefix, Key::features, Key::prio, Key::prio_args,
    Key::failback, Key::rr_weight, Key::no_path_retry, Key::rr_min_io, Key::rr_min_io_rq,
    Key::flush_on_last_del, Key::fast_io_fail_tmo, Key::dev_loss_tmo, Key::eh_deadline,
    Key::user_friendly_names, Key::retain_attached_hw_handler, Key::detect_prio,
    Key::detect_checker, Key::detect_pgpolicy, Key::detect_pgpolicy_use_tpg, Key::deferred_remove,
    Key::delay_watch_checks, Key::delay_wait_checks, Key::san_path_err_threshold,
    Key::san_path_err_forget_rate, Key::san_path_err_recovery_time,
    Key::marginal_path_err_sample_time, Key::marginal_path_err_rate_threshold,
    Key::marginal_path_err_recheck_gap_time, Key::marginal_path_double_failed_time,
    Key::skip_kpartx, Key::purge_disconnected, Key::max_sectors_kb, Key::ghost_delay,
    Key::all_tg_pt, Key::recheck_wwid, Key::path_probing,
};
constexpr Key kProtocolKeys[] = {
    Key::type, Key::fast_io_fail_tmo, Key::dev_loss_tmo, Key::eh_deadline,
};
constexpr Key kMultipathKeys[] = {
    Key::wwid, Key::alias, Key::path_grouping_policy, Key::path_selector, Key::prio, Key::prio_args,
    Key::failback, Key::rr_weight, Key::no_path_retry, Key::rr_min_io, Key::rr_min_io_rq,
    Key::pg_timeout, Key::flush_on_last_del, Key::features, Key::mode, Key::uid, Key::gid,
    Key::reservation_key, Key::user_friendly_names, Key::deferred_remove, Key::delay_watch_checks,
    Key::delay_wait_checks, Key::san_path_err_threshold, Key::san_path_err_forget_rate,
    Key::san_path_err_recovery_time, Key::marginal_path_err_sample_time,
    Key::marginal_path_err_rate_threshold, Key::marginal_path_err_recheck_gap_time,
    Key::marginal_path_double_failed_time, Key::skip_kpartx, Key::purge_disconnected,
    Key::max_sectors_kb, Key::ghost_delay,
};
// clang-format on

constexpr std::string_view kSections[] = {"defaults", "blacklist", "blacklist_exceptions",
                                          "devices",  "overrides", "multipaths"};
constexpr std::string_view kCriteria[kCriterionCount] = {"devnode", "wwid", "property", "protocol"};

constexpr bool rows_stand_at_their_key() {
    for (std::size_t i = 0; i < kKeyCount; ++i) {
        if (static_cast<std::size_t>(kKeywords[i].key) != i) {
            return false;
        }
    }
    return true;
}
static_assert(rows_stand_at_their_key(), "kKeywords must be in the order of Key");

template <std::size_t N>
constexpr std::array<std::string_view, N> names_of(const Key (&keys)[N]) {
    std::array<std::string_view, N> names{};
    for (std::size_t i = 0; i < N; ++i) {
        names[i] = kKeywords[static_cast<std::size_t>(keys[i])].name;
    }
    return names;
}

constexpr std::array kDefaultsNames = names_of(kDefaultsKeys);
constexpr std::array kDeviceNames = names_of(kDeviceKeys);
constexpr std::array kOverridesNames = names_of(kOverridesKeys);
constexpr std::array kProtocolNames = names_of(kProtocolKeys);
constexpr std::array kMultipathNames = names_of(kMultipathKeys);

}  // namespace

const Keyword& keyword(Key key) {
    return kKeywords[static_cast<std::size_t>(key)];
}

std::span<const Key> keywords_of(Scope scope) {
    switch (scope) {
        case Scope::defaults:
            return kDefaultsKeys;
        case Scope::device:
            return kDeviceKeys;
        case Scope::overrides:
            return kOverridesKeys;
        case Scope::protocol:
            return kProtocolKeys;
        case Scope::multipath:
            return kMultipathKeys;
    }
    MP_ASSERT(false);
}

std::span<const std::string_view> keyword_names(Scope scope) {
    switch (scope) {
        case Scope::defaults:
            return kDefaultsNames;
        case Scope::device:
            return kDeviceNames;
        case Scope::overrides:
            return kOverridesNames;
        case Scope::protocol:
            return kProtocolNames;
        case Scope::multipath:
            return kMultipathNames;
    }
    MP_ASSERT(false);
}

std::optional<Key> find_keyword(Scope scope, std::string_view name) {
    for (Key key : keywords_of(scope)) {
        if (keyword(key).name == name) {
            return key;
        }
    }
    return std::nullopt;
}

bool known_keyword(std::string_view name) {
    return std::ranges::find(kKeywords, name, &Keyword::name) != std::end(kKeywords);
}

std::string_view criterion_name(Criterion criterion) {
    return kCriteria[static_cast<std::size_t>(criterion)];
}

std::optional<Criterion> criterion_of(std::string_view name) {
    for (std::size_t i = 0; i < kCriterionCount; ++i) {
        if (kCriteria[i] == name) {
            return static_cast<Criterion>(i);
        }
    }
    return std::nullopt;
}

std::span<const std::string_view> section_names() {
    return kSections;
}

}  // namespace mp::conf
