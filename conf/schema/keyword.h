// SPDX-License-Identifier: GPL-2.0-or-later
// The one table of configuration keywords: type, range, default, meaning, and the sections each may
// stand in. Parsing, range errors, defaults, printing and suggestions all read this table.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace mp::conf {

/// Every keyword that sets one value (rules of the blacklist sections are in Criterion).
// clang-format off
enum class Key : std::uint8_t {
    verbosity, polling_interval, max_polling_interval, reassign_maps, multipath_dir, path_selector,
    path_grouping_policy, uid_attrs, uid_attribute, getuid_callout, prio, prio_args, features,
    path_checker, checker, alias_prefix, failback, rr_min_io, rr_min_io_rq, max_fds, rr_weight,
    no_path_retry, queue_without_daemon, checker_timeout, allow_usb_devices, pg_timeout,
    flush_on_last_del, user_friendly_names, mode, uid, gid, fast_io_fail_tmo, dev_loss_tmo,
    eh_deadline, max_retries, bindings_file, wwids_file, prkeys_file, log_checker_err,
    reservation_key, all_tg_pt, retain_attached_hw_handler, detect_prio, detect_checker,
    detect_pgpolicy, detect_pgpolicy_use_tpg, force_sync, strict_timing, deferred_remove,
    partition_delimiter, config_dir, delay_watch_checks, delay_wait_checks, san_path_err_threshold,
    san_path_err_forget_rate, san_path_err_recovery_time, marginal_path_err_sample_time,
    marginal_path_err_rate_threshold, marginal_path_err_recheck_gap_time,
    marginal_path_double_failed_time, find_multipaths, uxsock_timeout, retrigger_tries,
    retrigger_delay, missing_uev_wait_timeout, skip_kpartx, purge_disconnected,
    disable_changed_wwids, remove_retries, max_sectors_kb, ghost_delay, auto_resize,
    find_multipaths_timeout, enable_foreign, marginal_pathgroups, recheck_wwid, path_probing, wwid, vendor,
    product, revision, product_blacklist, hardware_handler, vpd_vendor, type, alias,
};
// clang-format on
constexpr std::size_t kKeyCount = static_cast<std::size_t>(Key::alias) + 1;

/// What a value looks like.
enum class Form : std::uint8_t {
    word,            ///< one of `words`
    number,          ///< a decimal number in [min, max], or one of `words`
    text,            ///< any string
    name,            ///< a string without '/'
    counted_first,   ///< "<n> <n words>"
    counted_second,  ///< "<name> <n> <n words>"
    mode,            ///< octal, at most 0777
    user,            ///< number or user name
    group,           ///< number or group name
    reservation,     ///< [0x]hex of up to 16 digits with optional ":aptpl", or "file"
    regex,           ///< POSIX extended regular expression
    ignored,         ///< anything; accepted and without effect
};

enum class Status : std::uint8_t { active, discouraged, deprecated, alias };

/// A word that a value may be, and what it stands for.
struct Word {
    std::string_view text;
    std::string_view meaning;  ///< canonical word; equal to text for the canonical one
    bool outdated = false;     ///< accepted with a warning
};

struct Keyword {
    Key key;
    std::string_view name;
    Form form;
    std::string_view fallback;    ///< built-in default as it would be written; see has_fallback
    bool has_fallback;            ///< false: unset by default, and then not printed
    std::int64_t min;             ///< of a number; smaller ones are raised to it
    std::int64_t max;             ///< of a number; larger ones are lowered to it
    std::span<const Word> words;  ///< of a text: the usual ones, others are warned about
    bool bare;                    ///< printed without quotes even where it is a word or text
    Status status;
    std::string_view doc;  ///< one line
};

const Keyword& keyword(Key key);

enum class Scope : std::uint8_t { defaults, device, overrides, protocol, multipath };

/// The keywords of a section, in the order in which they are printed.
std::span<const Key> keywords_of(Scope scope);
/// The names of the keywords of a section, for suggestions.
std::span<const std::string_view> keyword_names(Scope scope);
/// The keyword of that name, when it may stand in that section.
std::optional<Key> find_keyword(Scope scope, std::string_view name);
/// True when the name is a keyword of any section.
bool known_keyword(std::string_view name);

/// The rules of blacklist and blacklist_exceptions, in the order in which they are printed.
enum class Criterion : std::uint8_t { devnode, wwid, property, protocol };
constexpr std::size_t kCriterionCount = 4;
std::string_view criterion_name(Criterion criterion);
std::optional<Criterion> criterion_of(std::string_view name);

/// The outermost sections, in the order in which they are printed.
std::span<const std::string_view> section_names();

}  // namespace mp::conf
