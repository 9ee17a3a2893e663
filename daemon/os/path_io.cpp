// SPDX-License-Identifier: GPL-2.0-or-later
// Who asks the devices, and what becomes of a question that is not answered? Each probe is a Work.
// It is answered once: by its result, by its deadline, or by the release of its path, whichever
// comes first. What the kernel does for it (a job in a lane or a read in the ring) may take longer;
// until that ends its path is stuck and answers busy, and nothing else notices.
//
// Foreseen questions are asked by the same job while the answers are plain; only a read that the
// ring does goes alone. What was answered before the deadline is told with the time-out.
//
// A path's device is opened by the first probe that needs it, in a lane, and kept. It is only ever
// closed in a lane. After an error that says that the device is gone it is opened and verified
// anew.
//
// Answers are gathered: while many questions are with the lanes, the first answer starts a short
// wait for more, and the reactor handles them in one turn.
//
// Deadlines share one timer, which is set for the earliest. Work that ends early leaves its entry
// in the list of deadlines; it is skipped when its time comes. So a probe costs no timer call of
// its own as long as probes have like time limits.
#include "daemon/os/path_io.h"

#include <sys/epoll.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "daemon/model/answer.h"
#include "daemon/os/read_ring.h"

namespace mp::os {

namespace {

/// Shared by the reactor and the lane that runs it. The lane owns `latency`, `open_fd` and `file`
/// from `begun` until it has posted; the reactor owns them afterwards. Of `replies` the first
/// `answered` are the reactor's.
struct LaneJob {
    enum class State { waiting, begun, withdrawn };
    std::atomic<State> state{State::waiting};
    std::vector<model::Probe> probes;
    Instant deadline;
    std::shared_ptr<DeviceFile> file;
    bool ring_reads = false;

    std::vector<model::ProbeReply> replies;  ///< as long as `probes` from the start
    std::atomic<std::size_t> answered{0};
    Duration latency{0};         ///< of the first
    std::optional<int> open_fd;  ///< the device after the job
    bool wants_ring = false;     ///< the device is open now; the read itself goes to the ring

    LaneJob(const model::Questions& questions, Instant until, std::shared_ptr<DeviceFile> device)
        : probes{questions.first}, deadline(until), file(std::move(device)) {
        probes.insert(probes.end(), questions.foreseen.begin(), questions.foreseen.end());
        replies.resize(probes.size(), fail(Errc::cancelled, "probe was withdrawn"));
    }
    bool change_from_waiting(State to) {
        State expected = State::waiting;
        return state.compare_exchange_strong(expected, to);
    }
    std::vector<model::ProbeReply> answers() const {
        return {replies.begin(), replies.begin() + static_cast<std::ptrdiff_t>(answered.load())};
    }
};

constexpr Duration kGatherFor{milliseconds(5)};
constexpr std::size_t kGatherFrom = 4;  ///< with fewer questions out, answers are handled at once

bool is_gone(const model::ProbeReply& reply) {
    return !reply.has_value() && reply.error().code == Errc::gone;
}

model::ProbeReply no_lane() {
    return fail(Errc::limit, "no lane was free in time");
}

// In a lane. Everything that may block is here.
model::ProbeReply read_attribute(LaneJob& job, const SysDir& sysfs,
                                 const model::ReadAttribute& attribute) {
    const Result<std::string> text = job.file->attribute(sysfs, attribute.path);
    if (!text) {
        return tl::unexpected<Error>(text.error());
    }
    return model::ProbeAnswer(model::BytesReply{{text->begin(), text->end()}});
}

model::ProbeReply ask_device(LaneJob& job, const LanePathIo::Options& options,
                             const model::Probe& probe, Instant now) {
    const Result<int> fd = job.file->fd();
    if (!fd) {
        return tl::unexpected<Error>(fd.error());
    }
    job.open_fd = *fd;
    if (const auto* command = std::get_if<model::ScsiCommand>(&probe)) {
        return options.scsi(*fd, *command, job.deadline - now);
    }
    if (const auto* command = std::get_if<model::NvmeRead>(&probe)) {
        return issue_nvme(*fd, *command, job.deadline - now);
    }
    return options.read(*fd, std::get<model::ReadBlocks>(probe));
}

// A first read that is to go to the ring: only the device is opened here.
bool left_to_ring(LaneJob& job) {
    if (!job.ring_reads || !std::holds_alternative<model::ReadBlocks>(job.probes.front())) {
        return false;
    }
    const Result<int> fd = job.file->fd();
    if (!fd) {
        return false;  // said by ask_device
    }
    job.open_fd = *fd;
    job.wants_ring = true;
    return true;
}

void ask_all(LaneJob& job, const SysDir& sysfs, const LanePathIo::Options& options) {
    const Instant begun = LanePool::began();
    Instant now = begun;
    for (std::size_t i = 0; i < job.probes.size() && now < job.deadline; ++i) {
        const auto* attribute = std::get_if<model::ReadAttribute>(&job.probes[i]);
        model::ProbeReply& reply = job.replies[i];
        reply = attribute != nullptr ? read_attribute(job, sysfs, *attribute)
                                     : ask_device(job, options, job.probes[i], now);
        now = EventLoop::now();
        if (i == 0) {
            job.latency = now - begun;
        }
        const bool gone = is_gone(reply);
        const bool plain = model::is_plain(reply);
        job.answered = i + 1;
        if (gone && attribute == nullptr) {
            job.file->forget();
            job.open_fd.reset();
        }
        if (!plain) {
            return;
        }
    }
}

}  // namespace

struct LanePathIo::Impl : std::enable_shared_from_this<LanePathIo::Impl> {
    struct Work {
        PathId path;
        OpId op;
        bool answered = false;         ///< posted; only the kernel has not let go yet
        std::shared_ptr<LaneJob> job;  ///< null: a read that went straight to the ring
        std::shared_ptr<DeviceFile> file;
        std::optional<model::ReadBlocks> ring_read;
        Instant ring_issue{};
    };
    struct Path {
        std::shared_ptr<DeviceFile> file;
        std::optional<int> open_fd;  ///< of `file`, once a lane has opened it
        std::uint64_t work = 0;      ///< token; 0: none
    };

