// SPDX-License-Identifier: GPL-2.0-or-later
// How does a configuration look when it is shown? As a file that could be read again: sections in
// their fixed order, in each the keywords in the order of the keyword table, tab-indented, strings
// in quotes and numbers without. A keyword that is not set is not printed. The layout is interface:
// many tools search it for keywords or copy it into files.
#include "conf/merge/render.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace mp::conf {
namespace {

/// What stands behind a value: nothing, or where it came from.
struct Origins {
    const Model* shown_of = nullptr;
    std::string of(const Origin& origin) const {
        return shown_of == nullptr ? "" : "\t# " + shown_of->origin_text(origin);
    }
};

std::string render_settings(const Settings& settings, Scope scope, std::string_view indent,
                            Origins origins = {}) {
    std::string out;
    for (Key key : keywords_of(scope)) {
        const Setting* setting = settings.find(key);
        if (setting != nullptr) {
            const Keyword& word = keyword(key);
            out += fmt::format("{}{} {}{}\n", indent, word.name, render_value(word, setting->value),
                               origins.of(setting->origin));
        }
    }
    return out;
}

std::string render_block(const Settings& settings, Scope scope, std::string_view name,
                         Origins origins = {}) {
    return fmt::format("\t{} {{\n{}\t}}\n", name,
                       render_settings(settings, scope, "\t\t", origins));
}

std::string render_rule_set(const RuleSet& rules, std::string_view name, Origins origins) {
    std::string out = fmt::format("{} {{\n", name);
    for (std::size_t i = 0; i < kCriterionCount; ++i) {
        for (const Rule& rule : rules.rules[i]) {
            out += fmt::format("\t{} {}{}\n", criterion_name(static_cast<Criterion>(i)),
                               quoted(rule.shown()), origins.of(rule.origin));
        }
    }
    for (const DeviceRule& rule : rules.devices) {
        out += "\tdevice {\n";
        if (rule.has_vendor) {
            out += fmt::format("\t\tvendor {}{}\n", quoted(rule.vendor.shown()),
                               origins.of(rule.origin));
        }
        if (rule.has_product) {
            out += fmt::format("\t\tproduct {}{}\n", quoted(rule.product.shown()),
                               origins.of(rule.origin));
        }
        out += "\t}\n";
    }
    return out + "}\n";
}

std::string render_head(const Model& model, Origins origins = {}) {
    return "defaults {\n" + render_settings(model.defaults, Scope::defaults, "\t", origins) +
           "}\n" + render_rule_set(model.blacklist, "blacklist", origins) +
           render_rule_set(model.exceptions, "blacklist_exceptions", origins);
}

std::string render_overrides(const Model& model, Origins origins = {}) {
    std::string out =
        "overrides {\n" + render_settings(model.overrides, Scope::overrides, "\t", origins);
    for (const Settings& protocol : model.protocols) {
        out += render_block(protocol, Scope::protocol, "protocol", origins);
    }
    return out + "}\n";
}

std::string render_alias_comment(const Config::LocalMap& map) {
    if (map.alias.empty() || map.alias == map.wwid.str()) {
        return {};
    }
    return fmt::format("\t\t# alias {}\n", quoted(map.alias));
}

std::string origin_column(const Origin& origin) {
    return origin.built_in() ? "(default rule)    " : "(config file rule)";
}

std::string render_rule_list(const std::vector<Rule>& rules) {
    if (rules.empty()) {
        return "        <empty>\n";
    }
    std::string out;
    for (const Rule& rule : rules) {
        out += fmt::format("        {} {}\n", origin_column(rule.origin), rule.shown());
    }
    return out;
}

std::string render_rule_list(const std::vector<DeviceRule>& rules) {
    if (rules.empty()) {
        return "        <empty>\n";
    }
    std::string out;
    for (const DeviceRule& rule : rules) {
        out += fmt::format("        {} {}:{}\n", origin_column(rule.origin), rule.vendor.shown(),
                           rule.product.shown());
    }
    return out;
}

}  // namespace

std::string render_model(const Model& model, bool with_origins) {
    const Origins origins{with_origins ? &model : nullptr};
    std::string out = render_head(model, origins) + "devices {\n";
    for (const DeviceEntry& entry : model.devices) {
        out += render_block(entry.settings, Scope::device, "device", origins);
    }
    out += "}\n" + render_overrides(model, origins);
    if (!model.multipaths.empty()) {
        out += "multipaths {\n";
        for (const Settings& map : model.multipaths) {
            out += render_block(map, Scope::multipath, "multipath", origins);
        }
        out += "}\n";
    }
    return out;
}

std::string render_local_model(const Model& model, const std::set<const DeviceEntry*>& devices,
                               const std::vector<Config::LocalMap>& maps) {
    std::string out = render_head(model) + "devices {\n";
    for (const DeviceEntry& entry : model.devices) {
        if (devices.contains(&entry)) {
            out += render_block(entry.settings, Scope::device, "device");
        }
    }
    out += "}\n" + render_overrides(model);
    std::map<std::string, const Config::LocalMap*> present;
    for (const Config::LocalMap& map : maps) {
        present.emplace(map.wwid.str(), &map);
    }
    std::string sections;
    for (const Settings& settings : model.multipaths) {
        const auto found = present.find(settings.find(Key::wwid)->value.text);
        if (found == present.end()) {
            continue;
        }
        sections += "\tmultipath {\n" + render_settings(settings, Scope::multipath, "\t\t");
        if (settings.find(Key::alias) == nullptr) {
            sections += render_alias_comment(*found->second);
        }
        sections += "\t}\n";
        found->second = nullptr;
    }
    for (const Config::LocalMap& map : maps) {
        if (present.at(map.wwid.str()) == &map) {
            sections += fmt::format("\tmultipath {{\n\t\twwid {}\n{}\t}}\n", quoted(map.wwid.str()),
                                    render_alias_comment(map));
        }
    }
    return sections.empty() ? out : out + "multipaths {\n" + sections + "}\n";
}

std::string render_rules(const Model& model) {
    const std::pair<Criterion, const char*> groups[] = {{Criterion::devnode, "device node"},
                                                        {Criterion::property, "udev property"},
                                                        {Criterion::protocol, "protocol"},
                                                        {Criterion::wwid, "wwid"}};
    std::string out;
    for (const auto& [criterion, title] : groups) {
        out += fmt::format("{} rules:\n- blacklist:\n{}- exceptions:\n{}", title,
                           render_rule_list(model.blacklist.of(criterion)),
                           render_rule_list(model.exceptions.of(criterion)));
    }
    return out + "device rules:\n- blacklist:\n" + render_rule_list(model.blacklist.devices) +
           "- exceptions:\n" + render_rule_list(model.exceptions.devices);
}

}  // namespace mp::conf
