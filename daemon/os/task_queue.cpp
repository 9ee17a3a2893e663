// SPDX-License-Identifier: GPL-2.0-or-later
// How do results of worker threads reach the reactor? Through one bounded vector and one eventfd.
// Only the post that finds the vector empty writes the eventfd, so a burst of completions costs one
// wake-up and one read. The eventfd lives as long as any thread holds the queue.
#include "daemon/os/task_queue.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <thread>

namespace mp::os {

Result<std::shared_ptr<TaskQueue>> TaskQueue::create(std::size_t limit) {
    UniqueFd wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!wake) {
        return fail_errno(errno, "eventfd of the task queue");
    }
    return std::shared_ptr<TaskQueue>(new TaskQueue(std::move(wake), limit));
}

bool TaskQueue::post(Task task) {
    bool wake = false;
    {
        std::lock_guard lock(mutex_);
        if (closed_ || tasks_.size() >= limit_) {
            return false;
        }
        wake = tasks_.empty();
        tasks_.push_back(std::move(task));
    }
    if (wake) {
        const std::uint64_t one = 1;
        // The counter cannot overflow: take() clears it before more than one write can follow.
        [[maybe_unused]] const ssize_t written = ::write(wake_.get(), &one, sizeof one);
    }
    return true;
}

bool TaskQueue::closed() const {
    std::lock_guard lock(mutex_);
    return closed_;
}

// What waits keeps post() from writing again.
void TaskQueue::hush() {
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t got = ::read(wake_.get(), &count, sizeof count);
}

std::vector<Task> TaskQueue::take() {
    hush();  // first: a post in between leaves a wake-up too many, never one too few
    std::vector<Task> taken;
    std::lock_guard lock(mutex_);
    taken.swap(tasks_);
    return taken;
}

void TaskQueue::close() {
    std::vector<Task> dropped;
    std::lock_guard lock(mutex_);
    closed_ = true;
    dropped.swap(tasks_);
}

bool post_or_wait(TaskQueue& queue, const Task& task) {
    while (!queue.post(task)) {
        if (queue.closed()) {
            return false;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
}

}  // namespace mp::os
