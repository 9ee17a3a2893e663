// SPDX-License-Identifier: GPL-2.0-or-later
// Which values does a set of configuration files hold? The trees of the files are walked in order
// and every statement is looked up in the keyword table. A later value of the same section replaces
// an earlier one; a value that is refused leaves the earlier one, or the default, in force. Nothing
// stops the walk: what is wrong becomes a diagnostic and the rest is used.
//
// Entries of `devices` with the very same vendor, product and revision texts become one, also with
// a built-in entry; the result stands at the later place, which gives it the higher precedence.
// Sections of `multipaths` with one WWID and of `protocol` with one type become one where the first
// of them stood.
#include <fmt/format.h>

#include <algorithm>
#include <bitset>
#include <map>
#include <tuple>
#include <utility>

#include "conf/grammar/nearest.h"
#include "conf/grammar/parser.h"
#include "conf/merge/built_in.h"
#include "conf/merge/model.h"

namespace mp::conf {
namespace {

Origin origin_of(const Location& at) {
    return {at.file, at.line};
}

std::string text_of(const Settings& settings, Key key) {
    const Setting* setting = settings.find(key);
    return setting == nullptr ? std::string() : setting->value.text;
}

class Builder {
public:
    Builder(const Environment& environment, Reporter& reporter)
        : environment_(environment), reporter_(reporter) {}

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
        return std::move(model_);
    }

private:
    using DeviceKey = std::tuple<std::string, std::string, std::string>;

    // Reading one section --------------------------------------------------------------------

    void report_unknown(const Location& at, std::string_view word, std::string_view section,
                        std::span<const std::string_view> candidates, bool is_section) {
        if (!reporter_.accepts()) {  // looking for the nearest word is the costly part
            reporter_.count_only();
            return;
        }
        std::string text = fmt::format("unknown {} '{}' in {}", is_section ? "section" : "keyword",
                                       printable(word), section);
        const std::string_view meant = nearest(word, candidates);
        if (!meant.empty()) {
            text += fmt::format("; did you mean '{}'?", meant);
        } else if (!is_section && known_keyword(word)) {
            text = fmt::format("'{}' has no meaning in {}", word, section);
        }
        reporter_.warning(at, std::move(text));
    }

    void read_settings(const Section& section, Scope scope, Settings& settings) {
        std::bitset<kKeyCount> seen;
        for (const Statement& statement : section.statements) {
            const std::optional<Key> found = find_keyword(scope, statement.key);
            if (!found) {
                report_unknown(statement.key_at, statement.key,
                               fmt::format("section '{}'", section.name), keyword_names(scope),
                               false);
                continue;
            }
            const Keyword& word = keyword(*found);
            if (!statement.has_value()) {
                reporter_.error(statement.key_at, fmt::format("'{}' has no value", word.name));
                continue;
            }
            const Key key = *found == Key::checker ? Key::path_checker : *found;
            if (seen.test(static_cast<std::size_t>(key))) {
                reporter_.warning(statement.key_at,
                                  fmt::format("'{}' stands twice in this section; the last one "
                                              "counts",
                                              word.name));
            }
            seen.set(static_cast<std::size_t>(key));
            read_value(keyword(key), statement, settings);
        }
        report_idle_feature(section, settings);
    }

    /// queue_if_no_path among the features counts only where no_path_retry is not set.
    void report_idle_feature(const Section& section, const Settings& settings) {
        const std::string features = text_of(settings, Key::features);
        if (features.find("queue_if_no_path") != std::string::npos &&
            settings.find(Key::no_path_retry) != nullptr) {
            reporter_.note(section.at, fmt::format("section '{}' sets no_path_retry; the feature "
                                                   "queue_if_no_path has no effect",
                                                   section.name));
        }
    }

    void read_value(const Keyword& word, const Statement& statement, Settings& settings) {
        if (word.form == Form::ignored) {
            reporter_.note(statement.key_at, fmt::format("'{}' is accepted and has no effect: {}",
                                                         word.name, word.doc));
            return;
        }
        const std::string text = statement.value.text();
        ParsedValue parsed = parse_value(word, text, environment_.accounts);
        if (word.form == Form::regex && parsed.value) {
            const Result<Pattern> pattern = Pattern::compile(text);
            if (!pattern) {
                parsed = {std::nullopt, false, pattern.error().what};
            } else if (!affordable(*pattern, statement.value.at)) {
                return;
            }
        }
        if (word.key == Key::max_fds && parsed.value && parsed.value->is_number &&
            static_cast<std::uint64_t>(parsed.value->number) > environment_.max_open_files) {
            parsed.value->number = static_cast<std::int64_t>(environment_.max_open_files);
            parsed.problem = fmt::format("{} is too large for max_fds; {} is used", text,
                                         environment_.max_open_files);
        }
        if (!parsed.problem.empty()) {
            if (parsed.value) {
                reporter_.warning(statement.value.at, parsed.problem);
            } else {
                reporter_.error(statement.value.at, parsed.problem);
            }
        }
        if (word.status == Status::deprecated && parsed.value && parsed.value->is_number) {
            reporter_.note(statement.key_at, fmt::format("'{}' is the {}", word.name, word.doc));
        }
        if (parsed.value) {
            settings.set(word.key, std::move(*parsed.value), origin_of(statement.key_at));
        } else if (parsed.unset) {
            settings.erase(word.key);
        }
    }

