// SPDX-License-Identifier: GPL-2.0-or-later
// Which values does a set of configuration files hold? The trees of the files are walked in order.
// A later value of the same section replaces an earlier one; a value that is refused leaves the
// earlier one, or the default, in force. Nothing stops the walk: what is wrong becomes a diagnostic
// and the rest is used.
//
// Entries of `devices` with the very same vendor, product and revision texts become one, also with
// a built-in entry; the result stands at the later place, which gives it the higher precedence.
// Sections of `multipaths` with one WWID and of `protocol` with one type become one where the first
// of them stood.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "conf/grammar/parser.h"
#include "conf/merge/built_in.h"
#include "conf/merge/model.h"
#include "conf/merge/section_reader.h"

namespace mp::conf {
namespace {

class Builder {
public:
    Builder(const Environment& environment, Reporter& reporter)
        : environment_(environment), reporter_(reporter), reader_(environment, reporter) {}

    Model build(const std::vector<ConfigFile>& files) {
        model_.defaults = built_in_defaults();
        for (Settings& settings : built_in_devices()) {
            place_device(std::move(settings));
        }
        for (std::uint32_t i = 0; i < files.size(); ++i) {
            model_.file_names.push_back(files[i].name);
            const Section root = parse_tree(files[i].content, i, section_names(), reporter_);
            add_file(root);
        }
        compile_devices();
        derive_intervals(model_.defaults, reporter_);
        add_built_in_rules(model_, environment_);
        model_.numa_selector = environment_.numa_selector;
        model_.numa_nodes = environment_.numa_nodes;
        return std::move(model_);
    }

private:
    using DeviceKey = std::tuple<std::string, std::string, std::string>;

    // The outermost level --------------------------------------------------------------------

    void add_file(const Section& root) {
        for (const Statement& statement : root.statements) {
            reader_.report_unknown(statement.key_at, statement.key,
                                   "the outermost level, where only "
                                   "sections stand",
                                   section_names(), false);
        }
        std::map<std::string_view, std::uint32_t> seen;
        for (const Section& section : root.sections) {
            const auto [first, fresh] = seen.emplace(section.name, section.at.line);
            if (!fresh) {
                reporter_.note(section.at, fmt::format("section '{}' was opened before, in line "
                                                       "{}; both are used",
                                                       printable(section.name), first->second));
            }
            add_section(section);
        }
    }

    void add_section(const Section& section) {
        if (section.name == "defaults") {
            reader_.read_settings(section, Scope::defaults, model_.defaults);
            reader_.refuse_sections(section);
        } else if (section.name == "blacklist") {
            add_rules(section, model_.blacklist);
        } else if (section.name == "blacklist_exceptions") {
            add_rules(section, model_.exceptions);
        } else if (section.name == "devices") {
            add_inner(section, "device", [this](const Section& inner) { add_device(inner); });
        } else if (section.name == "overrides") {
            reader_.read_settings(section, Scope::overrides, model_.overrides);
            add_protocols(section);
        } else if (section.name == "multipaths") {
            add_inner(section, "multipath", [this](const Section& inner) { add_map(inner); });
        } else {
            reader_.report_unknown(section.at, section.name, "the configuration; it is ignored",
                                   section_names(), true);
        }
    }

    template <class Add>
    void add_inner(const Section& section, std::string_view name, Add add) {
        const std::string_view candidates[] = {name};
        for (const Statement& statement : section.statements) {
            reader_.report_unknown(statement.key_at, statement.key,
                                   fmt::format("section '{}'", section.name), candidates, false);
        }
        for (const Section& inner : section.sections) {
            if (inner.name == name) {
                add(inner);
            } else {
                reader_.report_unknown(inner.at, inner.name,
                                       fmt::format("section '{}'", section.name), candidates, true);
            }
        }
    }

    // Blacklists -----------------------------------------------------------------------------

    void add_rules(const Section& section, RuleSet& rules) {
        for (const Statement& statement : section.statements) {
            const std::optional<Criterion> criterion = criterion_of(statement.key);
            if (!criterion) {
                constexpr std::string_view kCandidates[] = {"devnode", "wwid", "property",
                                                            "protocol", "device"};
                reader_.report_unknown(statement.key_at, statement.key,
                                       fmt::format("section '{}'", section.name), kCandidates,
                                       false);
                continue;
            }
            std::optional<Rule> rule = reader_.read_rule(statement);
            if (rule) {
                rules.of(*criterion).push_back(std::move(*rule));
            }
        }
        for (const Section& inner : section.sections) {
            if (inner.name == "device") {
                add_device_rule(inner, rules);
            } else {
                constexpr std::string_view kCandidates[] = {"device"};
                reader_.report_unknown(inner.at, inner.name,
                                       fmt::format("section '{}'", section.name), kCandidates,
                                       true);
            }
        }
    }

