// SPDX-License-Identifier: GPL-2.0-or-later
// The PathIo port over the simulated host. Each probe completes exactly once towards the daemon: by
// the answer, or by its deadline, or because the path was released; whatever comes after that is
// dropped. The kernel's own time-out is the probe's, plus its error recovery, so a stuck lane is
// freed some time after the daemon has given up. Foreseen questions are asked one after the other
// on the same lane; what was answered before the deadline comes with its error.
#include "tests/sim/world/path_io.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "daemon/model/answer.h"

namespace mp::sim {
namespace {

constexpr Duration kFailAtOnce = microseconds(50);

model::BytesReply bytes_of(const std::string& text) {
    return model::BytesReply{std::vector<std::uint8_t>(text.begin(), text.end())};
}

}  // namespace

void SimPathIo::start(OpId op, const model::PathRef& path, const model::Questions& questions,
                      Duration timeout) {
    Asked asked{++next_number_, outbox_.session(), op, path.id, {}, questions.first, loop_.now()};
    if (lanes_.count(path.id) != 0) {
        post_error(asked, Errc::busy, "the lane carries a command");
        return;
    }
    const std::optional<DiskId> found = host_.find(path.devt);
    if (!found || host_.disk(*found).name != path.name ||
        (path.disk_seq != 0 && host_.disk(*found).disk_seq != path.disk_seq)) {
        post_error(asked, Errc::gone, "no such device");
        return;
    }
    asked.disk = *found;
    Lane& lane = lanes_[path.id];
    lane = Lane{asked.number, op, false, *found, questions.foreseen, {}, loop_.now() + timeout};
    ask(asked);
}

void SimPathIo::ask(const Asked& asked) {
    if (const auto* attribute = std::get_if<model::ReadAttribute>(&asked.probe)) {
        loop_.after(weather_.command_latency.pick(prng_), [this, asked, path = attribute->path] {
            const std::optional<std::string> value = host_.attribute(path);
            if (value) {
                answer(asked, model::ProbeAnswer{bytes_of(*value + "\n")});
            } else {
                answer(asked, fail(Errc::gone, "no such attribute"));
            }
        });
        return;
    }
    const Duration left = lanes_.at(asked.path).deadline - loop_.now();
    loop_.after(left, [this, asked] { deadline(asked); });
    const bool scsi = std::holds_alternative<model::ScsiCommand>(asked.probe);
    host_.submit(
        asked.disk, scsi ? left : Duration(seconds(30)),
        [this, asked](std::uint16_t host_status) { answer(asked, reply_to(asked, host_status)); });
}

void SimPathIo::post_error(const Asked& asked, Errc code, const char* what) {
    loop_.after(kFailAtOnce, [this, asked, code, what] {
        model::event::ProbeDone done{
            asked.op, asked.path, model::ProbeAnswer{}, loop_.now() - asked.since, {}};
        done.reply = fail(code, what);
        outbox_.post_to(asked.session, std::move(done));
    });
}

void SimPathIo::deadline(const Asked& asked) {
    const auto lane = lanes_.find(asked.path);
    if (!outbox_.is_current(asked.session) || lane == lanes_.end() ||
        lane->second.number != asked.number) {
        return;
    }
    lane->second.stuck = true;
    trace_.note("probe timed out: " + host_.disk(asked.disk).name);
    note(asked, lane->second, fail(Errc::timeout, "the deadline passed"));
    deliver(asked, std::exchange(lane->second.answers, {}));
}

void SimPathIo::answer(const Asked& asked, model::ProbeReply reply) {
    const auto lane = lanes_.find(asked.path);
    if (!outbox_.is_current(asked.session) || lane == lanes_.end() ||
        lane->second.number != asked.number) {
        return;
    }
    if (lane->second.stuck) {
        lanes_.erase(lane);
        return;
    }
    const bool on = model::is_plain(reply) && !lane->second.foreseen.empty();
    note(asked, lane->second, std::move(reply));
    if (on) {
        Asked next = asked;
        next.number = lane->second.number = ++next_number_;
        next.probe = lane->second.foreseen.front();
        lane->second.foreseen.erase(lane->second.foreseen.begin());
        ask(next);
        return;
    }
    std::vector<model::ProbeReply> answers = std::move(lane->second.answers);
    lanes_.erase(lane);
    deliver(asked, std::move(answers));
}

void SimPathIo::note(const Asked& asked, Lane& lane, model::ProbeReply reply) {
    if (observer_) {
        observer_(asked.disk, asked.probe, reply);
    }
    lane.answers.push_back(std::move(reply));
}

void SimPathIo::deliver(const Asked& asked, std::vector<model::ProbeReply> answers) {
    model::ProbeReply first = std::move(answers.front());
    answers.erase(answers.begin());
    outbox_.post_to(asked.session,
                    model::event::ProbeDone{asked.op, asked.path, std::move(first),
                                            loop_.now() - asked.since, std::move(answers)});
}

model::ProbeReply SimPathIo::reply_to(const Asked& asked, std::uint16_t host_status) {
    const Disk& disk = host_.disk(asked.disk);
    if (const auto* read = std::get_if<model::ReadBlocks>(&asked.probe)) {
        if (host_status != kDidOk || host_.array().data(disk.nexus) != DataOutcome::done) {
            return fail(Errc::io, "the read failed");
        }
        host_.array().take_attention(disk.nexus);
        const std::optional<int> lu = host_.lu_behind(asked.disk);
        return model::ProbeAnswer{model::BytesReply{
            std::vector<std::uint8_t>(read->length, static_cast<std::uint8_t>(lu.value_or(0)))}};
    }
    if (host_status != kDidOk) {
        model::ScsiReply reply;
        reply.host_status = host_status;
        return model::ProbeAnswer{reply};
    }
    model::ScsiReply reply =
        host_.array().execute(disk.nexus, std::get<model::ScsiCommand>(asked.probe));
    spoil(asked.disk, reply);
    return model::ProbeAnswer{reply};
}

void SimPathIo::spoil(DiskId disk, model::ScsiReply& reply) {
    bool spoiled = true;
    if (prng_.chance(weather_.transport_error)) {
        constexpr std::uint16_t kCodes[] = {kDidBusBusy, kDidError, 0x0c};
        reply = model::ScsiReply{};
        reply.host_status = kCodes[prng_.below(3)];
    } else if (prng_.chance(weather_.busy_status)) {
        reply = model::ScsiReply{};
        reply.status = prng_.chance(500) ? 0x08 : 0x28;
    } else if (prng_.chance(weather_.bad_sense)) {
        reply = model::ScsiReply{};
        reply.status = 0x02;
        reply.sense.resize(prng_.below(9));
        std::ranges::generate(reply.sense,
                              [this] { return static_cast<std::uint8_t>(prng_.next()); });
    } else if (!reply.data.empty() && prng_.chance(weather_.short_data)) {
        reply.data.resize(prng_.below(reply.data.size()));
    } else {
        spoiled = false;
    }
    if (spoiled && on_disturbed_) {
        on_disturbed_(disk);
    }
}

void SimPathIo::release(PathId path) {
    const auto lane = lanes_.find(path);
    if (lane == lanes_.end()) {
        return;
    }
    const Lane gone = lane->second;
    lanes_.erase(lane);
    if (!gone.stuck && gone.number != 0) {
        loop_.after(kFailAtOnce, [this, session = outbox_.session(), op = gone.op, path] {
            outbox_.post_to(session,
                            model::event::ProbeDone{
                                op, path, fail(Errc::cancelled, "released"), Duration{0}, {}});
        });
    }
}

bool SimPathIo::is_stuck(DiskId disk) const {
    return std::ranges::any_of(lanes_, [disk](const auto& entry) {
        return entry.second.stuck && entry.second.disk == disk;
    });
}

model::ProbingLoad SimPathIo::usage() const {
    model::ProbingLoad out;
    for (const auto& [path, lane] : lanes_) {
        out.stuck += lane.stuck ? 1U : 0U;
        out.in_flight += lane.stuck ? 0U : 1U;
    }
    out.workers = lanes_.size();
    return out;
}

}  // namespace mp::sim
