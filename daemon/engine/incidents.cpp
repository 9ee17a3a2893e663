// SPDX-License-Identifier: GPL-2.0-or-later
// How are many failures told as one, and many returns? News of a path waits a moment for its likes;
// when the moment is over, what failed (or returned) together is folded to the smallest common
// cause: one target port behind one adapter, a target port, a target port group, an adapter, an
// array, a fabric. A cause explains news when every path that hangs on it shares their fate; of
// several that explain equally much the smaller one is named. What no cause explains is told by
// adapter. Each incident is one log line with counts, whatever the number of LUNs. Failing and
// reinstating themselves never wait for this; only the telling does. A path that fails and returns
// within the moment is told both, in the order in which it happened.
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "daemon/engine/rules.h"

namespace mp::engine {

namespace {

// Long enough for one sweep of an adapter to come back, short enough for an operator's patience.
constexpr Duration kFoldingWindow = milliseconds(400);
constexpr std::size_t kNewsMax = 65536;
constexpr std::size_t kNamesChars = 120;

using Group = std::vector<const PathNews*>;

model::LogLevel level_of(PathNews::Kind kind) {
    return kind == PathNews::Kind::failed ? model::LogLevel::warning : model::LogLevel::notice;
}

std::string counted(std::size_t n, const std::string& noun) {
    return std::to_string(n) + " " + noun + (n == 1 ? "" : "s");
}

void report_one(Core& core, PathNews::Kind kind, const PathNews& one) {
    bool failed = kind == PathNews::Kind::failed;
    model::effect::Log record;
    record.level = level_of(kind);
    record.id = failed ? "path-failed" : "path-recovered";
    record.map = one.map;
    record.path = one.name;
    record.text = (failed ? "path failed: " : "path is usable again: ") + one.reason;
    core.emit(std::move(record));
}

std::size_t lost_maps(Core& core, const Group& group) {
    std::set<MapId> lost;
    for (const PathNews* news : group) {
        const Path* path = core.find_path(news->id);
        const Map* map = path == nullptr ? nullptr : core.map_of(*path);
        if (map != nullptr && std::ranges::none_of(map->paths, [&](PathId id) {
                return core.find_path(id)->serves();
            })) {
            lost.insert(map->id);
        }
    }
    return lost.size();
}

void report_group(Core& core, PathNews::Kind kind, const std::string& cause, const Group& group) {
    std::set<std::string> maps;
    std::string names;
    for (const PathNews* news : group) {
        maps.insert(news->map);
        if (names.size() < kNamesChars) {
            names += (names.empty() ? "" : " ") + news->name;
        } else if (!names.ends_with("...")) {
            names += " ...";
        }
    }
    bool failed = kind == PathNews::Kind::failed;
    std::size_t lost = failed ? lost_maps(core, group) : 0;
    core.log(level_of(kind), failed ? "incident" : "incident-over", nullptr, nullptr,
             counted(group.size(), "path") + " of " + counted(maps.size(), "map") +
                 (failed ? " failed: " : " usable again: ") + cause + " (" + names +
                 "): " + group.front()->reason +
                 (lost == 0 ? "" : "; " + counted(lost, "map") + " without a path"));
}

/// Something whose failure would explain news.
struct Cause {
    Kin kin;
    std::string key;
    int target_port_group = -1;  ///< of an array; -1: all of it
    auto operator<=>(const Cause&) const = default;
};

const std::string& key_of(const PathNews& news, Kin kin) {
    return news.kin[static_cast<std::size_t>(kin)];
}

std::string text_of(const Cause& cause, const PathNews& news) {
    switch (cause.kin) {
        case Kin::nexus:
            return "target port " + key_of(news, Kin::target_port) + " behind adapter " +
                   key_of(news, Kin::adapter);
        case Kin::target_port:
            return "target port " + cause.key;
        case Kin::adapter:
            return "adapter " + cause.key;
        case Kin::array:
            return cause.target_port_group < 0
                       ? "array " + cause.key
                       : "target port group " + std::to_string(cause.target_port_group) +
                             " of array " + cause.key;
        case Kin::fabric:
            return "fabric " + cause.key;
    }
    MP_ASSERT(false);
}

// Smaller causes first.
std::vector<Cause> causes_of(const PathNews& news) {
    std::vector<Cause> causes;
    for (Kin kin : {Kin::nexus, Kin::target_port, Kin::adapter, Kin::array, Kin::fabric}) {
        if (key_of(news, kin).empty()) {
            continue;
        }
        if (kin == Kin::array && news.target_port_group >= 0) {
            causes.push_back({kin, key_of(news, kin), news.target_port_group});
        }
        causes.push_back({kin, key_of(news, kin)});
    }
    return causes;
}

bool explains(Core& core, PathNews::Kind kind, const Cause& cause) {
    Relatives::const_iterator members = core.by(cause.kin).find(cause.key);
    if (members == core.by(cause.kin).end()) {
        return true;  // all that hung on it is gone
    }
    return std::ranges::all_of(members->second, [&](PathId id) {
        const Path& path = *core.find_path(id);
        bool concerned =
            path.map && path.present && path.accepted &&
            (cause.target_port_group < 0 || path.target_port_group == cause.target_port_group);
        return !concerned || path.serves() == (kind == PathNews::Kind::recovered);
    });
}

// The cause that explains most of them, if it explains more than one.
std::optional<Cause> main_cause(Core& core, PathNews::Kind kind, const Group& left) {
    std::map<Cause, std::size_t> count;
    for (const PathNews* news : left) {
        for (Cause& cause : causes_of(*news)) {
            ++count[std::move(cause)];
        }
    }
    std::vector<std::pair<Cause, std::size_t>> order(count.begin(), count.end());
    std::ranges::stable_sort(order, [](const auto& a, const auto& b) {
        bool part_of_array = a.first.target_port_group >= 0 && b.first.target_port_group < 0;
        bool smaller = a.first.kin < b.first.kin || (a.first.kin == b.first.kin && part_of_array);
        return a.second > b.second || (a.second == b.second && smaller);
    });
    for (const std::pair<Cause, std::size_t>& candidate : order) {
        if (candidate.second < 2) {
            break;
        }
        if (explains(core, kind, candidate.first)) {
            return candidate.first;
        }
    }
    return std::nullopt;
}

Group take(Group& left, const Cause& cause) {
    auto other = [&](const PathNews* news) {
        return key_of(*news, cause.kin) != cause.key ||
               (cause.target_port_group >= 0 && news->target_port_group != cause.target_port_group);
    };
    Group::iterator at = std::stable_partition(left.begin(), left.end(), other);
    Group taken(at, left.end());
    left.erase(at, left.end());
    return taken;
}

void report_by_adapter(Core& core, PathNews::Kind kind, const Group& left) {
    std::map<std::string, Group> by_adapter;
    for (const PathNews* news : left) {
        by_adapter[key_of(*news, Kin::adapter)].push_back(news);
    }
    for (const std::pair<const std::string, Group>& entry : by_adapter) {
        const Group& group = entry.second;
        if (group.size() == 1) {
            report_one(core, kind, *group.front());
            continue;
        }
        bool one_port = std::ranges::all_of(group, [&](const PathNews* news) {
            return key_of(*news, Kin::nexus) == key_of(*group.front(), Kin::nexus);
        });
        Cause cause{one_port ? Kin::nexus : Kin::adapter, entry.first};
        report_group(
            core, kind,
            entry.first.empty() ? "no common adapter" : "some of " + text_of(cause, *group.front()),
            group);
    }
}

void report_kind(Core& core, PathNews::Kind kind, const std::vector<PathNews>& all) {
    Group left;
    for (const PathNews& news : all) {
        if (news.kind == kind) {
            left.push_back(&news);
        }
    }
    while (std::optional<Cause> cause = main_cause(core, kind, left)) {
        Group group = take(left, *cause);
        report_group(core, kind, text_of(*cause, *group.front()), group);
    }
    report_by_adapter(core, kind, left);
}

void report(Core& core) {
    core.news_due = kNever;
    core.news_of.clear();
    const std::vector<PathNews> news = std::exchange(core.news, {});
    for (PathNews::Kind kind : {PathNews::Kind::failed, PathNews::Kind::recovered}) {
        report_kind(core, kind, news);
    }
}

}  // namespace

void note_news(Core& core, const Path& path, PathNews::Kind kind, std::string reason) {
    std::map<PathId, PathNews::Kind>::iterator told = core.news_of.find(path.id);
    if ((told != core.news_of.end() && told->second != kind) || core.news.size() >= kNewsMax) {
        report(core);
    }
    core.news_of[path.id] = kind;
    Map* map = core.find_map(path.map);
    PathNews news{kind,
                  path.id,
                  path.device->name,
                  map == nullptr ? "" : map->alias,
                  {},
                  path.target_port_group,
                  std::move(reason)};
    for (std::size_t i = 0; i < kKinCount; ++i) {
        news.kin[i] = kin_key(*path.device, static_cast<Kin>(i));
    }
    core.news.push_back(std::move(news));
    core.news_due = std::min(core.news_due, core.now + kFoldingWindow);
}

void report_incidents(Core& core) {
    if (core.news_due <= core.now) {
        report(core);
    }
}

}  // namespace mp::engine