    void add_device_rule(const Section& section, RuleSet& rules) {
        DeviceRule rule;
        rule.origin = origin_of(section.at);
        bool broken = false;
        for (const Statement& statement : section.statements) {
            const bool vendor = statement.key == "vendor";
            if (!vendor && statement.key != "product") {
                constexpr std::string_view kCandidates[] = {"vendor", "product"};
                reader_.report_unknown(statement.key_at, statement.key, "a device rule",
                                       kCandidates, false);
                continue;
            }
            std::optional<Rule> part = reader_.read_rule(statement);
            if (!part) {
                broken = true;  // half a rule would match more than was meant
                continue;
            }
            (vendor ? rule.vendor : rule.product) = std::move(*part);
            (vendor ? rule.has_vendor : rule.has_product) = true;
        }
        if (broken) {
            return;
        }
        if (!rule.has_vendor && !rule.has_product) {
            reporter_.warning(section.at,
                              "a device rule needs a vendor or a product; it is dropped");
            return;
        }
        rules.devices.push_back(std::move(rule));
    }

    // Devices, protocols, maps ---------------------------------------------------------------

    void add_device(const Section& section) {
        Settings settings;
        reader_.read_settings(section, Scope::device, settings);
        reader_.refuse_sections(section);
        if (settings.find(Key::vendor) == nullptr || settings.find(Key::product) == nullptr) {
            reporter_.warning(section.at, "a device needs a vendor and a product; it is dropped");
            return;
        }
        place_device(std::move(settings));
    }

    void place_device(Settings settings) {
        const DeviceKey key{text_of(settings, Key::vendor), text_of(settings, Key::product),
                            text_of(settings, Key::revision)};
        const auto [slot, fresh] = device_at_.emplace(key, model_.devices.size());
        if (!fresh) {
            Settings merged = std::move(model_.devices[slot->second].settings);
            merged.merge(settings);
            model_.devices[slot->second].settings = {};  // removed in compile_devices
            settings = std::move(merged);
            slot->second = model_.devices.size();
        }
        model_.devices.push_back({std::move(settings), {}, {}, {}});
    }

    void compile_devices() {
        std::erase_if(model_.devices,
                      [](const DeviceEntry& entry) { return entry.settings.empty(); });
        for (DeviceEntry& entry : model_.devices) {
            // What does not compile was refused when it was read.
            entry.vendor = Pattern::deferred(text_of(entry.settings, Key::vendor));
            entry.product = Pattern::deferred(text_of(entry.settings, Key::product));
            entry.revision = Pattern::deferred(text_of(entry.settings, Key::revision));
        }
    }

    void add_protocols(const Section& section) {
        constexpr std::string_view kCandidates[] = {"protocol"};
        for (const Section& inner : section.sections) {
            if (inner.name != "protocol") {
                reader_.report_unknown(inner.at, inner.name, "section 'overrides'", kCandidates,
                                       true);
                continue;
            }
            Settings settings;
            reader_.read_settings(inner, Scope::protocol, settings);
            reader_.refuse_sections(inner);
            const std::string type = text_of(settings, Key::type);
            if (type.empty()) {
                reporter_.warning(inner.at, "a protocol section needs a type; it is dropped");
                continue;
            }
            const auto same = std::ranges::find_if(model_.protocols, [&](const Settings& known) {
                return text_of(known, Key::type) == type;
            });
            if (same != model_.protocols.end()) {
                same->merge(settings);
            } else {
                model_.protocols.push_back(std::move(settings));
            }
        }
    }

    void add_map(const Section& section) {
        Settings settings;
        reader_.read_settings(section, Scope::multipath, settings);
        reader_.refuse_sections(section);
        const std::string wwid = text_of(settings, Key::wwid);
        if (wwid.empty()) {
            reporter_.warning(section.at, "a multipath section needs a wwid; it is dropped");
            return;
        }
        const auto [slot, fresh] = map_at_.emplace(wwid, model_.multipaths.size());
        if (!fresh) {
            reporter_.note(
                section.at,
                fmt::format("wwid {} was configured before; later values win", printable(wwid)));
            model_.multipaths[slot->second].merge(settings);
        } else {
            model_.multipaths.push_back(std::move(settings));
        }
        drop_taken_alias(section, model_.multipaths[slot->second], wwid);
    }

    /// Two maps cannot have one name: the first keeps it.
    void drop_taken_alias(const Section& section, Settings& settings, const std::string& wwid) {
        const std::string alias = text_of(settings, Key::alias);
        if (alias.empty()) {
            settings.erase(Key::alias);
            return;
        }
        const auto [slot, fresh] = alias_of_.emplace(alias, wwid);
        if (!fresh && slot->second != wwid) {
            reporter_.error(section.at, fmt::format("alias '{}' belongs to wwid {} already; it is "
                                                    "dropped here",
                                                    printable(alias), printable(slot->second)));
            settings.erase(Key::alias);
        }
    }

    const Environment& environment_;
    Reporter& reporter_;
    SectionReader reader_;
    Model model_;
    std::map<DeviceKey, std::size_t> device_at_;
    std::map<std::string, std::size_t> map_at_;
    std::map<std::string, std::string> alias_of_;
};

}  // namespace

std::string Model::origin_text(const Origin& origin) const {
    if (origin.built_in()) {
        return "built-in";
    }
    return fmt::format("{}:{}", file_names[origin.file], origin.line);
}

Model build_model(const std::vector<ConfigFile>& files, const Environment& environment,
                  Reporter& reporter) {
    return Builder(environment, reporter).build(files);
}

}  // namespace mp::conf
