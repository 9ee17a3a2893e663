// SPDX-License-Identifier: GPL-2.0-or-later
// When are the watched attributes read? In one thread, every period, with nothing shared but a list
// of orders from the reactor. The thread measures its own CPU time and lets choose_pace() slow it
// down. It holds Shared, not the adapter: a read that blocks for ever ends nothing but the watch.
#include "daemon/os/path_watch.h"

#include <time.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "daemon/os/thread.h"
#include "daemon/os/watch_pass.h"

namespace mp::os {

namespace {

Duration thread_cpu_time() {
    timespec spec{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spec);
    return Duration(static_cast<std::int64_t>(spec.tv_sec) * 1'000'000 +
                    static_cast<std::int64_t>(spec.tv_nsec) / 1000);
}

}  // namespace

struct SysfsWatch::Shared : std::enable_shared_from_this<SysfsWatch::Shared> {
    struct Order {
        PathId path;
        std::vector<std::string> attributes;  ///< empty: forget
    };

    ports::EventSink* sink = nullptr;  ///< reactor only; null once the adapter is gone
    std::shared_ptr<TaskQueue> tasks;
    std::shared_ptr<const SysDir> sysfs;
    Duration period{0};

    std::mutex mutex;
    std::condition_variable wake;
    std::vector<Order> orders;
    bool stopping = false;

    void order(Order wanted) {
        {
            std::lock_guard lock(mutex);
            orders.push_back(std::move(wanted));
        }
        wake.notify_one();
    }

    // False: stop. Waits until `due`, or for an order when there is nothing to watch.
    bool take_orders(WatchList& list, std::chrono::steady_clock::time_point due) {
        std::vector<Order> taken;
        {
            std::unique_lock lock(mutex);
            const auto ready = [&] { return stopping || !orders.empty(); };
            if (list.empty()) {
                wake.wait(lock, ready);
            } else {
                wake.wait_until(lock, due, ready);
            }
            if (stopping) {
                return false;
            }
            taken.swap(orders);
        }
        for (const Order& wanted : taken) {
            list.set(wanted.path, wanted.attributes);
        }
        return true;
    }

    void report(std::vector<model::event::KernelStateChanged> changes) {
        auto batch =
            std::make_shared<std::vector<model::event::KernelStateChanged>>(std::move(changes));
        post_or_wait(*tasks, [self = shared_from_this(), batch] {
            if (self->sink == nullptr) {
                return;
            }
            for (model::event::KernelStateChanged& change : *batch) {
                self->sink->post(std::move(change));
            }
        });
    }

    void body() {
        WatchList list(sysfs);
        WatchPace pace{.period = period, .slices = 1};
        std::size_t slice = 0;
        auto due = std::chrono::steady_clock::now();
        while (take_orders(list, due)) {
            const auto now = std::chrono::steady_clock::now();
            if (now < due) {
                continue;
            }
            const Duration before = thread_cpu_time();
            std::vector<model::event::KernelStateChanged> changes = list.pass(slice, pace.slices);
            const Duration spent = thread_cpu_time() - before;
            if (changes
                    .empty()) {  // else it was a full pass, which says little about the usual one
                pace = choose_pace(period, spent * static_cast<std::int64_t>(pace.slices));
            } else {
                report(std::move(changes));
            }
            ++slice;
            due = now + pace.period;
        }
    }
};

Result<std::unique_ptr<SysfsWatch>> SysfsWatch::create(EventLoop& loop, ports::EventSink& sink,
                                                       std::shared_ptr<const SysDir> sysfs,
                                                       Duration period) {
    auto shared = std::make_shared<Shared>();
    shared->sink = &sink;
    shared->tasks = loop.tasks();
    shared->sysfs = std::move(sysfs);
    shared->period = period;
    MP_TRY(Thread thread, Thread::start("watch", 64U * 1024U, [shared] { shared->body(); }));
    thread.detach();
    return std::unique_ptr<SysfsWatch>(new SysfsWatch(std::move(shared)));
}

SysfsWatch::~SysfsWatch() {
    shared_->sink = nullptr;
    {
        std::lock_guard lock(shared_->mutex);
        shared_->stopping = true;
    }
    shared_->wake.notify_one();
}

void SysfsWatch::watch(const model::PathRef& path, const std::vector<std::string>& attributes) {
    shared_->order({path.id, attributes});
}

void SysfsWatch::forget(PathId path) {
    shared_->order({path, {}});
}

}  // namespace mp::os
