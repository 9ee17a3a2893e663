// SPDX-License-Identifier: GPL-2.0-or-later
// How are many failures told as one? A failure waits a moment for its likes; when the moment is
// over, what failed together is folded to the smallest common cause that explains it: one path, one
// target port (nexus), one adapter. Each incident is one log line with counts, whatever the number
// of LUNs. The failing itself never waits for this; only the telling does.
#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "daemon/engine/rules.h"

namespace mp::engine {

namespace {

// Long enough for one sweep of an adapter to come back, short enough for an operator's patience.
constexpr Duration kFoldingWindow = milliseconds(400);
constexpr std::size_t kFailuresMax = 65536;

std::string counted(std::size_t n, const std::string& noun) {
    return std::to_string(n) + " " + noun + (n == 1 ? "" : "s");
}

void report_group(Core& core, const std::string& cause, const std::vector<const Failure*>& group) {
    std::set<std::string> maps;
    std::string names;
    for (const Failure* failure : group) {
        maps.insert(failure->map);
        if (names.size() < 120) {
            names += (names.empty() ? "" : " ") + failure->name;
        } else if (!names.ends_with("...")) {
            names += " ...";
        }
    }
    core.log(model::LogLevel::warning, "incident", nullptr, nullptr,
             counted(group.size(), "path") + " of " + counted(maps.size(), "map") +
                 " failed: " + cause + " (" + names + "): " + group.front()->reason);
}

}  // namespace

void note_failure(Core& core, const Path& path, std::string reason) {
    if (core.failures.size() >= kFailuresMax) {
        return;
    }
    Map* map = core.find_map(path.map);
    core.failures.push_back({path.id, path.device->name, map == nullptr ? "" : map->alias,
                             path.device->adapter.id, path.device->target_port, std::move(reason)});
    core.failures_due = std::min(core.failures_due, core.now + kFoldingWindow);
}

void report_incidents(Core& core) {
    if (core.failures_due > core.now) {
        return;
    }
    core.failures_due = kNever;
    std::vector<Failure> failures = std::exchange(core.failures, {});
    std::map<std::string, std::vector<const Failure*>> by_adapter;
    for (const Failure& failure : failures) {
        by_adapter[failure.adapter].push_back(&failure);
    }
    for (const std::pair<const std::string, std::vector<const Failure*>>& entry : by_adapter) {
        const std::vector<const Failure*>& group = entry.second;
        if (group.size() == 1) {
            const Failure& one = *group.front();
            model::effect::Log record;
            record.level = model::LogLevel::warning;
            record.id = "path-failed";
            record.map = one.map;
            record.path = one.name;
            record.text = "path failed: " + one.reason;
            core.emit(std::move(record));
            continue;
        }
        std::set<std::string> ports;
        for (const Failure* failure : group) {
            ports.insert(failure->target_port);
        }
        std::string cause = entry.first.empty() ? "no common adapter" : "adapter " + entry.first;
        if (ports.size() == 1 && !ports.begin()->empty()) {
            cause = "target port " + *ports.begin() + " behind " + cause;
        }
        report_group(core, cause, group);
    }
}

}  // namespace mp::engine
