// SPDX-License-Identifier: GPL-2.0-or-later
// Is this device ours? Five criteria are asked in turn: udev property, device node, vendor and
// product, protocol, WWID. In each an exception that matches accepts the criterion and a blacklist
// rule that matches rejects the device; the first rejection ends the search.
//
// Properties are special. Their names are compared, not their values, one property after the other,
// and the first that meets a rule decides. When none meets a rule the device is rejected as one
// that udev could not identify as a disk, but only if the property with its identifier is there:
// when even that is missing udev failed altogether, and a failure must not look like a blacklist.
#include "conf/merge/filter.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>

namespace mp::conf {
namespace {

const Rule* first_match(const std::vector<Rule>& rules, const std::string& value) {
    const auto found =
        std::ranges::find_if(rules, [&](const Rule& rule) { return rule.matches(value); });
    return found == rules.end() ? nullptr : &*found;
}

const DeviceRule* first_match(const std::vector<DeviceRule>& rules,
                              const model::BlockDevice& device) {
    const auto found = std::ranges::find_if(rules, [&](const DeviceRule& rule) {
        return (!rule.has_vendor || rule.vendor.matches(device.vendor)) &&
               (!rule.has_product || rule.product.matches(device.product));
    });
    return found == rules.end() ? nullptr : &*found;
}

FilterVerdict verdict(const Model& model, bool accepted, std::string_view group,
                      const std::string& rule, const Origin& origin) {
    return {accepted,
            fmt::format("{} by {} rule \"{}\" ({})", accepted ? "accepted" : "blacklisted", group,
                        rule, model.origin_text(origin)),
            std::string(group)};
}

std::optional<FilterVerdict> by_text(const Model& model, Criterion criterion,
                                     const std::string& value) {
    const std::string_view group = criterion_name(criterion);
    if (const Rule* rule = first_match(model.exceptions.of(criterion), value)) {
        return verdict(model, true, group, rule->shown(), rule->origin);
    }
    if (const Rule* rule = first_match(model.blacklist.of(criterion), value)) {
        return verdict(model, false, group, rule->shown(), rule->origin);
    }
    return std::nullopt;
}

std::optional<FilterVerdict> by_property(const Model& model, const model::BlockDevice& device,
                                         std::string_view uid_attribute) {
    for (const auto& [name, value] : device.properties) {
        const std::optional<FilterVerdict> found = by_text(model, Criterion::property, name);
        if (found) {
            return found;
        }
    }
    if (!uid_attribute.empty() && device.properties.contains(std::string(uid_attribute))) {
        return FilterVerdict{false, "blacklisted: no udev property is in the property exceptions",
                             "property"};
    }
    return std::nullopt;
}

std::string shown(const DeviceRule& rule) {
    return fmt::format("{}:{}", rule.has_vendor ? rule.vendor.shown() : "",
                       rule.has_product ? rule.product.shown() : "");
}

std::optional<FilterVerdict> by_product(const Model& model, const model::BlockDevice& device) {
    if (device.vendor.empty() && device.product.empty()) {
        return std::nullopt;
    }
    if (const DeviceRule* rule = first_match(model.exceptions.devices, device)) {
        return verdict(model, true, "device", shown(*rule), rule->origin);
    }
    if (const DeviceRule* rule = first_match(model.blacklist.devices, device)) {
        return verdict(model, false, "device", shown(*rule), rule->origin);
    }
    return std::nullopt;
}

}  // namespace

FilterVerdict filter_by_device(const Model& model, const model::BlockDevice& device,
                               std::string_view uid_attribute) {
    FilterVerdict accepted;
    const auto rejects = [&](const std::optional<FilterVerdict>& found) {
        if (found && (!found->accepted || accepted.group.empty())) {
            accepted = *found;
        }
        return found && !found->accepted;
    };
    if (rejects(by_property(model, device, uid_attribute)) ||
        rejects(by_text(model, Criterion::devnode, device.name)) ||
        rejects(by_product(model, device)) ||
        rejects(by_text(model, Criterion::protocol,
                        std::string(model::protocol_text(device.protocol))))) {
        return accepted;
    }
    return accepted;
}

FilterVerdict filter_by_wwid(const Model& model, const Wwid& wwid) {
    return by_text(model, Criterion::wwid, wwid.str()).value_or(FilterVerdict{});
}

std::vector<FilterStep> filter_all(const Model& model, const model::BlockDevice& device,
                                   std::string_view uid_attribute, const Wwid& wwid) {
    const std::string protocol(model::protocol_text(device.protocol));
    std::vector<FilterStep> steps;
    const auto add = [&](std::string_view criterion, std::string looked_at,
                         const std::optional<FilterVerdict>& found) {
        steps.push_back(
            {std::string(criterion), std::move(looked_at), found.value_or(FilterVerdict{})});
    };
    add("property", fmt::format("{} udev properties", device.properties.size()),
        by_property(model, device, uid_attribute));
    add("devnode", device.name, by_text(model, Criterion::devnode, device.name));
    add("device", device.vendor + ":" + device.product, by_product(model, device));
    add("protocol", protocol, by_text(model, Criterion::protocol, protocol));
    if (!wwid.empty()) {
        add("wwid", wwid.str(), by_text(model, Criterion::wwid, wwid.str()));
    }
    return steps;
}

}  // namespace mp::conf
