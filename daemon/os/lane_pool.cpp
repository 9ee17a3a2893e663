// SPDX-License-Identifier: GPL-2.0-or-later
// Who waits in the kernel so that the reactor never does? Lanes: threads that take jobs from one
// queue. The question that matters is when to start another one.
//
// Rules. A job that finds an idle lane wakes it. A job that has waited longer than `patience` means
// that the lanes are too few, and their number is doubled; so fast devices are served by a few
// threads, and a device that hangs costs the others one patience, not its own timeout. A lane whose
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
    std::condition_variable wake;
    std::deque<Waiting> queue;
    std::list<Instant> running;  ///< start of each call that runs
    std::size_t lanes = 0;
    std::size_t idle = 0;
    std::size_t kept = 0;
    Duration idle_exit{0};
    bool stopping = false;

    void lane_body();
    bool wait_for_job(std::unique_lock<std::mutex>& lock);
    std::size_t slow_lanes(Instant now, Duration slow_after) const;
};

// True: there is a job. False: the lane is to leave.
bool LanePool::Shared::wait_for_job(std::unique_lock<std::mutex>& lock) {
    while (queue.empty()) {
        if (stopping) {
            return false;
        }
        ++idle;
        bool woken = true;
        if (lanes <= kept) {
            wake.wait(lock);
        } else {
            woken = wake.wait_for(lock, idle_exit) == std::cv_status::no_timeout;
        }
        --idle;
        if (!woken && queue.empty() && lanes > kept) {
            return false;
        }
    }
    return !stopping;
}

void LanePool::Shared::lane_body() {
    std::unique_lock lock(mutex);
    while (wait_for_job(lock)) {
        Job job = std::move(queue.front().job);
        queue.pop_front();
        const auto mark = running.insert(running.end(), EventLoop::now());
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
    : options_(options),
      shared_(std::make_shared<Shared>()),
      patience_timer_(loop, [this] { on_patience(); }) {
    shared_->kept = options_.kept;
    shared_->idle_exit = options_.idle_exit;
}

LanePool::~LanePool() {
    std::deque<Shared::Waiting> dropped;
    {
        std::lock_guard lock(shared_->mutex);
        shared_->stopping = true;
        dropped.swap(shared_->queue);
    }
    shared_->wake.notify_all();
}

Result<> LanePool::submit(Job job) {
    if (!enqueue(std::move(job), options_.queue_max)) {
        return fail(Errc::limit, "too many jobs wait for a lane");
    }
    return {};
}

void LanePool::submit_always(Job job) {
    enqueue(std::move(job), std::numeric_limits<std::size_t>::max());
}

bool LanePool::enqueue(Job job, std::size_t limit) {
    bool wake = false;
    bool start = false;
    {
        std::lock_guard lock(shared_->mutex);
        if (shared_->queue.size() >= limit) {
            return false;
        }
        shared_->queue.push_back({std::move(job), EventLoop::now()});
        wake = shared_->queue.size() <= shared_->idle;
        start = !wake && shared_->lanes < std::max<std::size_t>(options_.kept, 1);
    }
    if (wake) {
        shared_->wake.notify_one();
    } else if ((!start || !start_lane()) && !patience_armed_) {
        patience_armed_ = true;
        patience_timer_.set(EventLoop::now() + options_.patience);
    }
    return true;
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
    std::size_t wanted = 0;
    {
        std::lock_guard lock(shared_->mutex);
        if (shared_->queue.empty()) {
            return;
        }
        const Instant oldest = shared_->queue.front().since;
        const std::size_t lanes = shared_->lanes;
        const std::size_t slow = shared_->slow_lanes(now, options_.slow_after);
        const std::size_t brisk = lanes > slow ? lanes - slow : 0;
        if (now - oldest >= options_.patience && brisk < options_.brisk_max) {
            wanted =
                std::min({shared_->queue.size(), std::max<std::size_t>({brisk, options_.kept, 1}),
                          options_.brisk_max - brisk,
                          options_.lanes_max - std::min(lanes, options_.lanes_max)});
        }
    }
    std::size_t started = 0;
    while (started < wanted && start_lane()) {
        ++started;
    }
    // Nothing more to be had: look again, but not at that pace.
    patience_armed_ = true;
    patience_timer_.set(now + (started > 0 ? options_.patience : 10 * options_.patience));
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
