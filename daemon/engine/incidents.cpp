// SPDX-License-Identifier: GPL-2.0-or-later
// How are many failures told as one, and many returns? News of a path waits a moment for its likes;
// when the moment is over, what failed (or returned) together is folded to the smallest common
// cause that explains it: one path, one target port (nexus), one adapter. Each incident is one log
// line with counts, whatever the number of LUNs. Failing and reinstating themselves never wait for
// this; only the telling does. A path that fails and returns within the moment is told both, in the
// order in which it happened.
#include <algorithm>
#include <map>
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
    core.log(level_of(kind), failed ? "incident" : "incident-over", nullptr, nullptr,
             counted(group.size(), "path") + " of " + counted(maps.size(), "map") +
                 (failed ? " failed: " : " usable again: ") + cause + " (" + names +
                 "): " + group.front()->reason);
}

void report_kind(Core& core, PathNews::Kind kind, const std::vector<PathNews>& all) {
    std::map<std::string, Group> by_adapter;
    for (const PathNews& news : all) {
        if (news.kind == kind) {
            by_adapter[news.adapter].push_back(&news);
        }
    }
    for (const std::pair<const std::string, Group>& entry : by_adapter) {
        const Group& group = entry.second;
        if (group.size() == 1) {
            report_one(core, kind, *group.front());
            continue;
        }
        std::set<std::string> ports;
        for (const PathNews* news : group) {
            ports.insert(news->target_port);
        }
        std::string cause = entry.first.empty() ? "no common adapter" : "adapter " + entry.first;
        if (ports.size() == 1 && !ports.begin()->empty()) {
            cause = "target port " + *ports.begin() + " behind " + cause;
        }
        report_group(core, kind, cause, group);
    }
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
    core.news.push_back({kind, path.device->name, map == nullptr ? "" : map->alias,
                         path.device->adapter.id, path.device->target_port, std::move(reason)});
    core.news_due = std::min(core.news_due, core.now + kFoldingWindow);
}

void report_incidents(Core& core) {
    if (core.news_due <= core.now) {
        report(core);
    }
}

}  // namespace mp::engine
