// SPDX-License-Identifier: GPL-2.0-or-later
// How does the one reactor thread wait for everything at once? sd-event does it: descriptors,
// timers on CLOCK_BOOTTIME, signals. This file wraps it so that the rest of the daemon sees
// std::function and Instant only.
//
// Rules: C callbacks are noexcept and keep the object that they run alive, because a callback may
// remove its own source. Failures of sd-event calls on sources that exist are bugs and end the
// process; failures to add one are values. sd-event dispatches the source that became ready first,
// so deferred tasks and descriptors share the thread fairly.
#include "daemon/os/event_loop.h"

#include <sys/epoll.h>
#include <time.h>

#include <deque>
#include <unordered_map>
#include <utility>

#include "daemon/os/late_systemd.h"

namespace mp::os {

namespace {

struct Watch : std::enable_shared_from_this<Watch> {
    sd_event_source* source = nullptr;
    EventLoop::FdCallback callback;

    Watch() = default;
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;
    ~Watch() { sd_event_source_disable_unref(source); }
};

int on_fd(sd_event_source*, int, std::uint32_t events, void* data) noexcept {
    const std::shared_ptr<Watch> watch = static_cast<Watch*>(data)->shared_from_this();
    watch->callback(events);
    return 0;
}

std::uint64_t to_usec(Instant when) {
    const std::int64_t count = when.time_since_epoch().count();
    return count < 0 ? 0 : static_cast<std::uint64_t>(count);
}

}  // namespace

struct EventLoop::Impl {
    sd_event* event = nullptr;
    sd_event_source* defer_source = nullptr;
    std::unordered_map<int, std::shared_ptr<Watch>> watches;
    std::deque<Task> deferred;

    Impl() = default;
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;
    ~Impl() {
        watches.clear();
        sd_event_source_disable_unref(defer_source);
        sd_event_unref(event);
    }

    static int on_defer(sd_event_source*, void* data) noexcept {
        Impl& self = *static_cast<Impl*>(data);
        // Only what waits now: a task that defers itself again must not starve the descriptors.
        for (std::size_t left = self.deferred.size(); left > 0 && !self.deferred.empty(); --left) {
            const Task task = std::move(self.deferred.front());
            self.deferred.pop_front();
            task();
        }
        self.defer_source = sd_event_source_disable_unref(self.defer_source);
        if (!self.deferred.empty()) {
            self.arm_defer();
        }
        return 0;
    }