    void refuse_sections(const Section& section) {
        for (const Section& inner : section.sections) {
            report_unknown(inner.at, inner.name, fmt::format("section '{}'", section.name), {},
                           true);
        }
    }

    // The outermost level --------------------------------------------------------------------

    void add_file(const Section& root) {
        for (const Statement& statement : root.statements) {
            report_unknown(statement.key_at, statement.key,
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
            read_settings(section, Scope::defaults, model_.defaults);
            refuse_sections(section);
        } else if (section.name == "blacklist") {
            add_rules(section, model_.blacklist);
        } else if (section.name == "blacklist_exceptions") {
            add_rules(section, model_.exceptions);
        } else if (section.name == "devices") {
            add_inner(section, "device", [this](const Section& inner) { add_device(inner); });
        } else if (section.name == "overrides") {
            read_settings(section, Scope::overrides, model_.overrides);
            add_protocols(section);
        } else if (section.name == "multipaths") {
            add_inner(section, "multipath", [this](const Section& inner) { add_map(inner); });
        } else {
            report_unknown(section.at, section.name, "the configuration; it is ignored",
                           section_names(), true);
        }
    }

    template <class Add>
    void add_inner(const Section& section, std::string_view name, Add add) {
        const std::string_view candidates[] = {name};
        for (const Statement& statement : section.statements) {
            report_unknown(statement.key_at, statement.key,
                           fmt::format("section '{}'", section.name), candidates, false);
        }
        for (const Section& inner : section.sections) {
            if (inner.name == name) {
                add(inner);
            } else {
                report_unknown(inner.at, inner.name, fmt::format("section '{}'", section.name),
                               candidates, true);
            }
        }
    }

    // Blacklists -----------------------------------------------------------------------------

    /// Counts compiled expressions: each costs kilobytes, and a file may hold a million rules.
    bool affordable(const Pattern& pattern, const Location& at) {
        if (!pattern.is_regex() || ++regexes_ <= kMaxRegexes) {
            return true;
        }
        reporter_.error(at, "too many regular expressions; this one is dropped");
        return false;
    }

    std::optional<Rule> read_rule(const Statement& statement) {
        if (!statement.has_value()) {
            reporter_.error(statement.key_at, fmt::format("'{}' has no value", statement.key));
            return std::nullopt;
        }
        Result<Rule> rule = make_rule(statement.value.text(), origin_of(statement.key_at));
        if (!rule) {
            reporter_.error(statement.value.at,
                            fmt::format("{}; the rule is dropped", rule.error().what));
            return std::nullopt;
        }
        if (!affordable(rule->pattern, statement.value.at)) {
            return std::nullopt;
        }
        return std::move(*rule);
    }

    void add_rules(const Section& section, RuleSet& rules) {
        for (const Statement& statement : section.statements) {
            const std::optional<Criterion> criterion = criterion_of(statement.key);
            if (!criterion) {
                constexpr std::string_view kCandidates[] = {"devnode", "wwid", "property",
                                                            "protocol", "device"};
                report_unknown(statement.key_at, statement.key,
                               fmt::format("section '{}'", section.name), kCandidates, false);
                continue;
            }
            std::optional<Rule> rule = read_rule(statement);
            if (rule) {
                rules.of(*criterion).push_back(std::move(*rule));
            }
        }
        for (const Section& inner : section.sections) {
            if (inner.name == "device") {
                add_device_rule(inner, rules);
            } else {
                constexpr std::string_view kCandidates[] = {"device"};
                report_unknown(inner.at, inner.name, fmt::format("section '{}'", section.name),
                               kCandidates, true);
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
                report_unknown(statement.key_at, statement.key, "a device rule", kCandidates,
                               false);
                continue;
            }
            std::optional<Rule> part = read_rule(statement);
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
        read_settings(section, Scope::device, settings);
        refuse_sections(section);
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

    Pattern compiled(const Settings& settings, Key key) {
        Result<Pattern> pattern = Pattern::compile(text_of(settings, key));
        MP_ASSERT(pattern.has_value());  // read_value refused what does not compile
        return std::move(*pattern);
    }

    void compile_devices() {
        std::erase_if(model_.devices,
                      [](const DeviceEntry& entry) { return entry.settings.empty(); });
        for (DeviceEntry& entry : model_.devices) {
            entry.vendor = compiled(entry.settings, Key::vendor);
            entry.product = compiled(entry.settings, Key::product);
            entry.revision = compiled(entry.settings, Key::revision);
        }
    }

    void add_protocols(const Section& section) {
        constexpr std::string_view kCandidates[] = {"protocol"};
        for (const Section& inner : section.sections) {
            if (inner.name != "protocol") {
                report_unknown(inner.at, inner.name, "section 'overrides'", kCandidates, true);
                continue;
            }
            Settings settings;
            read_settings(inner, Scope::protocol, settings);
            refuse_sections(inner);
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
        read_settings(section, Scope::multipath, settings);
        refuse_sections(section);
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

    static constexpr std::size_t kMaxRegexes = 16384;

    const Environment& environment_;
    Reporter& reporter_;
    Model model_;
    std::size_t regexes_ = 0;
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
