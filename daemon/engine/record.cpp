// SPDX-License-Identifier: GPL-2.0-or-later
// Which paths look good and should not be used yet, because of how they did before?
//
// Always: a path that keeps failing soon after it was reinstated is held back for longer each time.
// A checker that says good while I/O fails must not win. san_path_err_*: more returns from failures
// than the threshold, less one for every so many good checks, hold it back for a time counted from
// its last failure. marginal_path_*: two failures of I/O in a short time have reads tried down the
// path for a while; too many bad ones among them hold it back until the next trial.
//
// With marginal_pathgroups a path that is held back becomes marginal instead: still in use when its
// map has nothing better. Without, the last path of a map is not held back either, but for a
// moment. An administrator lifts all of it by reinstating the path.
#include <algorithm>
#include <utility>

#include "daemon/engine/rules.h"

namespace mp::engine {

using model::LogLevel;

namespace {

constexpr Duration kStrikeWindow = seconds(60);
constexpr int kStrikesAllowed = 2;
constexpr Duration kHoldMax = seconds(24 * 3600);  // then it is tried anew
constexpr int kDoublingsMax = 16;
constexpr Duration kHoldLast = seconds(1);
constexpr Duration kSampleGap = milliseconds(100);
constexpr Duration kSampleTimeMin = seconds(120);  // multipath.conf(5)
constexpr std::uint64_t kSampleBytes = 4096;
constexpr std::uint64_t kSectorBytes = 512;

bool marginal_groups(Core& core, const Path& path) {
    const Map* map = core.map_of(path);
    return map != nullptr && map->policy.marginal_pathgroups && !map->policy.marginal_by_fabric;
}

void hold(Core& core, Path& path, Instant until, std::string reason) {
    Record& record = path.record;
    if (until < record.hold_until) {
        return;
    }
    record.hold_until = until;
    record.held_reason = std::move(reason);
    core.touch(path);
    update_marginal(core, path);
}

void schedule_sample(Core& core, Path& path, Instant when) {
    Record& record = path.record;
    core.sample_queue.erase({record.sample_due, path.id});
    record.sample_due = when;
    if (when != kNever) {
        core.sample_queue.insert({when, path.id});
    }
}

bool sampling_configured(const conf::MapPolicy& policy) {
    return policy.marginal_path_err_sample_time_s && policy.marginal_path_err_rate_threshold &&
           policy.marginal_path_err_recheck_gap_time_s && policy.marginal_path_double_failed_time_s;
}

void begin_sampling(Core& core, Path& path, const conf::MapPolicy& policy) {
    Record& record = path.record;
    record.samples = record.bad_samples = 0;
    record.sampled_until =
        core.now +
        std::max<Duration>(seconds(*policy.marginal_path_err_sample_time_s), kSampleTimeMin);
    std::string reason =
        "its I/O fails again and again; reads are tried for " +
        std::to_string(
            std::chrono::duration_cast<seconds>(record.sampled_until - core.now).count()) +
        " s";
    core.log(LogLevel::notice, "path-sampled", core.map_of(path), &path, reason);
    hold(core, path, kNever, std::move(reason));  // what is found decides
    schedule_sample(core, path, core.now);
}

void conclude_sampling(Core& core, Path& path, const conf::MapPolicy& policy) {
    Record& record = path.record;
    std::uint64_t rate =
        record.samples == 0 ? 0 : std::uint64_t{record.bad_samples} * 1000 / record.samples;
    std::string found = std::to_string(record.bad_samples) + " of " +
                        std::to_string(record.samples) + " reads failed, " + std::to_string(rate) +
                        " per mille";
    record.sampled_until = kNever;
    if (rate <= *policy.marginal_path_err_rate_threshold) {
        core.log(LogLevel::notice, "path-sampled", core.map_of(path), &path,
                 found + "; it may be used again");
        forgive(core, path);
        check_now(core, path);
        return;
    }
    Duration gap = seconds(*policy.marginal_path_err_recheck_gap_time_s);
    std::string reason = found + "; it is tried again in " +
                         std::to_string(*policy.marginal_path_err_recheck_gap_time_s) + " s";
    core.log(LogLevel::notice, "path-sampled", core.map_of(path), &path, reason);
    record.held_reason = std::move(reason);
    core.touch(path);
    schedule_sample(core, path, core.now + gap);
}

// One block somewhere on the disk, past every cache; not the first, which checkers read.
model::ReadBlocks sample_of(Core& core, const model::BlockDevice& device) {
    std::uint64_t length = std::max<std::uint64_t>(kSampleBytes, device.logical_block_size);
    std::uint64_t blocks = device.size_sectors * kSectorBytes / length;
    return {.offset_bytes = blocks < 2 ? 0 : core.prng.between(1, blocks - 1) * length,
            .length = static_cast<std::uint32_t>(length)};
}

void sample(Core& core, Path& path) {
    const Map* map = core.map_of(path);
    if (map == nullptr || !path.present || !sampling_configured(map->policy)) {
        stop_sampling(core, path);
        check_now(core, path);
        return;
    }
    if (path.record.sampled_until == kNever) {
        begin_sampling(core, path, map->policy);
        return;
    }
    if (path.run.running()) {
        schedule_sample(core, path, core.now + kSampleGap);
        return;
    }
    if (core.now >= path.record.sampled_until) {
        schedule_sample(core, path, kNever);
        conclude_sampling(core, path, map->policy);
        return;
    }
    schedule_sample(core, path, core.now + kSampleGap);
    if (path.state == model::PathState::ghost) {
        return;  // reads down a standby path fail, whatever it is worth
    }
    path.run = CheckRun{};
    path.run.stage = CheckRun::Stage::sampling;
    path.run.started = core.now;
    path.run.op = core.new_op();
    core.emit(model::effect::StartProbe{
        path.run.op, path.ref(), {sample_of(core, *path.device)}, path.policy.checker_timeout});
}

// A check that was asked for while the read was on its way follows.
void end_sample(Core& core, Path& path) {
    if (std::exchange(path.run, CheckRun{}).again) {
        check_now(core, path);
    }
}

}  // namespace

bool held(Core& core, const Path& path) {
    const Record& record = path.record;
    return core.now < record.hold_until && !marginal_groups(core, path) &&
           (has_other_usable(core, path) || core.now < record.struck_at + kHoldLast);
}

Instant hold_ends(Core& core, const Path& path) {
    const Record& record = path.record;
    if (core.now >= record.hold_until) {
        return kNever;
    }
    bool withheld = path.good() && !path.trusted && !has_other_usable(core, path);
    Instant ends = withheld ? record.struck_at + kHoldLast : record.hold_until;
    return std::max(ends, core.now + kHoldLast);
}

void release_held(Core& core, Map& map) {
    for (PathId id : map.paths) {
        Path* path = core.find_path(id);
        if (path->record.hold_until > core.now && path->good() && !has_other_usable(core, *path)) {
            check_now(core, *path);
        }
    }
}

std::string note_failure(Core& core, Path& path) {
    Record& record = path.record;
    bool soon =
        record.reinstated_at != Instant{} && core.now - record.reinstated_at < kStrikeWindow;
    record.struck_at = core.now;
    if (core.now < record.hold_until) {  // used as the last one: that it failed is no new strike
        return "; held back, " + record.held_reason;
    }
    record.strikes = soon ? record.strikes + 1 : 0;
    if (record.strikes <= kStrikesAllowed) {
        return "";
    }
    Duration time = core.config->globals().polling_interval *
                    (1LL << std::min(record.strikes - kStrikesAllowed - 1, kDoublingsMax));
    hold(core, path, core.now + std::min<Duration>(time, kHoldMax),
         "it keeps failing soon after it is reinstated");
    return "; held back, " + record.held_reason;
}

void note_io_failure(Core& core, Path& path) {
    Record& record = path.record;
    Instant before = std::exchange(record.io_failed_at, core.now);
    const Map* map = core.map_of(path);
    if (map == nullptr || !sampling_configured(map->policy) || record.sample_due != kNever ||
        before == kNever ||
        core.now - before > seconds(*map->policy.marginal_path_double_failed_time_s)) {
        return;
    }
    begin_sampling(core, path, map->policy);
}

void note_check(Core& core, Path& path, bool returned) {
    Record& record = path.record;
    update_marginal(core, path);
    const Map* map = core.map_of(path);
    if (!model::usable(path.state)) {
        record.bad_at = core.now;
        return;
    }
    if (map == nullptr || !map->policy.san_path_err_threshold ||
        !map->policy.san_path_err_forget_rate || !map->policy.san_path_err_recovery_time_s) {
        record.bounces = record.good_checks = 0;
        return;
    }
    if (!returned) {
        if (++record.good_checks >= *map->policy.san_path_err_forget_rate) {
            record.good_checks = 0;
            record.bounces -= record.bounces > 0 ? 1 : 0;
        }
        return;
    }
    ++record.bounces;
    record.good_checks = 0;
    Instant until = record.bad_at + seconds(*map->policy.san_path_err_recovery_time_s);
    if (record.bounces > *map->policy.san_path_err_threshold && until > core.now) {
        std::string reason = "it failed " + std::to_string(record.bounces) +
                             " times; san_path_err_threshold is " +
                             std::to_string(*map->policy.san_path_err_threshold);
        core.log(LogLevel::notice, "path-held", map, &path, "held back: " + reason);
        hold(core, path, until, std::move(reason));
    }
}

void forgive(Core& core, Path& path) {
    stop_sampling(core, path);
    path.record = Record{.reinstated_at = path.record.reinstated_at};
    core.touch(path);
    update_marginal(core, path);
}

void update_marginal(Core& core, Path& path) {
    bool wanted = path.marginal_by_command || !path.marginal_by_fabric.empty() ||
                  (core.now < path.record.hold_until && marginal_groups(core, path));
    if (wanted == path.marginal) {
        return;
    }
    path.marginal = wanted;
    core.touch(path);
    Map* map = core.map_of(path);
    if (map == nullptr) {
        return;
    }
    core.log(LogLevel::notice, wanted ? "path-marginal" : "path-no-longer-marginal", map, &path,
             wanted
                 ? "marginal: used when the map has nothing better" +
                       (path.marginal_by_fabric.empty() ? "" : " (" + path.marginal_by_fabric + ")")
                 : "no longer marginal");
    map->regroup = true;
    core.mark_dirty(*map);
}

void run_due_samples(Core& core) {
    while (!core.sample_queue.empty() && core.sample_queue.begin()->first <= core.now) {
        Path* path = core.find_path(core.sample_queue.begin()->second);
        MP_ASSERT(path != nullptr);
        sample(core, *path);
    }
}

void on_sample(Core& core, Path& path, const model::ProbeReply& reply) {
    ++path.record.samples;
    const model::BytesReply* bytes = reply ? std::get_if<model::BytesReply>(&*reply) : nullptr;
    path.record.bad_samples += bytes == nullptr || bytes->data.size() < kSampleBytes ? 1 : 0;
    end_sample(core, path);
}

void stop_sampling(Core& core, Path& path) {
    if (path.record.sample_due != kNever) {
        schedule_sample(core, path, kNever);
        path.record.hold_until = core.now;
    }
    path.record.sampled_until = kNever;
    if (path.run.stage == CheckRun::Stage::sampling) {
        end_sample(core, path);
    }
}

}  // namespace mp::engine
