// SPDX-License-Identifier: GPL-2.0-or-later
// Would a reload change anything that matters?
//
// The kernel does not show the table that was loaded: it prints features in an order of its own,
// names the handler that was attached to the devices instead of the one that was asked for, and
// runs every repeat count as 1 (drivers/md/dm-mpath.c and the dm-ps-*.c selectors). Comparing text
// would reload such maps forever; comparing too loosely would leave a path in the wrong group. The
// rule:
//
//   equal groups, as an ordered list of sets of paths. The order of groups decides which one the
//   kernel tries next, so it counts; the order inside a group only counts for round-robin, where
//   neighbours should hang on different adapters.
//
// Whether I/O is queued without a path is state and not table: a message changes it at any time,
// and the kernel hides it while a map is suspended. The planner compares it on its own.
#include "daemon/dm/equality.h"

#include <algorithm>
#include <cstddef>

#include "daemon/base/assert.h"
#include "daemon/dm/table_codec.h"

namespace mp::dm {
namespace {

using model::MultipathTable;
using model::TableGroup;
using model::TablePath;

constexpr std::string_view kQueueing = "queue_if_no_path";
constexpr std::string_view kRetain = "retain_attached_hw_handler";
constexpr std::string_view kQueueMode = "queue_mode";

bool takes_number(std::string_view feature) {
    return feature == "pg_init_retries" || feature == "pg_init_delay_msecs";
}

/// The features that a reload could change, as sorted "word" or "word value".
std::vector<std::string> essential_features(const MultipathTable& table) {
    std::vector<std::string> essential;
    const std::vector<std::string>& words = table.features;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string& word = words[i];
        bool has_value = i + 1 < words.size();
        if (word == kQueueing || word == kRetain) {
            continue;
        }
        if (word == kQueueMode && has_value) {
            ++i;
        } else if (takes_number(word) && has_value) {
            ++i;
            if (word != "pg_init_retries" || words[i] != "0") {
                essential.push_back(word + " " + words[i]);
            }
        } else {
            essential.push_back(word);
        }
    }
    if (queue_mode(table) == "bio") {
        essential.push_back("queue_mode bio");
    }
    std::ranges::sort(essential);
    return essential;
}

/// What a selector does with its per-path words.
struct SelectorWords {
    std::string_view name;
    std::size_t ignored;                ///< leading words without effect (repeat count)
    std::vector<std::string> defaults;  ///< what the kernel shows for words left out
};

const SelectorWords& selector_words(std::string_view name) {
    static const std::vector<SelectorWords> known = {
        {"round-robin", 1, {"1"}},
        {"queue-length", 1, {"1"}},
        {"service-time", 1, {"1", "1"}},
        {"historical-service-time", 1, {"0"}},
        {"numa-distance", 1, {"1", "auto", "auto"}},  // repeat count, node, busy threshold
    };
    static const SelectorWords other{"", 0, {}};
    for (const SelectorWords& words : known) {
        if (words.name == name) {
            return words;
        }
    }
    return other;
}

bool same_path_args(std::string_view selector, std::vector<std::string> live,
                    std::vector<std::string> wanted) {
    const SelectorWords& words = selector_words(selector);
    for (std::size_t i = wanted.size(); i < words.defaults.size(); ++i) {
        wanted.push_back(words.defaults[i]);
    }
    for (std::size_t i = live.size(); i < words.defaults.size(); ++i) {
        live.push_back(words.defaults[i]);
    }
    // A selector we do not know may add words of its own behind ours.
    if (live.size() < wanted.size()) {
        return false;
    }
    for (std::size_t i = words.ignored; i < wanted.size(); ++i) {
        if (live[i] != wanted[i]) {
            return false;
        }
    }
    return true;
}

/// `wanted` may leave trailing words to the kernel's defaults; numa-distance shows what it was
/// given.
bool same_selector_args(std::string_view selector, const std::vector<std::string>& live,
                        const std::vector<std::string>& wanted) {
    if (selector == "numa-distance") {
        return live == wanted;
    }
    return live.size() >= wanted.size() && std::equal(wanted.begin(), wanted.end(), live.begin());
}

std::string words_or_none(const std::vector<std::string>& words) {
    std::string out;
    for (const std::string& word : words) {
        out += out.empty() ? "" : " ";
        out += word;
    }
    return out.empty() ? "none" : out;
}

std::vector<TablePath> sorted_paths(const TableGroup& group) {
    std::vector<TablePath> paths = group.paths;
    std::ranges::stable_sort(paths, {}, &TablePath::devt);
    return paths;
}

bool contains(const std::vector<TablePath>& paths, DevT devt) {
    return std::ranges::find(paths, devt, &TablePath::devt) != paths.end();
}

std::string group_difference(const TableGroup& live, const TableGroup& wanted) {
    if (live.selector != wanted.selector) {
        return "selector is " + live.selector + ", wanted " + wanted.selector;
    }
    if (!same_selector_args(wanted.selector, live.selector_args, wanted.selector_args)) {
        return "selector arguments are " + words_or_none(live.selector_args) + ", wanted " +
               words_or_none(wanted.selector_args);
    }
    for (const TablePath& path : wanted.paths) {
        if (!contains(live.paths, path.devt)) {
            return "path " + path.devt.str() + " is missing";
        }
    }
    for (const TablePath& path : live.paths) {
        if (!contains(wanted.paths, path.devt)) {
            return "path " + path.devt.str() + " does not belong there";
        }
    }
    if (live.paths.size() != wanted.paths.size()) {
        return "a path is listed twice";
    }
    bool ordered = wanted.selector == "round-robin";
    std::vector<TablePath> have = ordered ? live.paths : sorted_paths(live);
    std::vector<TablePath> want = ordered ? wanted.paths : sorted_paths(wanted);
    for (std::size_t i = 0; i < want.size(); ++i) {
        if (have[i].devt != want[i].devt) {
            return "path " + want[i].devt.str() + " has another place in the round";
        }
        if (!same_path_args(wanted.selector, have[i].args, want[i].args)) {
            return "arguments of path " + want[i].devt.str() + " are " +
                   words_or_none(have[i].args) + ", wanted " + words_or_none(want[i].args);
        }
    }
    return "";
}

/// An attached handler is kept by the kernel whatever the table asks for; only one that is wanted
/// and not there can be had by a reload. Bio-based maps take none.
bool handler_needs_reload(const MultipathTable& live, const MultipathTable& wanted) {
    return queue_mode(wanted) != "bio" && live.hw_handler.empty() && !wanted.hw_handler.empty();
}

}  // namespace

