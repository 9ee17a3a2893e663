// SPDX-License-Identifier: GPL-2.0-or-later
// Which settings are in force for this path, for this map? Most values come from the first level
// that has them: multipath > protocol > overrides > device > defaults > built in. The exceptions:
//
//   - hardware_handler: device entries only; what nobody sets is left to the kernel.
//   - uid_attribute: an entry of uid_attrs for the kind of device name comes before all levels.
//   - prio: the arguments come from the level that names the prioritizer, so that arguments never
//     meet a prioritizer that they were not written for.
//   - features and no_path_retry: "queue_if_no_path" among the features is an old way to say
//     `no_path_retry queue`; it counts only where no_path_retry is not set at all.
//   - san_path_err_*: ignored where the marginal_path_* values are complete; delay_*_checks, older
//     still, are ignored where san_path_err_* are used.
#include "conf/merge/resolve.h"

#include <algorithm>
#include <string_view>

#include "conf/hardware/pattern.h"
#include "conf/merge/levels.h"
#include "daemon/base/assert.h"
#include "daemon/base/strings.h"

namespace mp::conf {
namespace {

constexpr std::int64_t kCheckerTimeoutDefaultS = 30;

template <class Enum>
struct Choice {
    std::string_view word;
    Enum value;
};

template <class Enum, std::size_t N>
Enum choose(const Setting* setting, const Choice<Enum> (&choices)[N]) {
    if (setting != nullptr) {
        for (const Choice<Enum>& choice : choices) {
            if (choice.word == setting->value.text) {
                return choice.value;
            }
        }
    }
    return choices[0].value;
}

constexpr Choice<GroupPolicy> kGroupings[] = {
    {"failover", GroupPolicy::failover},
    {"multibus", GroupPolicy::multibus},
    {"group_by_serial", GroupPolicy::group_by_serial},
    {"group_by_prio", GroupPolicy::group_by_prio},
    {"group_by_node_name", GroupPolicy::group_by_node_name},
    {"group_by_tpg", GroupPolicy::group_by_tpg},
    {"group_by_distance", GroupPolicy::group_by_distance}};
constexpr Choice<FindMultipaths> kFindModes[] = {{"strict", FindMultipaths::strict},
                                                 {"off", FindMultipaths::off},
                                                 {"on", FindMultipaths::on},
                                                 {"greedy", FindMultipaths::greedy},
                                                 {"smart", FindMultipaths::smart}};
constexpr Choice<FlushOnLastDel> kFlushModes[] = {{"unused", FlushOnLastDel::unused},
                                                  {"always", FlushOnLastDel::always},
                                                  {"never", FlushOnLastDel::never}};
constexpr Choice<AutoResize> kResizeModes[] = {{"never", AutoResize::never},
                                               {"grow_only", AutoResize::grow_only},
                                               {"grow_shrink", AutoResize::grow_shrink}};

Failback failback_of(const Setting* setting) {
    if (const std::optional<std::uint32_t> delay = number_of(setting)) {
        return {Failback::Kind::after, seconds(*delay)};
    }
    constexpr Choice<Failback::Kind> kKinds[] = {{"manual", Failback::Kind::manual},
                                                 {"immediate", Failback::Kind::immediate},
                                                 {"followover", Failback::Kind::followover}};
    return {choose(setting, kKinds), Duration{0}};
}

NoPathRetry retry_of(const Setting* setting) {
    if (setting == nullptr) {
        return {};
    }
    if (const std::optional<std::uint32_t> retries = number_of(setting)) {
        return {NoPathRetry::Kind::retries, *retries};
    }
    const bool queue = is_word(setting, "queue");
    return {queue ? NoPathRetry::Kind::queue : NoPathRetry::Kind::fail, 0};
}

TransportTimeout transport_of(const Setting* setting) {
    if (setting == nullptr) {
        return {};
    }
    if (const std::optional<std::uint32_t> value = number_of(setting)) {
        return {TransportTimeout::Kind::value, *value};
    }
    const bool infinity = is_word(setting, "infinity");
    return {infinity ? TransportTimeout::Kind::infinity : TransportTimeout::Kind::off, 0};
}

std::vector<std::string> words_after(std::string_view text, std::size_t skip) {
    std::vector<std::string> out;
    const std::vector<std::string_view> words = split_words(text);
    for (std::size_t i = skip; i < words.size(); ++i) {
        out.emplace_back(words[i]);
    }
    return out;
}

std::map<std::string, std::string> uid_attrs_of(const Setting* setting) {
    std::map<std::string, std::string> attrs;
    if (setting == nullptr) {
        return attrs;
    }
    for (std::string_view pair : split_words(setting->value.text)) {
        const std::size_t colon = pair.find(':');
        if (colon != std::string_view::npos && colon > 0 && colon + 1 < pair.size()) {
            attrs.emplace(pair.substr(0, colon), pair.substr(colon + 1));
        }
    }
    return attrs;
}

bool usual_attribute(const std::string& attribute, model::Bus bus) {
    switch (bus) {
        case model::Bus::nvme:
            return attribute == "ID_WWN";
        case model::Bus::ccw:
            return attribute == "ID_UID";
        case model::Bus::scsi:
            return attribute == "ID_SERIAL";
        case model::Bus::cciss:
        case model::Bus::unknown:
        case model::Bus::other:
            return attribute == "ID_SERIAL" || attribute == "ID_WWN" || attribute == "ID_UID";
    }
    MP_ASSERT(false);
}

void resolve_uid_attribute(const Levels& levels, const Globals& globals,
                           const model::BlockDevice& device, PathPolicy& policy) {
    const Setting* setting = levels.find(Key::uid_attribute);
    policy.uid_attribute = setting->value.text;
    policy.uid_attribute_built_in = setting->origin.built_in();
    for (const auto& [prefix, attribute] : globals.uid_attrs) {
        if (starts_with(device.name, prefix)) {
            policy.uid_attribute = attribute;
            policy.uid_attribute_built_in = false;
        }
    }
    policy.uid_attribute_is_default =
        policy.uid_attribute.empty() || usual_attribute(policy.uid_attribute, device.bus);
}

void resolve_prio(const Levels& levels, PathPolicy& policy) {
    for (Level level : {Level::multipath, Level::overrides, Level::device, Level::defaults}) {
        const Setting* prio = levels.at(level, Key::prio);
        if (prio != nullptr) {
            const Setting* args = levels.at(level, Key::prio_args);
            policy.prio = prio->value.text;
            policy.prio_args = args == nullptr ? std::string() : args->value.text;
            break;
        }
    }
    const Setting* args = levels.at(Level::device, Key::prio_args);
    policy.device_prio_args = args == nullptr ? std::string() : args->value.text;
}

void resolve_features(const Levels& levels, MapPolicy& policy) {
    policy.features = words_after(levels.text(Key::features), 1);
    const std::size_t queueing = std::erase(policy.features, "queue_if_no_path");
    std::erase(policy.features, "retain_attached_hw_handler");  // a setting of its own
    policy.no_path_retry = retry_of(levels.find(Key::no_path_retry));
    if (queueing > 0 && policy.no_path_retry.kind == NoPathRetry::Kind::unset) {
        policy.no_path_retry.kind = NoPathRetry::Kind::queue;
    }
}

void resolve_marginal(const Levels& levels, const Globals& globals, MapPolicy& policy) {
    policy.marginal_path_err_sample_time_s = levels.number(Key::marginal_path_err_sample_time);
    policy.marginal_path_err_rate_threshold = levels.number(Key::marginal_path_err_rate_threshold);
    policy.marginal_path_err_recheck_gap_time_s =
        levels.number(Key::marginal_path_err_recheck_gap_time);
    policy.marginal_path_double_failed_time_s =
        levels.number(Key::marginal_path_double_failed_time);
    if (policy.marginal_path_err_sample_time_s && policy.marginal_path_err_rate_threshold &&
        policy.marginal_path_err_recheck_gap_time_s && policy.marginal_path_double_failed_time_s) {
        return;
    }
    policy.san_path_err_threshold = levels.number(Key::san_path_err_threshold);
    policy.san_path_err_forget_rate = levels.number(Key::san_path_err_forget_rate);
    policy.san_path_err_recovery_time_s = levels.number(Key::san_path_err_recovery_time);
    if (policy.san_path_err_threshold && policy.san_path_err_forget_rate &&
        policy.san_path_err_recovery_time_s) {
        return;
    }
    const std::optional<std::uint32_t> watch = levels.number(Key::delay_watch_checks);
    const std::optional<std::uint32_t> wait = levels.number(Key::delay_wait_checks);
    if (!watch && !wait) {
        return;
    }
    policy.san_path_err_threshold = 1;
    if (watch) {
        policy.san_path_err_forget_rate = *watch;
    }
    if (wait) {
        const std::int64_t interval_s =
            std::chrono::duration_cast<seconds>(globals.max_polling_interval).count();
        const std::int64_t recovery_s = std::min<std::int64_t>(
            *wait * interval_s, keyword(Key::san_path_err_recovery_time).max);
        policy.san_path_err_recovery_time_s = static_cast<std::uint32_t>(recovery_s);
    }
}

std::optional<std::uint32_t> nonzero(std::optional<std::uint32_t> number) {
    return number && *number == 0 ? std::nullopt : number;
}

/// What the kernel does not have cannot be in a table: it would refuse the whole of it.
void resolve_selector(const Model& model, const std::string& text, MapPolicy& policy) {
    policy.selector = std::string(split_words(text).front());
    policy.selector_args = words_after(text, 2);
    if (policy.selector == kAutoSelector) {
        const bool pays = model.numa_selector && model.numa_nodes > 1;
        policy.selector = pays ? kNumaSelector : kDefaultSelector;
    } else if (policy.selector == kNumaSelector && !model.numa_selector) {
        policy.selector = kDefaultSelector;
        policy.selector_args.clear();
    }
}

std::optional<ReservationKey> reservation_of(const Setting* setting) {
    constexpr std::string_view kAptpl = ":aptpl";
    if (setting == nullptr || setting->value.text.empty()) {
        return std::nullopt;
    }
    std::string_view text = setting->value.text;
    if (text == "file") {
        return ReservationKey{.from_file = true};
    }
    ReservationKey out;
    out.aptpl = ends_with(text, kAptpl);
    text.remove_suffix(out.aptpl ? kAptpl.size() : 0);
    const Result<std::uint64_t> key = parse_hex(text);
    MP_ASSERT(key.has_value());  // the schema has read it
    out.key = *key;
    return out;
}

}  // namespace

Globals resolve_globals(const Settings& defaults) {
    const auto number = [&](Key key) { return number_of(defaults.find(key)).value_or(0); };
    const auto flag = [&](Key key) { return is_word(defaults.find(key), "yes"); };
    const auto text = [&](Key key) {
        const Setting* setting = defaults.find(key);
        return setting == nullptr ? std::string() : setting->value.text;
    };
    Globals globals;
    globals.verbosity = static_cast<int>(number(Key::verbosity));
    globals.polling_interval = seconds(number(Key::polling_interval));
    globals.max_polling_interval = seconds(number(Key::max_polling_interval));
    globals.find_multipaths = choose(defaults.find(Key::find_multipaths), kFindModes);
    globals.find_multipaths_timeout_s =
        static_cast<int>(defaults.find(Key::find_multipaths_timeout)->value.number);
    globals.uxsock_timeout = milliseconds(number(Key::uxsock_timeout));
    globals.uid_attrs = uid_attrs_of(defaults.find(Key::uid_attrs));
    if (number(Key::checker_timeout) > 0) {
        globals.checker_timeout = seconds(number(Key::checker_timeout));
    }
    globals.queue_without_daemon = flag(Key::queue_without_daemon);
    globals.allow_usb_devices = flag(Key::allow_usb_devices);
    globals.log_checker_err_once = is_word(defaults.find(Key::log_checker_err), "once");
    globals.force_sync = flag(Key::force_sync);
    globals.strict_timing = flag(Key::strict_timing);
    globals.reassign_maps = flag(Key::reassign_maps);
    globals.retrigger_tries = static_cast<int>(number(Key::retrigger_tries));
    globals.retrigger_delay = seconds(number(Key::retrigger_delay));
    globals.missing_uev_wait_timeout = seconds(number(Key::missing_uev_wait_timeout));
    globals.remove_retries = static_cast<int>(number(Key::remove_retries));
    globals.auto_resize = choose(defaults.find(Key::auto_resize), kResizeModes);
    globals.partition_delimiter = text(Key::partition_delimiter);
    globals.enable_foreign = text(Key::enable_foreign);
    Result<Pattern> foreign = Pattern::compile(globals.enable_foreign);
    globals.show_native_nvme = foreign && foreign->matches("nvme");
    if (const std::optional<std::uint32_t> max_fds = number_of(defaults.find(Key::max_fds))) {
        globals.max_fds = *max_fds;
    }
    globals.max_retries = number_of(defaults.find(Key::max_retries));
    return globals;
}

PathPolicy resolve_path(const Model& model, const Globals& globals, const Matches& matches,
                        const Settings* map, const model::BlockDevice& device) {
    const std::string protocol_name(model::protocol_text(device.protocol));
    const auto protocol = std::ranges::find_if(model.protocols, [&](const Settings& settings) {
        return settings.find(Key::type)->value.text == protocol_name;
    });
    const Levels levels(model, matches, map,
                        protocol == model.protocols.end() ? nullptr : &*protocol);
    PathPolicy policy;
    resolve_uid_attribute(levels, globals, device, policy);
    resolve_prio(levels, policy);
    const Setting* checker = levels.find(Key::path_checker);
    policy.checker = checker->value.text;
    policy.checker_configured =
        checker != model.defaults.find(Key::path_checker) || !checker->origin.built_in();
    policy.detect_checker = levels.flag(Key::detect_checker);
    policy.detect_prio = levels.flag(Key::detect_prio);
    const std::int64_t device_timeout_s =
        device.scsi_timeout_s > 0 ? device.scsi_timeout_s : kCheckerTimeoutDefaultS;
    policy.checker_timeout = globals.checker_timeout.value_or(seconds(device_timeout_s));
    policy.vpd_vendor = levels.text(Key::vpd_vendor);
    policy.fast_io_fail_tmo = transport_of(levels.find(Key::fast_io_fail_tmo));
    policy.dev_loss_tmo = transport_of(levels.find(Key::dev_loss_tmo));
    policy.eh_deadline = transport_of(levels.find(Key::eh_deadline));
    policy.recheck_wwid = levels.flag(Key::recheck_wwid);
    policy.sampled_probing = is_word(levels.find(Key::path_probing), "sampled");
    policy.purge_disconnected = levels.flag(Key::purge_disconnected);
    return policy;
}

MapPolicy resolve_map(const Model& model, const Globals& globals, const Matches& matches,
                      const Settings* map) {
    const Levels levels(model, matches, map, nullptr);
    MapPolicy policy;
    policy.alias = levels.text(Key::alias);
    policy.alias_prefix = levels.text(Key::alias_prefix);
    policy.user_friendly_names = levels.flag(Key::user_friendly_names);
    policy.grouping = choose(levels.find(Key::path_grouping_policy), kGroupings);
    policy.detect_pgpolicy = levels.flag(Key::detect_pgpolicy);
    policy.detect_pgpolicy_use_tpg = levels.flag(Key::detect_pgpolicy_use_tpg);
    resolve_selector(model, levels.text(Key::path_selector), policy);
    resolve_features(levels, policy);
    const Setting* handler = levels.at(Level::device, Key::hardware_handler);
    policy.hw_handler =
        handler == nullptr ? std::vector<std::string>() : words_after(handler->value.text, 1);
    policy.retain_attached_hw_handler = levels.flag(Key::retain_attached_hw_handler);
    policy.failback = failback_of(levels.find(Key::failback));
    policy.rr_min_io = levels.number(Key::rr_min_io).value_or(0);
    policy.rr_min_io_rq = levels.number(Key::rr_min_io_rq).value_or(0);
    policy.rr_weight_priorities = is_word(levels.find(Key::rr_weight), "priorities");
    policy.flush_on_last_del = choose(levels.find(Key::flush_on_last_del), kFlushModes);
    policy.deferred_remove = levels.flag(Key::deferred_remove);
    policy.skip_kpartx = levels.flag(Key::skip_kpartx);
    if (const std::optional<std::uint32_t> delay = levels.number(Key::ghost_delay)) {
        policy.ghost_delay = seconds(*delay);
    }
    policy.max_sectors_kb = nonzero(levels.number(Key::max_sectors_kb));
    policy.reservation_key = reservation_of(levels.find(Key::reservation_key));
    policy.all_tg_pt = levels.flag(Key::all_tg_pt);
    policy.mode = levels.number(Key::mode);
    policy.uid = levels.number(Key::uid);
    policy.gid = levels.number(Key::gid);
    policy.marginal_pathgroups = !is_word(model.defaults.find(Key::marginal_pathgroups), "off");
    policy.marginal_by_fabric = is_word(model.defaults.find(Key::marginal_pathgroups), "fpin");
    resolve_marginal(levels, globals, policy);
    return policy;
}

}  // namespace mp::conf
