// SPDX-License-Identifier: GPL-2.0-or-later
// Which path of a group is slower than its fellows? Every check that is answered is a measurement,
// so this costs no command. A path stands out when half of its answers take eight times as long as
// those of its fellows, and longer than any noise; it no longer does when that is twice at most.
// Somebody is told; nothing else follows: which path carries the I/O is the priority's and the path
// selector's matter.
#include <algorithm>
#include <vector>

#include "daemon/engine/rules.h"

namespace mp::engine {

namespace {

constexpr std::uint32_t kAnswersMin = 16;     // fewer say nothing
constexpr std::uint32_t kComparedEvery = 8;   // answers
constexpr Duration kNoise = milliseconds(2);  // a busy machine does that
constexpr int kStandsOut = 8;
constexpr int kFitsIn = 2;
constexpr std::uint32_t kMedian = 50;

// The median of the medians of the others in its group of the live table; 0: there are none.
Duration usual(Core& core, const Path& path) {
    const Map* map = core.map_of(path);
    std::vector<Duration> medians;
    if (map == nullptr) {
        return Duration{0};
    }
    for (const PathGroup& group : map->groups) {
        if (std::ranges::find(group.paths, path.id, &GroupingPath::id) == group.paths.end()) {
            continue;
        }
        for (const GroupingPath& member : group.paths) {
            const Path* other = core.find_path(member.id);
            if (other != nullptr && other->id != path.id && other->serves() &&
                other->latency.total() >= kAnswersMin) {
                medians.push_back(other->latency.quantile(kMedian));
            }
        }
    }
    if (medians.empty()) {
        return Duration{0};
    }
    std::ranges::sort(medians);
    return medians[medians.size() / 2];
}

std::string in_ms(Duration duration) {
    std::int64_t us = duration.count();
    std::string tenths = std::to_string(us / 100 % 10);
    return std::to_string(us / 1000) + "." + tenths + " ms";
}

}  // namespace

void note_latency(Core& core, Path& path, Duration latency) {
    path.latency.add(latency);
    if (path.latency.total() < kAnswersMin || path.latency.total() % kComparedEvery != 0) {
        return;
    }
    Duration own = path.latency.quantile(kMedian);
    Duration others = usual(core, path);
    bool stood_out = !path.latency_notice.empty();
    bool stands_out = others > Duration{0} && own > kNoise &&
                      own >= others * (stood_out ? kFitsIn + 1 : kStandsOut);
    if (stands_out == stood_out) {
        return;
    }
    path.latency_notice = stands_out ? "half of its checks take up to " + in_ms(own) +
                                           ", those of its group " + in_ms(others)
                                     : "";
    core.touch(path);
    core.log(stands_out ? model::LogLevel::warning : model::LogLevel::notice,
             stands_out ? "latency-outlier" : "latency-usual", core.map_of(path), &path,
             stands_out ? "slower than the other paths of its group: " + path.latency_notice
                        : "no longer slower than the other paths of its group");
}

}  // namespace mp::engine