    // A new source each time: sd-event remembers since when a source waits, and one that is enabled
    // again keeps its first date and would go before every descriptor for ever.
    void arm_defer() {
        const int rc = sd_event_add_defer(event, &defer_source, &on_defer, this);
        MP_ASSERT(rc >= 0);
    }
};

EventLoop::EventLoop(std::unique_ptr<Impl> impl, std::shared_ptr<TaskQueue> tasks)
    : tasks_(std::move(tasks)), impl_(std::move(impl)) {}

EventLoop::~EventLoop() {
    tasks_->close();
}

Result<std::unique_ptr<EventLoop>> EventLoop::create() {
    MP_CHECK(load_systemd());
    MP_TRY(std::shared_ptr<TaskQueue> tasks, TaskQueue::create());
    auto impl = std::make_unique<Impl>();
    const int rc = sd_event_new(&impl->event);
    if (rc < 0) {
        return fail_errno(-rc, "create the event loop");
    }

    std::unique_ptr<EventLoop> loop(new EventLoop(std::move(impl), tasks));
    TaskQueue* const queue = tasks.get();
    MP_CHECK(loop->watch_fd(queue->fd(), EPOLLIN, [queue](std::uint32_t) {
        for (const Task& task : queue->take()) {
            task();
        }
    }));
    return loop;
}

int EventLoop::run() {
    const int code = sd_event_loop(impl_->event);
    MP_ASSERT(code >= 0);
    return code;
}

void EventLoop::exit(int code) {
    sd_event_exit(impl_->event, code);
}

bool EventLoop::run_once(Duration timeout) {
    if (sd_event_get_state(impl_->event) == SD_EVENT_FINISHED) {
        return false;
    }
    const int rc = sd_event_run(impl_->event, static_cast<std::uint64_t>(timeout.count()));
    MP_ASSERT(rc >= 0);
    return sd_event_get_state(impl_->event) != SD_EVENT_FINISHED;
}

Result<> EventLoop::watch_fd(int fd, std::uint32_t epoll_events, FdCallback callback) {
    if (impl_->watches.count(fd) != 0) {
        return fail(Errc::invalid, "descriptor is watched already");
    }
    auto watch = std::make_shared<Watch>();
    watch->callback = std::move(callback);
    const int rc =
        sd_event_add_io(impl_->event, &watch->source, fd, epoll_events, &on_fd, watch.get());
    if (rc < 0) {
        return fail_errno(-rc, "watch a descriptor");
    }
    impl_->watches.emplace(fd, std::move(watch));
    return {};
}

void EventLoop::change_fd(int fd, std::uint32_t epoll_events) {
    const auto found = impl_->watches.find(fd);
    MP_ASSERT(found != impl_->watches.end());
    const int rc = sd_event_source_set_io_events(found->second->source, epoll_events);
    MP_ASSERT(rc >= 0);
}

void EventLoop::unwatch_fd(int fd) {
    const auto found = impl_->watches.find(fd);
    if (found == impl_->watches.end()) {
        return;
    }
    // Disabled here and not in the destructor: a running callback may still hold the watch.
    sd_event_source_set_enabled(found->second->source, SD_EVENT_OFF);
    sd_event_source* const source = std::exchange(found->second->source, nullptr);
    sd_event_source_disable_unref(source);
    impl_->watches.erase(found);
}

void EventLoop::defer(Task task) {
    impl_->deferred.push_back(std::move(task));
    if (impl_->defer_source == nullptr) {
        impl_->arm_defer();
    }
}

Instant EventLoop::now() {
    timespec spec{};
    ::clock_gettime(CLOCK_BOOTTIME, &spec);
    return Instant(Duration(static_cast<std::int64_t>(spec.tv_sec) * 1'000'000 +
                            static_cast<std::int64_t>(spec.tv_nsec) / 1000));
}

sd_event* EventLoop::handle() const {
    return impl_->event;
}

struct EventLoop::Timer::Source : std::enable_shared_from_this<EventLoop::Timer::Source> {
    sd_event_source* source = nullptr;
    std::function<void()> callback;
    Instant when = kNever;

    Source() = default;
    Source(const Source&) = delete;
    Source& operator=(const Source&) = delete;
    ~Source() { sd_event_source_disable_unref(source); }

    static int on_time(sd_event_source*, std::uint64_t, void* data) noexcept {
        const std::shared_ptr<Source> self = static_cast<Source*>(data)->shared_from_this();
        self->when = kNever;
        self->callback();
        return 0;
    }
};

EventLoop::Timer::Timer(EventLoop& loop, std::function<void()> callback, Duration accuracy)
    : source_(std::make_shared<Source>()) {
    source_->callback = std::move(callback);
    const int rc = sd_event_add_time(loop.handle(), &source_->source, CLOCK_BOOTTIME, 0,
                                     static_cast<std::uint64_t>(accuracy.count()), &Source::on_time,
                                     source_.get());
    MP_ASSERT(rc >= 0);
    sd_event_source_set_enabled(source_->source, SD_EVENT_OFF);
}

EventLoop::Timer::~Timer() {
    sd_event_source_disable_unref(std::exchange(source_->source, nullptr));
}

void EventLoop::Timer::set(Instant when) {
    if (when == source_->when) {
        return;
    }
    source_->when = when;
    if (when == kNever) {
        sd_event_source_set_enabled(source_->source, SD_EVENT_OFF);
        return;
    }
    int rc = sd_event_source_set_time(source_->source, to_usec(when));
    MP_ASSERT(rc >= 0);
    rc = sd_event_source_set_enabled(source_->source, SD_EVENT_ONESHOT);
    MP_ASSERT(rc >= 0);
}

}  // namespace mp::os