    EventLoop& loop;
    ports::EventSink& sink;
    const std::shared_ptr<const SysDir> sysfs;
    const std::shared_ptr<const Options> options;
    LanePool lanes;
    std::unique_ptr<ReadRing> ring;
    std::shared_ptr<TaskQueue>
        answers;  ///< of the lanes; the loop's own when no descriptor was left
    EventLoop::Timer gather_timer;
    EventLoop::Timer deadline_timer;
    std::unordered_map<PathId, Path> paths;
    std::unordered_map<std::uint64_t, Work> works;  ///< by token
    std::multimap<Instant, std::uint64_t> deadlines;
    std::uint64_t written_off = 0;  ///< commands whose deadline passed
    std::uint64_t next_token = 1;

    Impl(EventLoop& the_loop, ports::EventSink& the_sink, std::shared_ptr<const SysDir> the_sysfs,
         Options the_options)
        : loop(the_loop),
          sink(the_sink),
          sysfs(std::move(the_sysfs)),
          options(std::make_shared<const Options>(std::move(the_options))),
          lanes(the_loop, options->lanes),
          gather_timer(the_loop, [this] { take_answers(); }),
          deadline_timer(the_loop, [this] { on_deadline(); }) {}

    ~Impl() {
        if (answers != loop.tasks()) {
            loop.unwatch_fd(answers->fd());
            answers->close();
        }
    }

    void open_answers() {
        Result<std::shared_ptr<TaskQueue>> queue = TaskQueue::create();
        if (queue &&
            loop.watch_fd((*queue)->fd(), EPOLLIN, [this](std::uint32_t) { on_answer(); })) {
            answers = std::move(*queue);
        } else {
            answers = loop.tasks();  // then without gathering
        }
    }

    void on_answer() {
        if (works.size() < kGatherFrom) {
            take_answers();
            return;
        }
        answers->hush();
        gather_timer.set(EventLoop::now() + kGatherFor);
    }

    void take_answers() {
        for (const Task& task : answers->take()) {
            task();
        }
    }

    void start(OpId op, const model::PathRef& ref, const model::Questions& questions,
               Duration timeout) {
        Path& path = paths[ref.id];
        if (path.work != 0) {
            refuse(op, ref.id, Error{Errc::busy, 0, "an earlier command is still in the kernel"});
            return;
        }
        if (works.size() >= options->lanes.queue_max) {
            refuse(op, ref.id, Error{Errc::limit, 0, "too many probes at once"});
            return;
        }
        if (path.file == nullptr) {
            path.file = std::make_shared<DeviceFile>(ref, options->device);
        }
        const std::uint64_t token = next_token++;
        path.work = token;
        Work& work = works[token];
        work = {.path = ref.id, .op = op, .job = {}, .file = path.file, .ring_read = {}};
        const Instant now = EventLoop::now();
        const Instant deadline = now + timeout;
        add_deadline(deadline, token);
        const auto* read = std::get_if<model::ReadBlocks>(&questions.first);
        if (read != nullptr && path.open_fd.has_value() &&
            read_in_ring(token, work, *path.open_fd, *read)) {
            return;
        }
        run_in_lane(token, work, questions, deadline, !path.open_fd.has_value(), now);
    }

