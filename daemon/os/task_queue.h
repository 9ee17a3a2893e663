// SPDX-License-Identifier: GPL-2.0-or-later
// Work that other threads hand to the reactor. It is held by shared_ptr from both sides, so that a
// thread that hangs in the kernel may come back after the loop is gone and post into nothing.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "daemon/base/result.h"
#include "daemon/os/unique_fd.h"

namespace mp::os {

using Task = std::function<void()>;

class TaskQueue {
public:
    /// Every adapter bounds what it has in flight far below this; reaching it means the reactor
    /// stands.
    static constexpr std::size_t kTasksMax = 65536;

    /// Errors: limit (no descriptor left).
    static Result<std::shared_ptr<TaskQueue>> create(std::size_t limit = kTasksMax);

    /// Any thread. Tasks of one thread run in the order it posted them. False: the queue is full
    /// (try again later) or closed (the task is dropped); see closed().
    bool post(Task task);
    bool closed() const;

    /// Reactor: readable while tasks wait.
    int fd() const { return wake_.get(); }
    /// Reactor: not readable any more until take() has been called; for those who gather.
    void hush();
    /// Reactor: everything that waits, in order.
    std::vector<Task> take();
    /// Reactor: drops what waits and refuses the rest.
    void close();

private:
    TaskQueue(UniqueFd wake, std::size_t limit) : wake_(std::move(wake)), limit_(limit) {}

    UniqueFd wake_;
    const std::size_t limit_;
    mutable std::mutex mutex_;
    std::vector<Task> tasks_;
    bool closed_ = false;
};

/// For worker threads: posts, waiting while the queue is full; gives up when it is closed.
bool post_or_wait(TaskQueue& queue, const Task& task);

}  // namespace mp::os
