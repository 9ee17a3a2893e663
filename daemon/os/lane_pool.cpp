// SPDX-License-Identifier: GPL-2.0-or-later
// Who waits in the kernel so that the reactor never does? Lanes: threads that take jobs from one
// queue. The question that matters is when to start another one.
//
// Rules. Jobs of one turn of the reactor wake a few lanes at its end, which share them: waking a
// thread for each costs more than most jobs. A job that has waited longer than `patience` while the
// queue hardly moves means that the lanes at work are too few, and their number is doubled, by
// waking and then by starting others; so fast devices are served by a few threads, and a device
// that hangs costs the others one patience, not its own timeout. A lane whose
// call is older than `slow_after` stands outside `brisk_max`: a dead adapter with hundreds of paths
// must not use up the lanes of a healthy one. `lanes_max` bounds everything; beyond it jobs wait.
//
// The threads hold Shared, not the pool: one that comes back from the kernel after the pool is gone
// finds `stopping` and leaves.
#include "daemon/os/lane_pool.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <list>
#include <utility>

#include "daemon/os/thread.h"

namespace mp::os {

struct LanePool::Shared {
    struct Waiting {
        Job job;
        Instant since;
    };
    mutable std::mutex mutex;
    std::condition_variable wake;   ///< up to `kept` idle lanes, woken first
    std::condition_variable spare;  ///< the others, which leave when they are not needed
    std::deque<Waiting> queue;
    std::list<Instant> running;  ///< start of each call that runs
    std::size_t lanes = 0;
    std::size_t idle = 0;  ///< of these `spare_idle` wait for `spare`
    std::size_t spare_idle = 0;
    std::size_t kept = 0;
    std::size_t taken = 0;  ///< jobs, since patience looked last
    Duration idle_exit{0};
    bool stopping = false;