    /// `may_ring`: a direct read is handed to the ring once the device is open.
    void run_in_lane(std::uint64_t token, Work& work, const model::Questions& questions,
                     Instant deadline, bool may_ring, Instant now) {
        auto job = std::make_shared<LaneJob>(questions, deadline, work.file);
        job->ring_reads = may_ring && ring != nullptr;
        work.job = job;
        // The job holds all that it needs: it may come back after the adapter is gone.
        LanePool::Job run = [job, token, weak = weak_from_this(), tasks = answers, sys = sysfs,
                             opts = options] {
            run_job(*job, *sys, *opts);
            post_or_wait(*tasks, [weak, token] {
                if (const std::shared_ptr<Impl> self = weak.lock()) {
                    self->on_job_done(token);
                }
            });
        };
        const Result<> queued = lanes.submit(std::move(run), now);
        if (!queued) {
            refuse(work.op, work.path, queued.error());
            work.answered = true;
            finish(token);
        }
    }

    static void run_job(LaneJob& job, const SysDir& sysfs, const Options& options) {
        if (!job.change_from_waiting(LaneJob::State::begun)) {
            return;
        }
        if (!left_to_ring(job)) {
            ask_all(job, sysfs, options);
        }
    }

    bool read_in_ring(std::uint64_t token, Work& work, int fd, const model::ReadBlocks& read) {
        if (ring == nullptr || !ring->submit(token, fd, read)) {
            return false;
        }
        work.ring_read = read;
        work.ring_issue = EventLoop::now();
        return true;
    }

    void on_job_done(std::uint64_t token) {
        Work& work = works.at(token);
        LaneJob& job = *work.job;
        Path* const path = path_of(token, work);
        if (path != nullptr && (job.open_fd || asked_device(job))) {
            path->open_fd = job.open_fd;
        }
        if (job.wants_ring && !work.answered) {
            const std::shared_ptr<LaneJob> keep = work.job;
            if (!read_in_ring(token, work, *job.open_fd,
                              std::get<model::ReadBlocks>(job.probes.front()))) {
                run_in_lane(token, work, job.probes.front(), job.deadline, false, EventLoop::now());
            }
            return;
        }
        answer(work, answers_of(job), job.latency);
        finish(token);
    }

    /// A job that only read attributes says nothing about the device's descriptor.
    static bool asked_device(const LaneJob& job) {
        return std::ranges::any_of(job.probes, [](const model::Probe& probe) {
            return !std::holds_alternative<model::ReadAttribute>(probe);
        });
    }

    static std::vector<model::ProbeReply> answers_of(const LaneJob& job) {
        std::vector<model::ProbeReply> replies = job.answers();
        if (replies.empty()) {
            replies.push_back(no_lane());
        }
        return replies;
    }

    void on_ring_done(std::uint64_t token, model::ProbeReply reply) {
        Work& work = works.at(token);
        Path* const path = path_of(token, work);
        if (path != nullptr && is_gone(reply)) {
            path->file.reset();  // finish() has it closed in a lane
            path->open_fd.reset();
        }
        answer(work, {std::move(reply)}, EventLoop::now() - work.ring_issue);
        finish(token);
    }

    /// The path that waits for this work; null when it was released meanwhile.
    Path* path_of(std::uint64_t token, const Work& work) {
        const auto found = paths.find(work.path);
        return found != paths.end() && found->second.work == token ? &found->second : nullptr;
    }

    /// `replies`: at least one.
    void answer(Work& work, std::vector<model::ProbeReply> replies, Duration latency) {
        if (!std::exchange(work.answered, true)) {
            model::ProbeReply first = std::move(replies.front());
            replies.erase(replies.begin());
            sink.post(model::event::ProbeDone{work.op, work.path, std::move(first), latency,
                                              std::move(replies)});
        }
    }

    void finish(std::uint64_t token) {
        const auto found = works.find(token);
        Path* const path = path_of(token, found->second);
        if (path != nullptr) {
            path->work = 0;
        }
        if (path == nullptr || path->file != found->second.file) {
            close_in_lane(std::move(found->second.file));
        }
        works.erase(found);
    }

