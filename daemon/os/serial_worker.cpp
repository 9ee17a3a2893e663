// SPDX-License-Identifier: GPL-2.0-or-later
// Who does the slow things whose order matters, such as writes to one file? A thread with a queue.
// When the daemon leaves, what was submitted is still done (a binding that was announced should be
// on disk), but a disk that hangs cannot keep the daemon from leaving.
#include "daemon/os/serial_worker.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>

#include "daemon/os/thread.h"

namespace mp::os {

namespace {
constexpr std::chrono::seconds kLeaveAfter{2};
}  // namespace

struct SerialWorker::Shared {
    std::mutex mutex;
    std::condition_variable wake;
    std::condition_variable left;
    std::deque<Job> queue;
    bool stopping = false;
    bool running = false;

    void body() {
        std::unique_lock lock(mutex);
        for (;;) {
            wake.wait(lock, [this] { return stopping || !queue.empty(); });
            if (queue.empty()) {
                break;
            }
            Job job = std::move(queue.front());
            queue.pop_front();
            lock.unlock();
            job();
            job = nullptr;
            lock.lock();
        }
        running = false;
        left.notify_all();
    }
};

SerialWorker::SerialWorker(std::string name, std::size_t jobs_max)
    : name_(std::move(name)), jobs_max_(jobs_max), shared_(std::make_shared<Shared>()) {}

SerialWorker::~SerialWorker() {
    std::unique_lock lock(shared_->mutex);
    shared_->stopping = true;
    shared_->wake.notify_all();
    shared_->left.wait_for(lock, kLeaveAfter, [this] { return !shared_->running; });
}

Result<> SerialWorker::submit(Job job) {
    if (!started_) {
        shared_->running = true;
        const std::shared_ptr<Shared> shared = shared_;
        Result<Thread> thread =
            Thread::start(name_, kWorkerStackBytes, [shared] { shared->body(); });
        if (!thread) {
            shared_->running = false;
            return tl::unexpected<Error>(thread.error());
        }
        thread->detach();
        started_ = true;
    }
    {
        std::lock_guard lock(shared_->mutex);
        if (shared_->queue.size() >= jobs_max_) {
            return fail(Errc::limit, "too many jobs wait for a worker");
        }
        shared_->queue.push_back(std::move(job));
    }
    shared_->wake.notify_one();
    return {};
}

}  // namespace mp::os