    void lane_body();
    bool wait_for_job(std::unique_lock<std::mutex>& lock);
    void notify(std::size_t lanes_wanted);
    std::size_t slow_lanes(Instant now, Duration slow_after) const;
};

// True: there is a job. False: the lane is to leave.
bool LanePool::Shared::wait_for_job(std::unique_lock<std::mutex>& lock) {
    while (queue.empty()) {
        if (stopping) {
            return false;
        }
        ++idle;
        if (idle - spare_idle <= kept) {
            wake.wait(lock);
            --idle;
            continue;
        }
        ++spare_idle;
        const bool woken = spare.wait_for(lock, idle_exit) == std::cv_status::no_timeout;
        --spare_idle;
        --idle;
        if (!woken && queue.empty()) {
            return false;
        }
    }
    return !stopping;
}

// Always the same few lanes as long as these are enough, so that the others can leave.
void LanePool::Shared::notify(std::size_t lanes_wanted) {
    std::size_t first = 0;
    {
        std::lock_guard lock(mutex);
        first = std::min(lanes_wanted, idle - spare_idle);
    }
    for (std::size_t i = 0; i < lanes_wanted; ++i) {
        (i < first ? wake : spare).notify_one();
    }
}

namespace {

constexpr std::size_t kWokenAtOnce = 4;
// A queue that is empty after as many times the patience at the present pace needs no more lanes.
constexpr std::size_t kPatienceToDrain = 10;
thread_local Instant job_began{};

}  // namespace

Instant LanePool::began() {
    return job_began;
}

void LanePool::Shared::lane_body() {
    std::unique_lock lock(mutex);
    while (wait_for_job(lock)) {
        Job job = std::move(queue.front().job);
        queue.pop_front();
        ++taken;
        job_began = EventLoop::now();
        const auto mark = running.insert(running.end(), job_began);
        lock.unlock();
        job();
        // Destroyed here: what a job holds (an open device) may block when it is let go.
        job = nullptr;
        lock.lock();
        running.erase(mark);
    }
    --lanes;
}

std::size_t LanePool::Shared::slow_lanes(Instant now, Duration slow_after) const {
    // In order of their start, so the slow ones come first.
    std::size_t slow = 0;
    for (const Instant since : running) {
        if (now - since < slow_after) {
            break;
        }
        ++slow;
    }
    return slow;
}

LanePool::LanePool(EventLoop& loop, Options options)
    : loop_(loop),
      options_(options),
      shared_(std::make_shared<Shared>()),
      patience_timer_(loop, [this] { on_patience(); }),
      self_(std::make_shared<LanePool*>(this)) {
    shared_->kept = options_.kept;
    shared_->idle_exit = options_.idle_exit;
}

LanePool::~LanePool() {
    *self_ = nullptr;
    std::deque<Shared::Waiting> dropped;
    {
        std::lock_guard lock(shared_->mutex);
        shared_->stopping = true;
        dropped.swap(shared_->queue);
    }
    shared_->wake.notify_all();
    shared_->spare.notify_all();
}

Result<> LanePool::submit(Job job, Instant now) {
    if (!enqueue(std::move(job), options_.queue_max, now)) {
        return fail(Errc::limit, "too many jobs wait for a lane");
    }
    return {};
}

void LanePool::submit_always(Job job) {
    enqueue(std::move(job), std::numeric_limits<std::size_t>::max(), EventLoop::now());
}

bool LanePool::enqueue(Job job, std::size_t limit, Instant now) {
    {
        std::lock_guard lock(shared_->mutex);
        if (shared_->queue.size() >= limit) {
            return false;
        }
        shared_->queue.push_back({std::move(job), now});
    }
    if (!wake_deferred_) {
        wake_deferred_ = true;
        loop_.defer([self = self_] {
            if (*self != nullptr) {
                (*self)->wake_some();
            }
        });
    }
    return true;
}

void LanePool::wake_some() {
    wake_deferred_ = false;
    std::size_t waiting = 0;
    std::size_t woken = 0;
    std::size_t wanted = 0;
    {
        std::lock_guard lock(shared_->mutex);
        waiting = shared_->queue.size();
        if (waiting == 0) {
            return;
        }
        // Those that are at work take what waits when they are done.
        const Instant newest = shared_->queue.back().since;
        const std::size_t busy =
            shared_->running.size() - shared_->slow_lanes(newest, options_.slow_after);
        woken = std::min({waiting, shared_->idle, kWokenAtOnce - std::min(busy, kWokenAtOnce)});
        const std::size_t kept = std::max<std::size_t>(options_.kept, 1);
        wanted = waiting > shared_->idle && shared_->lanes < kept
                     ? std::min(waiting - shared_->idle, kept - shared_->lanes)
                     : 0;
    }
    shared_->notify(woken);
    while (wanted > 0 && start_lane()) {
        --wanted;
        ++woken;
    }
    if (woken < waiting) {
        arm_patience(EventLoop::now() + options_.patience);
    }
}

void LanePool::arm_patience(Instant when) {
    if (!patience_armed_) {
        patience_armed_ = true;
        patience_timer_.set(when);
    }
}

bool LanePool::start_lane() {
    const std::shared_ptr<Shared> shared = shared_;
    {
        std::lock_guard lock(shared->mutex);
        ++shared->lanes;
    }
    Result<Thread> thread =
        Thread::start("lane", options_.stack_bytes, [shared] { shared->lane_body(); });
    if (!thread) {
        std::lock_guard lock(shared->mutex);
        --shared->lanes;
        return false;
    }
    thread->detach();
    return true;
}

void LanePool::on_patience() {
    patience_armed_ = false;
    const Instant now = EventLoop::now();
    std::size_t woken = 0;
    std::size_t wanted = 0;
    {
        std::lock_guard lock(shared_->mutex);
        const std::size_t waiting = shared_->queue.size();
        if (waiting == 0) {
            return;
        }
        const Instant oldest = shared_->queue.front().since;
        const std::size_t lanes = shared_->lanes;
        const std::size_t slow = shared_->slow_lanes(now, options_.slow_after);
        const std::size_t brisk = lanes > slow ? lanes - slow : 0;
        const std::size_t pace = std::exchange(shared_->taken, 0);
        if (now - oldest >= options_.patience && waiting > pace * kPatienceToDrain) {
            const std::size_t at_work = brisk > shared_->idle ? brisk - shared_->idle : 0;
            woken = std::min({waiting, shared_->idle, std::max(at_work, kWokenAtOnce)});
            if (woken == 0 && brisk < options_.brisk_max) {
                wanted = std::min({waiting, std::max<std::size_t>({brisk, options_.kept, 1}),
                                   options_.brisk_max - brisk,
                                   options_.lanes_max - std::min(lanes, options_.lanes_max)});
            }
        }
    }
    shared_->notify(woken);
    std::size_t started = 0;
    while (started < wanted && start_lane()) {
        ++started;
    }
    // Nothing more to be had: look again, but not at that pace.
    arm_patience(now + (woken + started > 0 ? 1 : 10) * options_.patience);
}

std::size_t LanePool::lanes() const {
    std::lock_guard lock(shared_->mutex);
    return shared_->lanes;
}

std::size_t LanePool::busy() const {
    std::lock_guard lock(shared_->mutex);
    return shared_->queue.size() + shared_->running.size();
}

}  // namespace mp::os
