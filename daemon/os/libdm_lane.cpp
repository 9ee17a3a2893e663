// SPDX-License-Identifier: GPL-2.0-or-later
// Who does the blocking calls, and what does one that never returns cost?
//
// It costs one thread of its lane. Threads are detached and hold their state by shared_ptr, so one
// that comes back after the lane is gone finds everything it touches still there. Stacks are small:
// what is big (table text) lives on the heap, and the daemon's memory is locked.
#include "daemon/os/libdm_lane.h"

#include <pthread.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>

namespace mp::os::libdm {
namespace {

constexpr std::size_t kStackBytes = 256U << 10U;
constexpr auto kIdle = std::chrono::seconds(5);

}  // namespace

struct Lane::State {
    std::mutex mutex;
    std::condition_variable work_came;
    std::condition_variable work_done;
    std::deque<std::function<void()>> jobs;
    std::string name;
    std::size_t threads_max = 1;
    std::size_t queue_max = 1;
    Duration goodbye{0};
    std::size_t threads = 0;
    std::size_t idle = 0;
    bool stop = false;
};

Lane::Lane(const char* name, std::size_t threads_max, std::size_t queue_max, Duration goodbye)
    : state_(std::make_shared<State>()) {
    state_->name = name;
    state_->threads_max = threads_max;
    state_->queue_max = queue_max;
    state_->goodbye = goodbye;
}

Lane::~Lane() {
    std::unique_lock lock(state_->mutex);
    state_->stop = true;
    state_->jobs.clear();
    state_->work_came.notify_all();
    state_->work_done.wait_for(lock, state_->goodbye, [this] { return state_->threads == 0; });
}

bool Lane::submit(std::function<void()> job) {
    std::lock_guard lock(state_->mutex);
    if (state_->jobs.size() >= state_->queue_max) {
        return false;
    }
    if (state_->idle <= state_->jobs.size() && state_->threads < state_->threads_max &&
        !start_thread(state_) && state_->threads == 0) {
        return false;
    }
    state_->jobs.push_back(std::move(job));
    state_->work_came.notify_one();
    return true;
}

Lane::Usage Lane::usage() const {
    std::lock_guard lock(state_->mutex);
    return {state_->threads, state_->threads - state_->idle, state_->jobs.size()};
}

bool Lane::start_thread(const std::shared_ptr<State>& state) {
    auto held = std::make_unique<std::shared_ptr<State>>(state);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, kStackBytes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_t thread{};
    int failed = pthread_create(&thread, &attributes, &Lane::enter, held.get());
    pthread_attr_destroy(&attributes);
    if (failed != 0) {
        return false;
    }
    (void)held.release();
    ++state->threads;
    return true;
}

void* Lane::enter(void* argument) {
    std::unique_ptr<std::shared_ptr<State>> held(static_cast<std::shared_ptr<State>*>(argument));
    pthread_setname_np(pthread_self(), (*held)->name.c_str());
    work(*held);
    return nullptr;
}

void Lane::work(const std::shared_ptr<State>& state) {
    std::unique_lock lock(state->mutex);
    while (!state->stop) {
        if (state->jobs.empty()) {
            ++state->idle;
            bool woken = state->work_came.wait_for(
                lock, kIdle, [&state] { return state->stop || !state->jobs.empty(); });
            --state->idle;
            if (!woken) {
                break;
            }
            continue;
        }
        std::function<void()> job = std::move(state->jobs.front());
        state->jobs.pop_front();
        lock.unlock();
        job();
        job = nullptr;
        lock.lock();
    }
    --state->threads;
    state->work_done.notify_all();
}

}  // namespace mp::os::libdm
