// SPDX-License-Identifier: GPL-2.0-or-later
// Which paths share a group, which group comes first, and how does that read as a table?
//
// A path joins the first group whose key equals its own: serial, priority, target node, target port
// group, distance; failover gives every path a group, multibus gives all of them one. Marginal
// paths are taken aside first and grouped among themselves, so that they can only come behind all
// normal groups.
//
// The order of groups is the kernel's order of preference when one fails, so it is also the order
// of our own choice (best_group): usable first, then normal, priority, number of usable paths.
// Equal groups keep the order in which their paths came; a tie must never flip a map back and
// forth.
//
// A round-robin group walks its paths in table order. They are dealt out adapter by adapter, and
// host by host inside an adapter, so that neighbours in the round burden different hardware.
//
// Not here: when a path may be used, and when a map follows its best group (failback).
#include "daemon/engine/grouping.h"

#include <algorithm>
#include <limits>

#include "daemon/base/assert.h"

namespace mp::engine {
namespace {

using conf::GroupPolicy;

constexpr std::size_t kNumaPathsMax = 64;  // of a group, in numa-distance

bool same_group(const GroupingPath& a, const GroupingPath& b, GroupPolicy policy) {
    switch (policy) {
        case GroupPolicy::failover:
            return false;
        case GroupPolicy::multibus:
            return true;
        case GroupPolicy::group_by_serial:
            return a.serial == b.serial;
        case GroupPolicy::group_by_prio:
            return a.priority == b.priority;
        case GroupPolicy::group_by_node_name:
            return a.node_name == b.node_name;
        case GroupPolicy::group_by_tpg:
            return a.tpg == b.tpg;
        case GroupPolicy::group_by_distance:  // equally far from every processor, equally good
            return a.priority == b.priority && a.node_distance == b.node_distance;
    }
    MP_ASSERT(false);
}

void add_groups(std::vector<PathGroup>& groups, const std::vector<GroupingPath>& paths,
                GroupPolicy policy, bool marginal) {
    std::size_t first = groups.size();
    for (const GroupingPath& path : paths) {
        if (path.marginal != marginal) {
            continue;
        }
        std::size_t at = first;
        while (at < groups.size() && !same_group(groups[at].paths.front(), path, policy)) {
            ++at;
        }
        if (at == groups.size()) {
            groups.emplace_back();
            groups.back().marginal = marginal;
        }
        groups[at].paths.push_back(path);
    }
}

/// Deals the paths out by turns: one of each `key`, in the order in which the keys first appear.
std::vector<GroupingPath> deal_out(const std::vector<GroupingPath>& paths,
                                   std::string GroupingPath::*key) {
    std::vector<std::vector<GroupingPath>> piles;
    for (const GroupingPath& path : paths) {
        auto same_key = [&path, key](const std::vector<GroupingPath>& pile) {
            return pile.front().*key == path.*key;
        };
        std::vector<std::vector<GroupingPath>>::iterator pile =
            std::ranges::find_if(piles, same_key);
        if (pile == piles.end()) {
            piles.push_back({path});
        } else {
            pile->push_back(path);
        }
    }
    std::vector<GroupingPath> dealt;
    for (std::size_t round = 0; dealt.size() < paths.size(); ++round) {
        for (const std::vector<GroupingPath>& pile : piles) {
            if (round < pile.size()) {
                dealt.push_back(pile[round]);
            }
        }
    }
    return dealt;
}

void alternate_adapters(std::vector<GroupingPath>& paths) {
    bool known =
        std::ranges::none_of(paths, [](const GroupingPath& path) { return path.adapter.empty(); });
    if (paths.size() > 2 && known) {
        // Hosts first: taking by turns from adapters keeps the order inside each adapter.
        paths = deal_out(deal_out(paths, &GroupingPath::host), &GroupingPath::adapter);
    }
}

bool prefer(const PathGroup& a, const PathGroup& b) {
    if (a.marginal != b.marginal) {
        return !a.marginal;
    }
    if (a.priority != b.priority) {
        return a.priority > b.priority;
    }
    return a.usable > b.usable;
}

bool bio_based(const conf::MapPolicy& policy, const TableFacts& facts) {
    bool bio = false;
    for (std::size_t i = 0; i + 1 < policy.features.size(); ++i) {
        if (policy.features[i] == "queue_mode") {
            bio = policy.features[i + 1] == "bio";
        }
    }
    return bio || facts.needs_bio;
}

std::vector<std::string> table_features(const conf::MapPolicy& policy, bool bio) {
    std::vector<std::string> features;
    for (std::size_t i = 0; i < policy.features.size(); ++i) {
        const std::string& word = policy.features[i];
        if (word == "queue_mode") {
            ++i;
        } else if (word != "queue_if_no_path" && word != "retain_attached_hw_handler") {
            features.push_back(word);
        }
    }
    if (bio) {
        features.insert(features.end(), {"queue_mode", "bio"});
    }
    return features;
}

/// The handler that is attached wins (the kernel would keep it anyway), then the configured one,
/// then ALUA where every path speaks it. Bio-based maps take none.
std::vector<std::string> handler_words(const conf::MapPolicy& policy, const TableFacts& facts,
                                       bool bio) {
    if (bio) {
        return {};
    }
    bool attached = !facts.attached_handler.empty() && facts.attached_handler != "detached";
    if (policy.retain_attached_hw_handler && attached) {
        return {facts.attached_handler};
    }
    if (!policy.hw_handler.empty()) {
        return policy.hw_handler;
    }
    return facts.all_paths_tpgs ? std::vector<std::string>{"alua"} : std::vector<std::string>{};
}

std::string repeat_count(const conf::MapPolicy& policy, bool bio, int priority) {
    constexpr std::uint64_t kMax = std::numeric_limits<int>::max();
    std::uint64_t count = bio ? policy.rr_min_io : policy.rr_min_io_rq;
    if (policy.rr_weight_priorities && priority > 0) {
        count *= static_cast<std::uint64_t>(priority);
    }
    return std::to_string(std::min(count, kMax));
}

}  // namespace

GroupPolicy effective_grouping(const conf::MapPolicy& policy, bool all_paths_alua) {
    if (policy.detect_pgpolicy && all_paths_alua) {
        return policy.detect_pgpolicy_use_tpg ? GroupPolicy::group_by_tpg
                                              : GroupPolicy::group_by_prio;
    }
    if (policy.grouping == GroupPolicy::group_by_tpg && !all_paths_alua) {
        return GroupPolicy::failover;
    }
    return policy.grouping;
}

int group_priority(const std::vector<GroupingPath>& paths) {
    std::int64_t sum = 0;
    std::int64_t defined = 0;
    bool usable = false;
    for (const GroupingPath& path : paths) {
        if (!model::usable(path.state)) {
            continue;
        }
        usable = true;
        if (path.priority != kPriorityUndefined) {
            sum += path.priority;
            ++defined;
        }
    }
    if (defined == 0) {
        return usable ? kPriorityUndefined : 0;
    }
    return static_cast<int>(sum / defined);
}

void rank(PathGroup& group) {
    group.priority = group_priority(group.paths);
    group.usable = static_cast<std::size_t>(std::ranges::count_if(
        group.paths, [](const GroupingPath& path) { return model::usable(path.state); }));
}

std::vector<PathGroup> group_paths(const std::vector<GroupingPath>& paths, GroupPolicy policy,
                                   bool alternate) {
    std::vector<PathGroup> groups;
    add_groups(groups, paths, policy, false);
    add_groups(groups, paths, policy, true);
    for (PathGroup& group : groups) {
        if (alternate) {
            alternate_adapters(group.paths);
        }
        rank(group);
    }
    std::ranges::stable_sort(groups, prefer);
    return groups;
}

std::optional<std::size_t> best_group(const std::vector<PathGroup>& groups) {
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < groups.size(); ++i) {
        if (groups[i].usable != 0 && (!best || prefer(groups[i], groups[*best]))) {
            best = i;
        }
    }
    return best;
}

