// SPDX-License-Identifier: GPL-2.0-or-later
// What holds when no configuration file says otherwise? The defaults of the keyword table, the
// table of arrays, and three kinds of blacklist rules: only disks of known kinds are looked at (by
// name), only devices that udev could identify (by the presence of an identifying property), and
// not the management units of some arrays (by vendor and product).
//
// The built-in rules follow the configured ones, as `show config` has always listed them. The order
// has no influence on the verdict.
#include "conf/merge/built_in.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "conf/hardware/arrays.h"
#include "daemon/base/assert.h"
#include "daemon/base/strings.h"

namespace mp::conf {
namespace {

constexpr std::int64_t kPollingInterval = 5;
constexpr std::int64_t kMaxIntervalFactor = 4;

void set_built_in(Settings& settings, Key key, std::string_view text) {
    ParsedValue parsed = parse_value(keyword(key), text, Accounts{});
    MP_ASSERT(parsed.value.has_value() && parsed.problem.empty());
    settings.set(key, std::move(*parsed.value), Origin{});
}

/// A file that was made from the output of `show config` has the rule already.
void add_built_in_rule(std::vector<Rule>& rules, std::string_view text) {
    if (std::ranges::any_of(rules, [&](const Rule& rule) { return rule.shown() == text; })) {
        return;
    }
    Result<Rule> rule = make_rule(text, Origin{});
    MP_ASSERT(rule.has_value());
    rules.push_back(std::move(*rule));
}

/// The product of a device entry is plain text for a rule: no "!" has a meaning there.
Rule make_product_rule(const std::string& text, const Origin& origin) {
    return Rule{text, false, Pattern::deferred(text), origin};
}

void add_excluded_products(Model& model) {
    std::vector<DeviceRule>& rules = model.blacklist.devices;
    std::set<std::pair<std::string, std::string>> known;
    for (const DeviceRule& rule : rules) {
        if (rule.has_vendor && rule.has_product && !rule.vendor.inverted &&
            !rule.product.inverted) {
            known.emplace(rule.vendor.text, rule.product.text);
        }
    }
    for (const DeviceEntry& entry : model.devices) {
        const Setting* product = entry.settings.find(Key::product_blacklist);
        const Setting* vendor = entry.settings.find(Key::vendor);
        if (product == nullptr || !known.emplace(vendor->value.text, product->value.text).second) {
            continue;
        }
        DeviceRule rule;
        rule.vendor = make_product_rule(vendor->value.text, product->origin);
        rule.product = make_product_rule(product->value.text, product->origin);
        rule.has_vendor = true;
        rule.has_product = true;
        rule.origin = product->origin;
        rules.push_back(std::move(rule));
    }
}

}  // namespace

Settings built_in_defaults() {
    Settings defaults;
    for (Key key : keywords_of(Scope::defaults)) {
        const Keyword& word = keyword(key);
        if (word.has_fallback && key != Key::polling_interval && key != Key::max_polling_interval) {
            set_built_in(defaults, key, word.fallback);
        }
    }
    return defaults;
}

void derive_intervals(Settings& defaults, Reporter& reporter) {
    const Setting* interval = defaults.find(Key::polling_interval);
    const Setting* longest = defaults.find(Key::max_polling_interval);
    const std::int64_t limit = keyword(Key::max_polling_interval).max;
    std::int64_t seconds = interval == nullptr ? 0 : interval->value.number;
    std::int64_t max_seconds = longest == nullptr ? 0 : longest->value.number;
    if (seconds == 0) {
        seconds = max_seconds == 0 ? kPollingInterval
                                   : std::max<std::int64_t>(1, max_seconds / kMaxIntervalFactor);
    }
    if (max_seconds == 0) {
        max_seconds = std::min(limit, seconds * kMaxIntervalFactor);
    }
    if (seconds > max_seconds) {
        reporter.warning({interval->origin.file, 0, 0, 0},
                         fmt::format("polling_interval {} is larger than max_polling_interval {}, "
                                     "which is used",
                                     seconds, max_seconds));
        seconds = max_seconds;
    }
    const Origin interval_origin = interval == nullptr ? Origin{} : interval->origin;
    const Origin longest_origin = longest == nullptr ? Origin{} : longest->origin;
    defaults.set(Key::polling_interval, {true, seconds, {}}, interval_origin);
    defaults.set(Key::max_polling_interval, {true, max_seconds, {}}, longest_origin);
}

std::vector<Settings> built_in_devices() {
    std::vector<Settings> devices;
    devices.reserve(built_in_arrays().size());
    for (const BuiltInArray& array : built_in_arrays()) {
        const std::pair<Key, std::string_view> values[] = {
            {Key::vendor, array.vendor},
            {Key::product, array.product},
            {Key::product_blacklist, array.product_blacklist},
            {Key::path_grouping_policy, array.path_grouping_policy},
            {Key::uid_attribute, array.uid_attribute},
            {Key::path_checker, array.path_checker},
            {Key::features, array.features},
            {Key::prio, array.prio},
            {Key::prio_args, array.prio_args},
            {Key::failback, array.failback},
            {Key::no_path_retry, array.no_path_retry},
            {Key::flush_on_last_del, array.flush_on_last_del},
            {Key::fast_io_fail_tmo, array.fast_io_fail_tmo},
            {Key::dev_loss_tmo, array.dev_loss_tmo},
            {Key::user_friendly_names, array.user_friendly_names},
            {Key::detect_prio, array.detect_prio},
            {Key::detect_checker, array.detect_checker},
            {Key::max_sectors_kb, array.max_sectors_kb},
            {Key::vpd_vendor, array.vpd_vendor},
        };
        Settings settings;
        for (const auto& [key, text] : values) {
            if (!text.empty()) {
                set_built_in(settings, key, text);
            }
        }
        devices.push_back(std::move(settings));
    }
    return devices;
}

void add_built_in_rules(Model& model, const Environment& environment) {
    add_built_in_rule(model.blacklist.of(Criterion::devnode),
                      environment.native_nvme_multipath ? "!^(sd[a-z]|dasd[a-z])"
                                                        : "!^(sd[a-z]|dasd[a-z]|nvme[0-9])");
    add_built_in_rule(model.exceptions.of(Criterion::property), "(SCSI_IDENT_|ID_WWN)");
    add_excluded_products(model);
}

Result<Rule> make_rule(std::string_view text, const Origin& origin) {
    Rule rule;
    rule.origin = origin;
    if (starts_with(text, "!")) {
        rule.inverted = true;
        text.remove_prefix(1);
    }
    rule.text = std::string(text);
    MP_TRY(rule.pattern, Pattern::compile(starts_with(text, "\\!") ? text.substr(1) : text));
    return rule;
}

}  // namespace mp::conf
