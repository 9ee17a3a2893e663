// SPDX-License-Identifier: GPL-2.0-or-later
// A worker thread with a name, a small stack and every signal blocked (signals are the reactor's).
#pragma once

#include <pthread.h>

#include <cstddef>
#include <functional>
#include <string>
#include <utility>

#include "daemon/base/result.h"

namespace mp::os {

/// What a worker that calls into libraries (libudev, the journal) gets; only touched pages cost
/// memory.
constexpr std::size_t kWorkerStackBytes = 256U * 1024U;

class Thread {
public:
    Thread() = default;
    /// Errors: limit (the kernel gives no more threads).
    static Result<Thread> start(std::string name, std::size_t stack_bytes,
                                std::function<void()> body);
    Thread(Thread&& other) noexcept
        : thread_(other.thread_), joinable_(std::exchange(other.joinable_, false)) {}
    Thread& operator=(Thread&& other) noexcept {
        MP_ASSERT(!joinable_);
        thread_ = other.thread_;
        joinable_ = std::exchange(other.joinable_, false);
        return *this;
    }
    Thread(const Thread&) = delete;
    Thread& operator=(const Thread&) = delete;
    /// A joinable thread must have been joined or detached.
    ~Thread() { MP_ASSERT(!joinable_); }

    bool joinable() const { return joinable_; }
    void join();
    void detach();

private:
    pthread_t thread_{};
    bool joinable_ = false;
};

}  // namespace mp::os