    void close_in_lane(std::shared_ptr<DeviceFile> file) {
        if (file != nullptr) {
            lanes.submit_always([held = std::move(file)] {});
        }
    }

    void release(PathId id) {
        const auto found = paths.find(id);
        if (found == paths.end()) {
            return;
        }
        Path path = std::move(found->second);
        paths.erase(found);
        if (path.work == 0) {
            close_in_lane(std::move(path.file));
            return;
        }
        Work& work = works.at(path.work);  // holds the device until the kernel lets go
        if (!std::exchange(work.answered, true)) {
            refuse(work.op, work.path, Error{Errc::cancelled, 0, "path was released"});
            withdraw(path.work, work);
        }
    }

    /// False: the kernel has it already.
    bool withdraw(std::uint64_t token, Work& work) {
        if (work.ring_read.has_value()) {
            ring->cancel(token);
            return false;
        }
        return work.job->change_from_waiting(LaneJob::State::withdrawn);
    }

    void add_deadline(Instant when, std::uint64_t token) {
        const bool earliest = deadlines.empty() || when < deadlines.begin()->first;
        deadlines.emplace(when, token);
        if (earliest) {
            deadline_timer.set(when);
        }
    }

    void on_deadline() {
        const Instant now = EventLoop::now();
        while (!deadlines.empty()) {
            const auto [when, token] = *deadlines.begin();
            const auto found = works.find(token);
            const bool waits = found != works.end() && !found->second.answered;
            if (when > now && waits) {
                deadline_timer.set(when);
                return;
            }
            deadlines.erase(deadlines.begin());
            if (!waits) {
                continue;
            }
            Work& work = found->second;
            if (withdraw(token, work)) {
                answer(work, {no_lane()}, Duration(0));
            } else {
                ++written_off;
                answer(work, late_answers(work), Duration(0));
            }
        }
    }

    /// What the deadline finds: answers that are on their way already, and the one that is missing.
    static std::vector<model::ProbeReply> late_answers(const Work& work) {
        std::vector<model::ProbeReply> replies;
        if (work.job != nullptr && !work.ring_read) {
            replies = work.job->answers();
        }
        const bool whole = !replies.empty() && (!model::is_plain(replies.back()) ||
                                                replies.size() == work.job->probes.size());
        if (!whole) {
            replies.push_back(fail(Errc::timeout, "the device did not answer in time"));
        }
        return replies;
    }

    /// Posts from the loop: a port never answers from inside the call.
    void refuse(OpId op, PathId path, Error error) {
        loop.defer([weak = weak_from_this(), op, path, error] {
            if (const std::shared_ptr<Impl> self = weak.lock()) {
                self->sink.post(
                    model::event::ProbeDone{op, path, tl::unexpected<Error>(error), {}, {}});
            }
        });
    }

    model::ProbingLoad usage() const {
        model::ProbingLoad usage;
        usage.written_off = written_off;
        usage.workers = lanes.lanes();
        for (const auto& [token, work] : works) {
            if (!work.answered) {
                ++usage.in_flight;
            } else if (work.ring_read || work.job->state == LaneJob::State::begun) {
                ++usage.stuck;
            }
        }
        return usage;
    }
};

LanePathIo::LanePathIo(EventLoop& loop, ports::EventSink& sink, std::shared_ptr<const SysDir> sysfs,
                       Options options)
    : impl_(std::make_shared<Impl>(loop, sink, std::move(sysfs), std::move(options))) {
    impl_->open_answers();
    if (!impl_->options->use_ring) {
        return;
    }
    Result<std::unique_ptr<ReadRing>> ring =
        ReadRing::create(loop, [raw = impl_.get()](std::uint64_t token, model::ProbeReply reply) {
            raw->on_ring_done(token, std::move(reply));
        });
    if (ring) {
        impl_->ring = std::move(*ring);
    }
}

LanePathIo::~LanePathIo() = default;

void LanePathIo::start(OpId op, const model::PathRef& path, const model::Questions& questions,
                       Duration timeout) {
    impl_->start(op, path, questions, timeout);
}

void LanePathIo::release(PathId path) {
    impl_->release(path);
}

model::ProbingLoad LanePathIo::usage() const {
    return impl_->usage();
}

bool LanePathIo::has_ring() const {
    return impl_->ring != nullptr;
}

}  // namespace mp::os
