// SPDX-License-Identifier: GPL-2.0-or-later
// When are the watched attributes read? In one thread, every period, with nothing shared but a list
// of orders from the reactor. The thread measures its own CPU time and lets choose_pace() slow it
// down. It holds Shared, not the adapter: a read that blocks for ever ends nothing but the watch.
#include "daemon/os/path_watch.h"

#include <time.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "daemon/os/thread.h"
#include "daemon/os/watch_pass.h"

namespace mp::os {

namespace {

// What the kernel decides on is known within half of the 50 ms that a failover may take.
constexpr Duration kPassingPeriod = milliseconds(20);

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
    bool looking = false;
    bool stopping = false;

    void order(Order wanted) {
        {
            std::lock_guard lock(mutex);
            orders.push_back(std::move(wanted));
        }
        wake.notify_one();
    }

    enum class Next { stop, wait, look };
    // Waits until `due`, or for an order when there is nothing to watch.
    Next take_orders(WatchList& list, std::chrono::steady_clock::time_point due) {
        std::vector<Order> taken;
        bool look_now = false;
        {
            std::unique_lock lock(mutex);
            const auto ready = [&] { return stopping || looking || !orders.empty(); };
            if (list.empty()) {
                wake.wait(lock, ready);
            } else {
                wake.wait_until(lock, due, ready);
            }
            if (stopping) {
                return Next::stop;
            }
            taken.swap(orders);
            look_now = std::exchange(looking, false);
        }
        for (const Order& wanted : taken) {
            list.set(wanted.path, wanted.attributes);
        }
        return look_now ? Next::look : Next::wait;
    }

    void report(std::vector<model::event::KernelStateChanged> changes) {
        if (changes.empty()) {
            return;
        }
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
        using Clock = std::chrono::steady_clock;
        WatchList list(sysfs);
        WatchPace pace{.period = period, .slices = 1};
        std::size_t slice = 0;
        Clock::time_point due = Clock::now();          // the next pass
        Clock::time_point passing_due = Clock::now();  // the next over what will not last
        for (;;) {
            const Next next =
                take_orders(list, list.any_passing() ? std::min(due, passing_due) : due);
            if (next == Next::stop) {
                return;
            }
            const Clock::time_point now = Clock::now();
            if (next == Next::look) {
                report(list.pass(0, 1));
                continue;
            }
            if (now >= passing_due) {
                report(list.passing_pass());
                passing_due = now + kPassingPeriod;
            }
            if (now < due) {
                continue;
            }
            const Duration before = thread_cpu_time();
            std::vector<model::event::KernelStateChanged> changes = list.pass(slice, pace.slices);
            const Duration spent = thread_cpu_time() - before;
            if (changes
                    .empty()) {  // else it was a full pass, which says little about the usual one
                pace = choose_pace(period, spent * static_cast<std::int64_t>(pace.slices));
            }
            report(std::move(changes));
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

void SysfsWatch::look() {
    {
        std::lock_guard lock(shared_->mutex);
        shared_->looking = true;
    }
    shared_->wake.notify_one();
}

void SysfsWatch::forget(PathId path) {
    shared_->order({path, {}});
}

}  // namespace mp::os
