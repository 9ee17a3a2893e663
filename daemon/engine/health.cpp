// SPDX-License-Identifier: GPL-2.0-or-later
// When is a path checked, and what does one check consist of?
//
// Check times are absolute. A check is: the kernel's own word on the device first (no command is
// sent to a device that the kernel holds blocked or offline), then the checker's probes, then, if
// the path looks usable, the identity probe (is it still the same disk? sysfs and udev keep the old
// answer, only the device knows), then the priority. One probe is in flight per path; a probe that
// overruns its deadline ends the check as a timeout and costs nobody else anything.
//
// Checks of one path ask the same questions nearly always. Those that the last good one asked are
// sent along with the first, so that a worker asks them in one go; an answer counts only when its
// question is really asked. A path's own first check goes by what others of its product asked.
//
// A good path's interval doubles from polling_interval to max_polling_interval; anything else is
// looked at every polling_interval, and whatever hints at trouble (a failed sibling, a kernel
// event, a unit attention, an administrator) makes the check due at once.
#include <algorithm>
#include <utility>

#include "checkers/gate.h"
#include "daemon/base/strings.h"
#include "daemon/engine/rules.h"

namespace mp::engine {

using model::PathState;
using model::Probe;
using model::event::ProbeDone;

namespace {

// A locally assigned number names a disk well enough for a while: so many checks in a row may
// leave serial number and model unasked.
constexpr int kPageChecksInARow = 3;
constexpr std::size_t kModelsMax = 64;  // of devices whose first questions are known

using Kind = CheckRun::Kind;

std::vector<Probe>& habit(Habits& habits, Kind kind) {
    return habits[static_cast<std::size_t>(kind)];
}

std::optional<PathState> kernel_gate(const model::BlockDevice& device) {
    if (device.state_attribute.empty()) {
        return std::nullopt;
    }
    return checkers::sysfs_gate(device.bus, device.kernel_state);
}

void want(Path& path, const Probe& probe, int limit) {
    MP_ASSERT(path.run.probes < limit);
    ++path.run.probes;
    path.run.wanted = probe;
}

std::string kind_of(const Path& path) {
    return path.checker_name + "," + path.device->vendor + "," + path.device->product;
}

// Attributes of the device are named from its folder on; others end what the paths have in common.
void remember_for_others(Core& core, Path& path, Kind kind) {
    if (core.habits_by_kind.size() >= kModelsMax) {
        core.habits_by_kind.clear();  // to be learnt again
    }
    std::vector<Probe>& common = habit(core.habits_by_kind[kind_of(path)], kind);
    common.clear();
    const std::string folder = path.device->parent_dir() + "/";
    for (Probe probe : habit(path.habits, kind)) {
        if (auto* attribute = std::get_if<model::ReadAttribute>(&probe)) {
            if (!starts_with(attribute->path, folder)) {
                return;
            }
            attribute->path.erase(0, folder.size());
        }
        common.push_back(std::move(probe));
    }
}

void finish(Core& core, Path& path, const prioritizers::Priority* priority) {
    CheckRun run = std::exchange(path.run, CheckRun{});
    if (path.prioritizer != nullptr && path.prioritizer->measures() && priority != nullptr) {
        run.questions.resize(run.before_priority);  // what it asks is not foreseen
    }
    if (run.identity_ok) {
        bool first = habit(path.habits, run.kind).empty();
        // A question that was put again because of a unit attention is one question.
        run.questions.erase(std::unique(run.questions.begin(), run.questions.end()),
                            run.questions.end());
        habit(path.habits, run.kind) = std::move(run.questions);
        if (first) {
            remember_for_others(core, path, run.kind);
        }
    }
    apply_check(core, path, run, priority);
    if (run.again) {
        check_now(core, path);
    }
}

void advance_priority(Core& core, Path& path, const prioritizers::NextStep& next) {
    if (const Probe* probe = std::get_if<Probe>(&next)) {
        want(path, *probe, prioritizers::kProbesPerPriorityMax);
        return;
    }
    finish(core, path, &std::get<prioritizers::Priority>(next));
}

void begin_priority(Core& core, Path& path) {
    path.run.stage = CheckRun::Stage::priority;
    path.run.probes = 0;
    path.run.before_priority = path.run.questions.size();
    if (path.prioritizer == nullptr || path.run.kind == Kind::light) {
        finish(core, path, nullptr);
        return;
    }
    if (path.run.identity_ok) {
        path.prioritizer->hear_page83(path.identity_check.page83());
    }
    advance_priority(core, path, path.prioritizer->begin(*path.device));
}

void judge_identity(Core& core, Path& path, const IdentityVerdict& verdict);
void advance_checker(Core& core, Path& path, checkers::NextStep next);

void begin_checker(Core& core, Path& path) {
    path.run.stage = CheckRun::Stage::checking;
    path.run.probes = 0;
    advance_checker(core, path, path.checker->begin(*path.device));
}

void advance_identity(Core& core, Path& path, const IdentityStep& next) {
    if (const Probe* probe = std::get_if<Probe>(&next)) {
        want(path, *probe, kProbesPerIdentityMax);
        return;
    }
    judge_identity(core, path, std::get<IdentityVerdict>(next));
}

void begin_identity(Core& core, Path& path) {
    if (path.wwid.empty() && !path.ask_wwid) {
        begin_priority(core, path);  // its name is still to come from udev
        return;
    }
    path.run.stage = CheckRun::Stage::identity;
    path.run.probes = 0;
    if (!path.trusted) {
        path.run.kind = Kind::whole;
    }
    bool whole = path.run.kind == Kind::whole;
    path.page_checks = whole ? 0 : path.page_checks + 1;
    using Depth = IdentityCheck::Depth;
    advance_identity(core, path,
                     path.identity_check.begin(*path.device, path.baseline, path.wwid,
                                               whole ? Depth::whole : Depth::page));
}

// A path whose identity cannot be read right now keeps what it had; one that was never verified
// stays unverified and so out of any table.
void judge_identity(Core& core, Path& path, const IdentityVerdict& verdict) {
    switch (verdict.kind) {
        case IdentityVerdict::Kind::same:
            path.identity = IdentityState::verified;
            path.run.identity_ok = true;
            if (path.wwid.empty()) {
                on_wwid_learnt(core, path, verdict.found, "the device's own answer");
            }
            path.baseline = verdict.baseline;
            break;
        case IdentityVerdict::Kind::changed:
            path.run = CheckRun{};
            apply_identity_change(core, path, verdict.text);
            return;
        case IdentityVerdict::Kind::unreadable:
            if (path.run.kind == Kind::light) {  // what is wrong is the checker's to find out
                path.run.kind = Kind::whole;
                begin_checker(core, path);
                return;
            }
            path.run.verdict.message += "; identity not verified: " + verdict.text;
            break;
        case IdentityVerdict::Kind::unverifiable:
            if (path.identity == IdentityState::unknown) {
                core.log(model::LogLevel::notice, "identity-unverifiable", nullptr, &path,
                         verdict.text);
            }
            path.identity = IdentityState::unverifiable;
            path.run.identity_ok = true;
            path.baseline = verdict.baseline;
            break;
    }
    if (!path.accepted) {
        path.run = CheckRun{};  // the name it gave is filtered
        return;
    }
    begin_priority(core, path);
}

void conclude_checker(Core& core, Path& path, checkers::Verdict verdict) {
    path.run.verdict = std::move(verdict);
    if (model::usable(path.run.verdict.state)) {
        begin_identity(core, path);
        return;
    }
    finish(core, path, nullptr);
}

void advance_checker(Core& core, Path& path, checkers::NextStep next) {
    if (const Probe* probe = std::get_if<Probe>(&next)) {
        want(path, *probe, checkers::kProbesPerCheckMax);
        return;
    }
    conclude_checker(core, path, std::get<checkers::Verdict>(std::move(next)));
}

// The failures of a probe that no checker needs to judge.
std::optional<checkers::Verdict> verdict_of_error(const Path& path, const Error& error) {
    switch (error.code) {
        case Errc::timeout:
            return checkers::Verdict{PathState::timeout, path.checker_name + " check timed out"};
        case Errc::busy:  // the earlier command's own timeout has already been judged
            return checkers::Verdict{PathState::unchecked,
                                     "an earlier command to the device still hangs"};
        case Errc::gone:
            return checkers::Verdict{PathState::removed, "the device is gone"};
        case Errc::limit:
        case Errc::cancelled:
            return checkers::Verdict{PathState::unchecked, "the check could not be started"};
        case Errc::io:
        case Errc::denied:
        case Errc::invalid:
        case Errc::unsupported:
            return std::nullopt;
    }
    return std::nullopt;
}

void begin_check(Core& core, Path& path) {
    if (!path.present || !path.accepted) {
        core.schedule_check(path, kNever);
        return;
    }
    if (path.run.running()) {
        path.run.again = true;
        core.schedule_check(path, kNever);
        return;
    }
    core.schedule_check(path, kNever);
    path.run = CheckRun{};
    path.run.stage = CheckRun::Stage::checking;
    path.run.started = core.now;
    bool routine = !std::exchange(path.asked_for, false);
    std::optional<PathState> gate = kernel_gate(*path.device);
    if (!gate && routine && may_be_light(core, path)) {
        path.run.kind = Kind::light;
        path.run.verdict = {path.state, path.message};
        path.run.stage = CheckRun::Stage::counters;
        want(path, model::ReadAttribute{path.device->sys_path + "/stat"}, 1);
        return;
    }
    bool whole = !path.trusted || path.page_checks >= kPageChecksInARow;
    path.run.kind = whole ? Kind::whole : Kind::page;
    if (!gate) {
        begin_checker(core, path);
        return;
    }
    const std::string& word = path.device->kernel_state;
    path.run.verdict = {*gate,
                        word.empty() ? "the device is gone" : "the kernel has the device " + word};
    finish(core, path, nullptr);
}

void on_reply(Core& core, Path& path, const model::ProbeReply& reply) {
    bool timeout = !reply && reply.error().code == Errc::timeout;
    switch (path.run.stage) {
        case CheckRun::Stage::idle:
        case CheckRun::Stage::registration:
            return;
        case CheckRun::Stage::sampling:
            on_sample(core, path, reply);
            return;
        case CheckRun::Stage::counters:
            note_io(core, path, reply);
            begin_identity(core, path);
            return;
        case CheckRun::Stage::checking: {
            std::optional<checkers::Verdict> verdict =
                reply ? std::nullopt : verdict_of_error(path, reply.error());
            if (verdict) {
                conclude_checker(core, path, std::move(*verdict));
            } else {
                advance_checker(core, path, path.checker->on_reply(reply));
            }
            return;
        }
        case CheckRun::Stage::identity:
            if (timeout) {
                conclude_checker(core, path, {PathState::timeout, "the identity check timed out"});
            } else {
                advance_identity(core, path, path.identity_check.on_reply(reply));
            }
            return;
        case CheckRun::Stage::priority:
            if (timeout) {
                prioritizers::Priority undefined;
                undefined.message = "the priority check timed out";
                finish(core, path, &undefined);
            } else {
                path.prioritizer->hear_latency(path.last_latency);
                advance_priority(core, path, path.prioritizer->on_reply(reply));
            }
            return;
    }
}

// The answer that came along with an earlier one, if this is the question that was foreseen.
std::optional<model::ProbeReply> foreseen_answer(CheckRun& run, const Probe& question) {
    bool left = run.used < run.answers.size() && run.used < run.foreseen.size();
    if (!left || run.foreseen[run.used] != question) {
        return std::nullopt;
    }
    return std::move(run.answers[run.used++]);
}

// What `habit` has after so many different questions, if the last of them was this one.
std::vector<Probe> rest_of(const std::vector<Probe>& habit, const std::vector<Probe>& asked) {
    std::size_t count = 1;
    for (std::size_t i = 1; i < asked.size(); ++i) {
        count += asked[i] == asked[i - 1] ? 0 : 1;
    }
    if (habit.size() <= count || habit[count - 1] != asked.back()) {
        return {};
    }
    return {habit.begin() + static_cast<std::ptrdiff_t>(count), habit.end()};
}

// What the last check of this kind went on with, else what other paths like this one did.
std::vector<Probe> foresee(Core& core, Path& path) {
    const std::vector<Probe>& own = habit(path.habits, path.run.kind);
    if (!own.empty()) {
        return rest_of(own, path.run.questions);
    }
    auto others = core.habits_by_kind.find(kind_of(path));
    if (others == core.habits_by_kind.end()) {
        return {};
    }
    std::vector<Probe> rest = rest_of(habit(others->second, path.run.kind), path.run.questions);
    for (Probe& probe : rest) {
        if (auto* attribute = std::get_if<model::ReadAttribute>(&probe)) {
            attribute->path = path.device->parent_dir() + "/" + attribute->path;
        }
    }
    return rest;
}

// Goes on until the check has ended or a question is on its way to the device.
void go_on(Core& core, Path& path) {
    while (path.run.wanted) {
        CheckRun& run = path.run;
        run.questions.push_back(std::move(*run.wanted));
        run.wanted.reset();
        std::optional<model::ProbeReply> answer = foreseen_answer(run, run.questions.back());
        if (answer) {
            on_reply(core, path, *answer);
            continue;
        }
        run.answers.clear();
        run.used = 0;
        run.foreseen = foresee(core, path);
        run.op = core.new_op();
        core.emit(model::effect::StartProbe{
            run.op, path.ref(), {run.questions.back(), run.foreseen}, path.policy.checker_timeout});
    }
}

}  // namespace

void check_now(Core& core, Path& path) {
    path.asked_for = true;
    if (path.run.running()) {
        path.run.again = true;
        return;
    }
    if (path.present && path.accepted && path.next_check > core.now) {
        core.schedule_check(path, core.now);
    }
}

void run_due_checks(Core& core) {
    while (!core.check_queue.empty() && core.check_queue.begin()->first <= core.now) {
        Path* path = core.find_path(core.check_queue.begin()->second);
        MP_ASSERT(path != nullptr);
        begin_check(core, *path);
        go_on(core, *path);
    }
}

void on_probe_done(Core& core, const ProbeDone& event) {
    Path* path = core.find_path(event.path);
    if (path == nullptr || !path->run.running() || path->run.op != event.op) {
        return;  // an answer to a question that is no longer asked
    }
    path->run.op = OpId{};
    if (path->run.stage != CheckRun::Stage::counters) {
        path->last_latency = event.latency;
    }
    if (path->run.stage == CheckRun::Stage::checking && path->run.probes == 1) {
        path->run.latency = event.latency;
    }
    path->run.answers = event.more;
    on_reply(core, *path, event.reply);
    go_on(core, *path);
}

void on_kernel_state(Core& core, const model::event::KernelStateChanged& event) {
    Path* path = core.find_path(event.path);
    if (path == nullptr) {
        return;
    }
    if (event.attribute == path->device->state_attribute) {
        path->watched_state = event.value;
        if (event.value == path->device->kernel_state) {
            return;
        }
        std::shared_ptr<model::BlockDevice> device =
            std::make_shared<model::BlockDevice>(*path->device);
        device->kernel_state = event.value;
        path->device = std::move(device);
        core.touch(*path);
    }
    // Whatever changed, the check decides; for a device that the kernel has taken down it decides
    // without sending a command.
    if (path->run.running() && kernel_gate(*path->device) == PathState::down) {
        path->run = CheckRun{};  // a late answer must not outvote the kernel
    }
    check_now(core, *path);
}

}  // namespace mp::engine
