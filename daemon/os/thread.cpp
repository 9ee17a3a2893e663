// SPDX-License-Identifier: GPL-2.0-or-later
// How are worker threads made? With pthreads, because std::thread gives no stack size, and a lane
// with the usual 8 MiB would count that much as locked memory. Sanitizers need more stack than the
// code itself, so their builds get it.
#include "daemon/os/thread.h"

#include <signal.h>

#include <algorithm>
#include <memory>

namespace mp::os {

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t kStackBytesMin = 2U * 1024U * 1024U;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr std::size_t kStackBytesMin = 2U * 1024U * 1024U;
#else
constexpr std::size_t kStackBytesMin = 64U * 1024U;
#endif
#else
constexpr std::size_t kStackBytesMin = 64U * 1024U;
#endif

struct Start {
    std::string name;
    std::function<void()> body;
};

void* run(void* data) noexcept {
    std::unique_ptr<Start> start(static_cast<Start*>(data));
    // The kernel keeps 15 characters; longer names are refused, which is not worth an error.
    ::pthread_setname_np(::pthread_self(), start->name.substr(0, 15).c_str());
    start->body();
    return nullptr;
}

}  // namespace

Result<Thread> Thread::start(std::string name, std::size_t stack_bytes,
                             std::function<void()> body) {
    pthread_attr_t attributes;
    ::pthread_attr_init(&attributes);
    ::pthread_attr_setstacksize(&attributes, std::max(stack_bytes, kStackBytesMin));
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_attr_setsigmask_np(&attributes, &all);

    auto start = std::make_unique<Start>(Start{std::move(name), std::move(body)});
    Thread thread;
    const int rc = ::pthread_create(&thread.thread_, &attributes, &run, start.get());
    ::pthread_attr_destroy(&attributes);
    if (rc != 0) {
        return tl::unexpected<Error>(Error{Errc::limit, rc, "start a thread", SourceLine::here()});
    }
    static_cast<void>(start.release());  // the thread owns it now
    thread.joinable_ = true;
    return thread;
}

void Thread::join() {
    if (std::exchange(joinable_, false)) {
        ::pthread_join(thread_, nullptr);
    }
}

void Thread::detach() {
    if (std::exchange(joinable_, false)) {
        ::pthread_detach(thread_);
    }
}

}  // namespace mp::os
