// SPDX-License-Identifier: GPL-2.0-or-later
// Is this text a value of this keyword, and which? The whole text counts: "30x" is not 30 and
// "multibusfoo" is not multibus. A number outside its range becomes the nearest bound and the user
// is told; anything else that is wrong is refused, so that the value from before stays in force.
#include "conf/schema/value.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "conf/diagnostic.h"
#include "conf/grammar/nearest.h"
#include "conf/policy.h"
#include "daemon/base/assert.h"
#include "daemon/base/strings.h"

namespace mp::conf {
namespace {

constexpr std::int64_t kModeMax = 0777;
constexpr std::size_t kMaxName = 127;        // device-mapper keeps names in 128 bytes
constexpr std::int64_t kIdMax = 0xFFFFFFFE;  // (uid_t)-1 means "no id" to the kernel

Value number_value(std::int64_t number) {
    return {true, number, {}};
}
Value text_value(std::string_view text) {
    return {false, 0, std::string(text)};
}
ParsedValue accepted(Value value) {
    return {std::move(value), false, {}};
}
ParsedValue refused(std::string problem) {
    return {std::nullopt, false, std::move(problem)};
}

const Word* find_word(const Keyword& keyword, std::string_view text) {
    const auto found = std::ranges::find(keyword.words, text, &Word::text);
    return found == keyword.words.end() ? nullptr : &*found;
}

std::string list_words(const Keyword& keyword) {
    std::vector<std::string> words;
    for (const Word& word : keyword.words) {
        if (word.text == word.meaning) {
            words.emplace_back(word.text);
        }
    }
    return join(words, ", ");
}

ParsedValue refuse_word(const Keyword& keyword, std::string_view text) {
    std::vector<std::string_view> candidates;
    for (const Word& word : keyword.words) {
        candidates.push_back(word.text);
    }
    const std::string_view meant = nearest(text, candidates);
    std::string problem = fmt::format("'{}' is not a value of {}", printable(text), keyword.name);
    if (!meant.empty()) {
        problem += fmt::format("; did you mean '{}'?", meant);
    } else if (keyword.form == Form::number) {
        problem += fmt::format("; expected a number or one of: {}", list_words(keyword));
    } else {
        problem += fmt::format("; expected one of: {}", list_words(keyword));
    }
    return refused(std::move(problem));
}

ParsedValue parse_word(const Keyword& keyword, std::string_view text) {
    const Word* word = find_word(keyword, text);
    if (word == nullptr) {
        return refuse_word(keyword, text);
    }
    ParsedValue parsed = accepted(text_value(word->meaning));
    if (word->outdated) {
        parsed.problem = fmt::format("'{}' is an old value of {}; write '{}'", text, keyword.name,
                                     word->meaning);
    }
    return parsed;
}

/// False where nobody who wrote less than the least can have meant the least: a device thrown away
/// or I/O moved back within a second. Such a value counts as not written.
bool lowest_is_safe(Key key) {
    return key != Key::polling_interval && key != Key::failback && key != Key::rr_min_io &&
           key != Key::rr_min_io_rq && key != Key::dev_loss_tmo;
}

ParsedValue parse_number_value(const Keyword& keyword, std::string_view text) {
    if (find_word(keyword, text) != nullptr) {
        return parse_word(keyword, text);
    }
    const Result<std::int64_t> got = parse_i64(text);
    if (!got && got.error().code != Errc::limit) {
        return keyword.words.empty() ? refused(fmt::format("'{}' is not a number", printable(text)))
                                     : refuse_word(keyword, text);
    }
    const bool negative = !text.empty() && text.front() == '-';
    const bool below = got ? *got < keyword.min : negative;
    const bool above = got ? *got > keyword.max : !negative;
    if (below && !lowest_is_safe(keyword.key)) {
        return refused(fmt::format("{} must be at least {}", keyword.name, keyword.min));
    }
    if (above && keyword.key == Key::dev_loss_tmo) {
        return {text_value("infinity"), false,
                fmt::format("{} is too large for dev_loss_tmo; infinity is used", printable(text))};
    }
    const std::int64_t bound = below ? keyword.min : keyword.max;
    if (below || above) {
        return {number_value(bound), false,
                fmt::format("{} is too {} for {}; {} is used", printable(text),
                            below ? "small" : "large", keyword.name, bound)};
    }
    return accepted(number_value(*got));
}

/// "<n> <n words>" at `words[count_at]`.
ParsedValue parse_counted(const Keyword& keyword, std::string_view text, std::size_t count_at) {
    const std::vector<std::string_view> words = split_words(text);
    if (words.size() <= count_at) {
        return refused(fmt::format("the number of arguments is missing in {}", keyword.name));
    }
    const Result<std::uint64_t> count = parse_u64(words[count_at]);
    if (!count) {
        return refused(fmt::format("'{}' is not the number of arguments of {}",
                                   printable(words[count_at]), keyword.name));
    }
    const std::size_t follow = words.size() - count_at - 1;
    if (*count != follow) {
        return refused(
            fmt::format("{} says {} words, but {} follow", keyword.name, *count, follow));
    }
    std::vector<std::string> clean(words.begin(), words.end());
    return accepted(text_value(join(clean, " ")));
}

constexpr std::uint64_t kPenaltyMax = 400;

/// "auto", or a name with a count of arguments; those of numa-distance are known.
ParsedValue parse_selector(const Keyword& keyword, std::string_view text) {
    const std::vector<std::string_view> words = split_words(text);
    if (words.size() == 1 && words.front() == kAutoSelector) {
        return accepted(text_value(kAutoSelector));
    }
    ParsedValue parsed = parse_counted(keyword, text, 1);
    if (!parsed.value || words.front() != kNumaSelector || words.size() == 2) {
        return parsed;
    }
    const Result<std::uint64_t> penalty = parse_u64(words.back());
    if (words.size() != 4 || words[2] != "penalty" || !penalty || *penalty > kPenaltyMax) {
        return refused(fmt::format("{} takes no arguments, or \"2 penalty <0 to {}>\"",
                                   kNumaSelector, kPenaltyMax));
    }
    return parsed;
}

/// Words behind which the kernel expects a number, and what it takes there.
struct NumberedFeature {
    std::string_view name;
    std::uint64_t min;
    std::uint64_t max;
};
constexpr NumberedFeature kNumberedFeatures[] = {{"pg_init_retries", 1, 50},
                                                 {"pg_init_delay_msecs", 0, 60000}};
constexpr std::string_view kPlainFeatures[] = {"queue_if_no_path", "retain_attached_hw_handler"};
constexpr std::string_view kQueueModes[] = {"bio", "rq", "mq"};

struct FeatureCheck {
    std::size_t words = 1;  ///< how many it takes, itself included
    bool known = true;
    std::string fault;
};

FeatureCheck check_feature(std::string_view name, std::string_view argument) {
    for (const NumberedFeature& feature : kNumberedFeatures) {
        if (name == feature.name) {
            const Result<std::uint64_t> number = parse_u64(argument);
            const bool good = number && *number >= feature.min && *number <= feature.max;
            return {2, true,
                    good ? ""
                         : fmt::format("{} needs a number from {} to {}", name, feature.min,
                                       feature.max)};
        }
    }
    if (name == "queue_mode") {
        const bool good = std::ranges::find(kQueueModes, argument) != std::end(kQueueModes);
        return {2, true, good ? "" : "queue_mode needs bio, rq or mq"};
    }
    return {1, std::ranges::find(kPlainFeatures, name) != std::end(kPlainFeatures), {}};
}

/// The kernel refuses a table with a wrong feature, and then there is no map at all.
ParsedValue parse_features(const Keyword& keyword, std::string_view text) {
    ParsedValue parsed = parse_counted(keyword, text, 0);
    const std::vector<std::string_view> words = split_words(text);
    std::size_t at = 1;
    while (parsed.value && at < words.size()) {
        const FeatureCheck check =
            check_feature(words[at], at + 1 < words.size() ? words[at + 1] : "");
        if (!check.fault.empty()) {
            return refused(check.fault);
        }
        if (!check.known) {
            parsed.problem =
                fmt::format("'{}' is no feature that is known here; the kernel may refuse it",
                            printable(words[at]));
        }
        at += check.words;
    }
    return parsed;
}

/// "prefix:PROPERTY ..."; what has another form is left out.
ParsedValue parse_uid_attrs(std::string_view text) {
    std::vector<std::string> good;
    std::string problem;
    for (std::string_view word : split_words(text)) {
        const std::size_t colon = word.find(':');
        if (colon == std::string_view::npos || colon == 0 || colon + 1 == word.size()) {
            problem = fmt::format("'{}' is not of the form <device name>:<udev property>",
                                  printable(word));
        } else {
            good.emplace_back(word);
        }
    }
    if (good.empty() && !problem.empty()) {
        return refused(std::move(problem));
    }
    if (good.empty()) {
        return {std::nullopt, true, {}};
    }
    return {text_value(join(good, " ")), false, std::move(problem)};
}

ParsedValue parse_text(const Keyword& keyword, std::string_view text) {
    if (keyword.key == Key::uid_attrs) {
        return parse_uid_attrs(text);
    }
    ParsedValue parsed = accepted(text_value(text));
    if (!keyword.words.empty() && find_word(keyword, text) == nullptr) {
        parsed.problem = refuse_word(keyword, text).problem + "; it is used all the same";
    }
    return parsed;
}

ParsedValue parse_mode(std::string_view text) {
    std::int64_t mode = 0;
    const char* end = text.data() + text.size();
    const std::from_chars_result got = std::from_chars(text.data(), end, mode, 8);
    if (text.empty() || got.ec != std::errc{} || got.ptr != end || mode < 0 || mode > kModeMax) {
        return refused(fmt::format("'{}' is not an octal mode of at most 0777", printable(text)));
    }
    return accepted(number_value(mode));
}

/// Ids are printed in octal with a leading 0, so that is read as octal too.
Result<std::uint64_t> parse_id(std::string_view text) {
    if (text.size() < 2 || text.front() != '0') {
        return parse_u64(text);
    }
    std::uint64_t id = 0;
    const char* end = text.data() + text.size();
    const std::from_chars_result got = std::from_chars(text.data(), end, id, 8);
    if (got.ec != std::errc{} || got.ptr != end) {
        return fail(Errc::invalid, "not an octal number");
    }
    return id;
}

ParsedValue parse_account(const Keyword& keyword, std::string_view text,
                          const std::map<std::string, std::uint32_t, std::less<>>& names,
                          const char* what) {
    const Result<std::uint64_t> number = parse_id(text);
    if (number && *number <= static_cast<std::uint64_t>(kIdMax)) {
        return accepted(number_value(static_cast<std::int64_t>(*number)));
    }
    const auto found = names.find(text);
    if (!number && found != names.end()) {
        return accepted(number_value(found->second));
    }
    return refused(fmt::format("{}: no {} is called '{}'", keyword.name, what, printable(text)));
}

ParsedValue parse_reservation(std::string_view text) {
    constexpr std::string_view kSuffix = ":aptpl";
    if (text == "file") {
        return accepted(text_value(text));
    }
    std::string_view digits = text;
    const bool persist = ends_with(digits, kSuffix);
    if (persist) {
        digits.remove_suffix(kSuffix.size());
    }
    const Result<std::uint64_t> key = parse_hex(digits);
    if (!key) {
        return refused(
            fmt::format("'{}' is not a key of up to 16 hexadecimal digits, with :aptpl "
                        "behind it or not, nor 'file'",
                        printable(text)));
    }
    return accepted(text_value(fmt::format("0x{:x}{}", *key, persist ? kSuffix : "")));
}

ParsedValue parse_name(const Keyword& keyword, std::string_view text) {
    if (keyword.key == Key::partition_delimiter && text == "/UNSET/") {
        return {std::nullopt, true, {}};
    }
    if (text.find('/') != std::string_view::npos) {
        return refused(fmt::format("{} must not hold a '/'", keyword.name));
    }
    const bool control = std::ranges::any_of(text, [](char c) { return c < ' ' && c >= '\0'; });
    if (control || text.size() > kMaxName) {
        return refused(fmt::format("{} must be at most {} bytes without control characters",
                                   keyword.name, kMaxName));
    }
    return accepted(text_value(text));
}

}  // namespace

ParsedValue parse_value(const Keyword& keyword, std::string_view text, const Accounts& accounts) {
    switch (keyword.form) {
        case Form::word:
            return parse_word(keyword, text);
        case Form::number:
            return parse_number_value(keyword, text);
        case Form::text:
            return parse_text(keyword, text);
        case Form::regex:
            return accepted(text_value(text));
        case Form::name:
            return parse_name(keyword, text);
        case Form::counted_first:
            return keyword.key == Key::features ? parse_features(keyword, text)
                                                : parse_counted(keyword, text, 0);
        case Form::counted_second:
            return parse_selector(keyword, text);
        case Form::mode:
            return parse_mode(text);
        case Form::user:
            return parse_account(keyword, text, accounts.users, "user");
        case Form::group:
            return parse_account(keyword, text, accounts.groups, "group");
        case Form::reservation:
            return parse_reservation(text);
        case Form::ignored:
            return {};
    }
    MP_ASSERT(false);
}

std::string render_value(const Keyword& keyword, const Value& value) {
    if (value.is_number) {
        const bool octal =
            keyword.form == Form::mode || keyword.form == Form::user || keyword.form == Form::group;
        return octal ? fmt::format("0{:o}", value.number) : std::to_string(value.number);
    }
    // A key is a number, "file" is a word.
    const bool bare = keyword.form == Form::reservation ? value.text != "file" : keyword.bare;
    return bare ? value.text : quoted(value.text);
}

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (char c : text) {
        out += c;
        if (c == '"') {
            out += c;
        }
    }
    return out + "\"";
}

}  // namespace mp::conf