model::MultipathTable desired_table(const std::vector<PathGroup>& groups,
                                    const conf::MapPolicy& policy, const TableFacts& facts) {
    bool bio = bio_based(policy, facts);
    model::MultipathTable table;
    table.size_sectors = facts.size_sectors;
    table.features = table_features(policy, bio);
    table.hw_handler = handler_words(policy, facts, bio);
    for (const PathGroup& group : groups) {
        model::TableGroup& made = table.groups.emplace_back();
        bool numa = policy.selector == conf::kNumaSelector;
        if (numa && (facts.numa_refused || group.paths.size() > kNumaPathsMax)) {
            made.selector = conf::kDefaultSelector;
            numa = false;
        } else {
            made.selector = policy.selector;
            made.selector_args = policy.selector_args;
        }
        for (const GroupingPath& path : group.paths) {
            model::TablePath& row = made.paths.emplace_back();
            row.devt = path.devt;
            row.args.push_back(repeat_count(policy, bio, path.priority));
            if (numa) {
                row.args.push_back(path.numa_node < 0 ? "auto" : std::to_string(path.numa_node));
            }
        }
    }
    if (!groups.empty()) {
        table.initial_group = static_cast<std::uint32_t>(best_group(groups).value_or(0) + 1);
    }
    return table;
}

}  // namespace mp::engine
