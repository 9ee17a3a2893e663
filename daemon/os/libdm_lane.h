// SPDX-License-Identifier: GPL-2.0-or-later
// Worker threads for calls that may block in the kernel. A thread is started when a job finds none
// idle, and ends when it has been idle for a while; one that hangs is left to the kernel.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "daemon/base/time.h"

namespace mp::os::libdm {

class Lane {
public:
    /// `name` for the threads, at most 15 characters.
    Lane(const char* name, std::size_t threads_max, std::size_t queue_max,
         Duration goodbye = seconds(2));
    /// Drops jobs that have not begun, waits as long as `goodbye` for those that have.
    ~Lane();
    Lane(const Lane&) = delete;
    Lane& operator=(const Lane&) = delete;

    /// False: the queue is full, or no thread could be started.
    bool submit(std::function<void()> job);

    struct Usage {
        std::size_t threads = 0;
        std::size_t running = 0;
        std::size_t queued = 0;
    };
    Usage usage() const;

private:
    struct State;
    static bool start_thread(const std::shared_ptr<State>& state);
    static void work(const std::shared_ptr<State>& state);
    static void* enter(void* argument);
    std::shared_ptr<State> state_;
};

}  // namespace mp::os::libdm