std::string_view queue_mode(const MultipathTable& table) {
    const std::vector<std::string>& words = table.features;
    std::string_view mode = "rq";
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
        if (words[i] == kQueueMode) {
            mode = words[i + 1] == "bio" ? "bio" : "rq";
        }
    }
    return mode;
}

std::string why_different(const MultipathTable& live, const MultipathTable& wanted) {
    if (live.size_sectors != wanted.size_sectors) {
        return "size is " + std::to_string(live.size_sectors) + " sectors, wanted " +
               std::to_string(wanted.size_sectors);
    }
    std::vector<std::string> have = essential_features(live);
    std::vector<std::string> want = essential_features(wanted);
    if (have != want) {
        return "features are " + words_or_none(have) + ", wanted " + words_or_none(want);
    }
    if (handler_needs_reload(live, wanted)) {
        return "hardware handler is none, wanted " + wanted.hw_handler.front();
    }
    if (live.groups.size() != wanted.groups.size()) {
        return "groups are " + std::to_string(live.groups.size()) + ", wanted " +
               std::to_string(wanted.groups.size());
    }
    for (std::size_t i = 0; i < wanted.groups.size(); ++i) {
        std::string difference = group_difference(live.groups[i], wanted.groups[i]);
        if (!difference.empty()) {
            return "group " + std::to_string(i + 1) + ": " + difference;
        }
    }
    return "";
}

bool same_table(const MultipathTable& live, const MultipathTable& wanted) {
    return why_different(live, wanted).empty();
}

std::vector<std::string> with_queue_mode(const std::vector<std::string>& features,
                                         std::string_view mode) {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < features.size(); ++i) {
        if (features[i] == kQueueMode && i + 1 < features.size()) {
            ++i;
            continue;
        }
        out.push_back(features[i]);
    }
    if (mode == "bio") {
        out.emplace_back(kQueueMode);
        out.emplace_back(mode);
    }
    return out;
}

std::vector<std::string> with_queueing(const std::vector<std::string>& features, bool queueing) {
    std::vector<std::string> out;
    if (queueing) {
        out.emplace_back(kQueueing);
    }
    for (const std::string& word : features) {
        if (word != kQueueing) {
            out.push_back(word);
        }
    }
    return out;
}

MultipathTable kernel_view(const MultipathTable& loaded) {
    MultipathTable view = loaded;
    view.features.clear();
    bool bio = queue_mode(loaded) == "bio";
    if (has_feature(loaded, kQueueing)) {
        view.features.emplace_back(kQueueing);
    }
    for (std::string_view word :
         {std::string_view("pg_init_retries"), std::string_view("pg_init_delay_msecs")}) {
        for (const std::string& feature : essential_features(loaded)) {
            if (feature.substr(0, word.size() + 1) == std::string(word) + " ") {
                view.features.emplace_back(word);
                view.features.push_back(feature.substr(word.size() + 1));
            }
        }
    }
    if (bio || has_feature(loaded, kRetain)) {
        view.features.emplace_back(kRetain);
    }
    if (bio) {
        view.features.emplace_back(kQueueMode);
        view.features.emplace_back("bio");
        view.hw_handler.clear();
    }
    if (view.hw_handler.size() > 1) {
        view.hw_handler.resize(1);
    }
    for (TableGroup& group : view.groups) {
        const SelectorWords& words = selector_words(group.selector);
        for (TablePath& path : group.paths) {
            for (std::size_t i = path.args.size(); i < words.defaults.size(); ++i) {
                path.args.push_back(words.defaults[i]);
            }
            for (std::size_t i = 0; i < words.ignored && i < path.args.size(); ++i) {
                path.args[i] = words.defaults[i];
            }
        }
    }
    return view;
}

}  // namespace mp::dm
