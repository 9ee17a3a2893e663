// SPDX-License-Identifier: GPL-2.0-or-later
// Which values does this section set? Every statement is looked up in the keyword table and its
// text is checked against the form of the keyword. Unknown words are reported with the nearest
// known one, deprecated ones with what became of them.
#include "conf/merge/section_reader.h"

#include <fmt/format.h>

#include <bitset>
#include <utility>

#include "conf/grammar/nearest.h"
#include "conf/merge/built_in.h"
#include "conf/policy.h"
#include "daemon/base/strings.h"

namespace mp::conf {

std::string text_of(const Settings& settings, Key key) {
    const Setting* setting = settings.find(key);
    return setting == nullptr ? std::string() : setting->value.text;
}

void SectionReader::report_unknown(const Location& at, std::string_view word,
                                   std::string_view where,
                                   std::span<const std::string_view> candidates, bool is_section) {
    if (!reporter_.accepts()) {  // looking for the nearest word is the costly part
        reporter_.count_only();
        return;
    }
    std::string text = fmt::format("unknown {} '{}' in {}", is_section ? "section" : "keyword",
                                   printable(word), where);
    if (!is_section && known_keyword(word)) {
        text = fmt::format("'{}' has no meaning in {}", word, where);
    } else if (const std::string_view meant = nearest(word, candidates); !meant.empty()) {
        text += fmt::format("; did you mean '{}'?", meant);
    }
    reporter_.warning(at, std::move(text));
}

void SectionReader::read_settings(const Section& section, Scope scope, Settings& settings) {
    std::bitset<kKeyCount> seen;
    for (const Statement& statement : section.statements) {
        const std::optional<Key> found = find_keyword(scope, statement.key);
        if (!found) {
            report_unknown(statement.key_at, statement.key,
                           fmt::format("section '{}'", section.name), keyword_names(scope), false);
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

// queue_if_no_path among the features counts only where no_path_retry is not set.
void SectionReader::report_idle_feature(const Section& section, const Settings& settings) {
    const std::string features = text_of(settings, Key::features);
    if (features.find("queue_if_no_path") != std::string::npos &&
        settings.find(Key::no_path_retry) != nullptr) {
        reporter_.note(section.at, fmt::format("section '{}' sets no_path_retry; the feature "
                                               "queue_if_no_path has no effect",
                                               section.name));
    }
}

void SectionReader::read_value(const Keyword& word, const Statement& statement,
                               Settings& settings) {
    if (word.form == Form::ignored) {
        reporter_.note(statement.key_at,
                       fmt::format("'{}' is accepted and has no effect: {}", word.name, word.doc));
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
        parsed.value = Value{false, 0, "max"};
        parsed.problem = fmt::format("{} is too large for max_fds; the most is {}", text,
                                     environment_.max_open_files);
    }
    if (word.key == Key::path_selector && parsed.value && !environment_.numa_selector &&
        starts_with(parsed.value->text, std::string(kNumaSelector) + " ")) {
        parsed.problem = fmt::format(
            "this kernel has no path selector {0} (module dm-{0} is not installed); {1} is used",
            kNumaSelector, kDefaultSelector);
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

void SectionReader::refuse_sections(const Section& section) {
    for (const Section& inner : section.sections) {
        report_unknown(inner.at, inner.name, fmt::format("section '{}'", section.name), {}, true);
    }
}

// Each compiled expression costs kilobytes, and a file may hold a million rules.
bool SectionReader::affordable(const Pattern& pattern, const Location& at) {
    if (!pattern.is_regex() || ++regexes_ <= kMaxRegexes) {
        return true;
    }
    reporter_.error(at, "too many regular expressions; this one is dropped");
    return false;
}

std::optional<Rule> SectionReader::read_rule(const Statement& statement) {
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

}  // namespace mp::conf
