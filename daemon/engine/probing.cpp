// SPDX-License-Identifier: GPL-2.0-or-later
// Which checks need not be made in full? With `path_probing sampled`, paths of one nexus vouch for
// each other: the adapter, the link and the target port are the same, and those are what fails.
//
// Of a good path a routine check then asks only who it is (a wrong disk is the worst fault, so that
// is never spared: once in max_polling_interval) and whether I/O went on meanwhile, which sysfs
// knows without a command. Every polling_interval a sample of its nexus, at least five paths and
// others each time, is checked in full; paths that carry I/O are passed over, their I/O is the
// check. When one of a sample fails, or its rank changes, all of the nexus are checked at once
// (verdict.cpp). However that goes, each path is checked in full once in ten
// max_polling_intervals.
#include <algorithm>

#include "daemon/base/strings.h"
#include "daemon/engine/rules.h"

namespace mp::engine {

namespace {

constexpr std::size_t kSampleMin = 5;
constexpr int kFullCheckIntervals = 10;  // of max_polling_interval

Duration longest(const Core& core) {
    return core.config->globals().max_polling_interval * kFullCheckIntervals;
}

// It has shown what a check would show, as far as samples of others can vouch for the rest.
bool in_good_standing(const Path& path) {
    return path.policy.sampled_probing && path.accepted && path.serves() &&
           path.identity == IdentityState::verified &&
           path.dm_state == model::DmPathState::active && path.record.sample_due == kNever;
}

bool busy(const Core& core, const Path& path) {
    return path.io_seen != kNever &&
           core.now - path.io_seen <= core.config->globals().max_polling_interval;
}

// So many that all have had their turn in time.
std::size_t sample_size(const Core& core, std::size_t members) {
    std::int64_t rounds =
        std::max<std::int64_t>(longest(core) / core.config->globals().polling_interval, 1);
    return std::max(kSampleMin, members / static_cast<std::size_t>(rounds) + 1);
}

void take_sample(Core& core, PathId& last, const std::set<PathId>& members) {
    std::size_t left = sample_size(core, members.size());
    std::set<PathId>::const_iterator at = members.upper_bound(last);
    for (std::size_t seen = 0; seen < members.size() && left > 0; ++seen, ++at) {
        at = at == members.end() ? members.begin() : at;
        Path& path = *core.find_path(*at);
        if (in_good_standing(path) && !busy(core, path)) {
            check_now(core, path);
            last = path.id;
            --left;
        }
    }
}

}  // namespace

bool may_be_light(Core& core, const Path& path) {
    return in_good_standing(path) && core.now - path.fully_checked < longest(core) &&
           core.sample_rounds.contains(kin_key(*path.device, Kin::nexus));
}

void note_io(Core& core, Path& path, const model::ProbeReply& reply) {
    const model::BytesReply* bytes = reply ? std::get_if<model::BytesReply>(&*reply) : nullptr;
    std::string text = bytes == nullptr ? "" : std::string(bytes->data.begin(), bytes->data.end());
    std::vector<std::string_view> words = split_words(text);
    constexpr std::size_t kReads = 0;  // Documentation/block/stat.rst
    constexpr std::size_t kWrites = 4;
    Result<std::uint64_t> reads = parse_u64(words.size() > kWrites ? words[kReads] : "");
    Result<std::uint64_t> writes = parse_u64(words.size() > kWrites ? words[kWrites] : "");
    if (!reads || !writes) {
        path.io_count.reset();
        return;
    }
    std::uint64_t count = *reads + *writes;
    if (path.io_count && *path.io_count != count) {
        path.io_seen = core.now;  // none of it failed: the kernel would have failed the path
    }
    path.io_count = count;
}

bool join_round(Core& core, const Path& path) {
    std::string key = kin_key(*path.device, Kin::nexus);
    if (!in_good_standing(path) || key.empty()) {
        return false;
    }
    Relatives::const_iterator members = core.by(Kin::nexus).find(key);
    if (members == core.by(Kin::nexus).end() || members->second.size() <= kSampleMin) {
        return false;
    }
    if (!core.sample_rounds.contains(key)) {
        Instant due = core.now + core.config->globals().polling_interval;
        core.sample_rounds[key] = PathId{};
        core.round_queue.insert({due, key});
    }
    return true;
}

void run_due_rounds(Core& core) {
    while (!core.round_queue.empty() && core.round_queue.begin()->first <= core.now) {
        std::string key = core.round_queue.begin()->second;
        core.round_queue.erase(core.round_queue.begin());
        Relatives::const_iterator members = core.by(Kin::nexus).find(key);
        bool sampled =
            members != core.by(Kin::nexus).end() && members->second.size() > kSampleMin &&
            std::ranges::any_of(members->second,
                                [&](PathId id) { return in_good_standing(*core.find_path(id)); });
        if (!sampled) {
            core.sample_rounds.erase(key);  // made anew when one of them is in good standing
            continue;
        }
        take_sample(core, core.sample_rounds[key], members->second);
        core.round_queue.insert({core.now + core.config->globals().polling_interval, key});
    }
}

}  // namespace mp::engine
