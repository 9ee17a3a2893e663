// SPDX-License-Identifier: GPL-2.0-or-later
// Who asks the devices, and what becomes of a question that is not answered? Each probe is a Work.
// It is answered once: by its result, by its deadline, or by the release of its path, whichever
// comes first. What the kernel does for it (a job in a lane or a read in the ring) may take longer;
// until that ends its path is stuck and answers busy, and nothing else notices.
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

#include <atomic>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "daemon/os/read_ring.h"

namespace mp::os {

namespace {

/// Shared by the reactor and the lane that runs it. The lane owns `reply`, `latency`, `open_fd` and
/// `file` from `begun` until it has posted; the reactor owns them afterwards.
struct LaneJob {
    enum class State { waiting, begun, withdrawn };
    std::atomic<State> state{State::waiting};
    model::Probe probe;
    Instant deadline;
    std::shared_ptr<DeviceFile> file;
    bool ring_reads = false;

    model::ProbeReply reply = fail(Errc::cancelled, "probe was withdrawn");
    Duration latency{0};
    std::optional<int> open_fd;  ///< the device after the job
    bool wants_ring = false;     ///< the device is open now; the read itself goes to the ring

    bool change_from_waiting(State to) {
        State expected = State::waiting;
        return state.compare_exchange_strong(expected, to);
    }
};

constexpr Duration kGatherFor{milliseconds(2)};
constexpr std::size_t kGatherFrom = 4;  ///< with fewer questions out, answers are handled at once

bool is_gone(const model::ProbeReply& reply) {
    return !reply.has_value() && reply.error().code == Errc::gone;
}

// In a lane. Everything that may block is here.
void read_attribute(LaneJob& job, const SysDir& sysfs, const model::ReadAttribute& attribute) {
    const Instant issue = LanePool::began();
    const Result<std::string> text = sysfs.read(attribute.path);
    job.latency = EventLoop::now() - issue;
    if (text) {
        job.reply = model::ProbeAnswer(model::BytesReply{{text->begin(), text->end()}});
    } else {
        job.reply = tl::unexpected<Error>(text.error());
    }
}

void ask_device(LaneJob& job, const LanePathIo::Options& options) {
    const Result<int> fd = job.file->fd();
    if (!fd) {
        job.reply = tl::unexpected<Error>(fd.error());
        return;
    }
    job.open_fd = *fd;
    const Instant issue = LanePool::began();
    if (const auto* command = std::get_if<model::ScsiCommand>(&job.probe)) {
        job.reply = options.scsi(*fd, *command, job.deadline - issue);
    } else if (job.ring_reads) {
        job.wants_ring = true;
    } else {
        job.reply = options.read(*fd, std::get<model::ReadBlocks>(job.probe));
    }
    job.latency = EventLoop::now() - issue;
    if (!job.wants_ring && is_gone(job.reply)) {
        job.file->forget();
        job.open_fd.reset();
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

    void start(OpId op, const model::PathRef& ref, const model::Probe& probe, Duration timeout) {
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
        const auto* read = std::get_if<model::ReadBlocks>(&probe);
        if (read != nullptr && path.open_fd.has_value() &&
            read_in_ring(token, work, *path.open_fd, *read)) {
            return;
        }
        run_in_lane(token, work, probe, deadline, !path.open_fd.has_value(), now);
    }

    /// `may_ring`: a direct read is handed to the ring once the device is open.
    void run_in_lane(std::uint64_t token, Work& work, const model::Probe& probe, Instant deadline,
                     bool may_ring, Instant now) {
        auto job = std::make_shared<LaneJob>();
        job->probe = probe;
        job->deadline = deadline;
        job->file = work.file;
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
        if (const auto* attribute = std::get_if<model::ReadAttribute>(&job.probe)) {
            read_attribute(job, sysfs, *attribute);
        } else {
            ask_device(job, options);
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
        if (Path* const path = path_of(token, work)) {
            if (!std::holds_alternative<model::ReadAttribute>(job.probe)) {
                path->open_fd = job.open_fd;
            }
        }
        if (job.wants_ring && !work.answered) {
            const std::shared_ptr<LaneJob> keep = work.job;
            if (!read_in_ring(token, work, *job.open_fd, std::get<model::ReadBlocks>(job.probe))) {
                run_in_lane(token, work, job.probe, job.deadline, false, EventLoop::now());
            }
            return;
        }
        answer(work, std::move(job.reply), job.latency);
        finish(token);
    }

    void on_ring_done(std::uint64_t token, model::ProbeReply reply) {
        Work& work = works.at(token);
        Path* const path = path_of(token, work);
        if (path != nullptr && is_gone(reply)) {
            path->file.reset();  // finish() has it closed in a lane
            path->open_fd.reset();
        }
        answer(work, std::move(reply), EventLoop::now() - work.ring_issue);
        finish(token);
    }

    /// The path that waits for this work; null when it was released meanwhile.
    Path* path_of(std::uint64_t token, const Work& work) {
        const auto found = paths.find(work.path);
        return found != paths.end() && found->second.work == token ? &found->second : nullptr;
    }

    void answer(Work& work, model::ProbeReply reply, Duration latency) {
        if (!std::exchange(work.answered, true)) {
            sink.post(model::event::ProbeDone{work.op, work.path, std::move(reply), latency});
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
            if (withdraw(token, found->second)) {
                answer(found->second, fail(Errc::limit, "no lane was free in time"), Duration(0));
            } else {
                answer(found->second, fail(Errc::timeout, "the device did not answer in time"),
                       Duration(0));
            }
        }
    }

    /// Posts from the loop: a port never answers from inside the call.
    void refuse(OpId op, PathId path, Error error) {
        loop.defer([weak = weak_from_this(), op, path, error] {
            if (const std::shared_ptr<Impl> self = weak.lock()) {
                self->sink.post(
                    model::event::ProbeDone{op, path, tl::unexpected<Error>(error), {}});
            }
        });
    }

    Usage usage() const {
        Usage usage;
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

void LanePathIo::start(OpId op, const model::PathRef& path, const model::Probe& probe,
                       Duration timeout) {
    impl_->start(op, path, probe, timeout);
}

void LanePathIo::release(PathId path) {
    impl_->release(path);
}

ports::PathIo::Usage LanePathIo::usage() const {
    return impl_->usage();
}

bool LanePathIo::has_ring() const {
    return impl_->ring != nullptr;
}

}  // namespace mp::os
