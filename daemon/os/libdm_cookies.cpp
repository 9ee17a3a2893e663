// SPDX-License-Identifier: GPL-2.0-or-later
// When is udev done with what we did to maps, and what if it never is?
//
// A cookie is a kernel semaphore: every resume, rename or remove adds one, and the udev rules take
// one off when they have finished with the event. Rules cost hundreds of milliseconds per map, so
// waiting after each map made the start of a system slow. Here a cookie is shared by everything
// that begins within a moment of each other (a batch), workers go on at once, and one thread looks
// after all batches. What it looks for is a value that only the base count is left of, so looking
// never blocks; it looks every few milliseconds at first and less often the longer it takes.
//
// After a limit the batch is given up: its count is taken down, the semaphore goes, one warning
// names the maps. A lost udev event can then delay nothing but itself.
//
// A daemon that is killed leaves its open semaphores behind (some bytes each); udev takes them down
// to the base count and nothing else ever looks at them.
#include "daemon/os/libdm_cookies.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "daemon/os/late_devmapper.h"

namespace mp::os::libdm {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr auto kBatchAge = std::chrono::milliseconds(100);
constexpr unsigned kBatchUses = 256;    // far below the largest semaphore value
constexpr std::size_t kBatchNames = 8;  // named in the warning
constexpr auto kLookFirst = std::chrono::milliseconds(10);
constexpr auto kLookLast = std::chrono::milliseconds(250);

}  // namespace

struct UdevCookies::Batch {
    std::uint32_t cookie = 0;
    SteadyClock::time_point begun = SteadyClock::now();
    unsigned uses = 0;
    unsigned running = 0;  ///< ioctls under way
    std::vector<std::string> names;
    std::vector<std::function<void()>> afterwards;
};

struct UdevCookies::State {
    std::mutex mutex;
    std::condition_variable changed;
    Hooks hooks;
    Duration limit{0};
    bool stop = false;
    std::shared_ptr<Batch> current;  ///< takes new uses
    std::vector<std::shared_ptr<Batch>> batches;
    std::thread watcher;

    void close_old_batch(SteadyClock::time_point now) {
        if (current && (now - current->begun > kBatchAge || current->uses >= kBatchUses)) {
            current.reset();
        }
    }

    /// Done, or given up. Holds the mutex: nothing in here blocks.
    bool finished(Batch& batch, SteadyClock::time_point now) {
        if (batch.running != 0 || current.get() == &batch) {
            return false;
        }
        int ready = 0;
        if (batch.cookie == 0 || dm_udev_wait_immediate(batch.cookie, &ready) == 0 || ready != 0) {
            return true;
        }
        if (now - batch.begun < limit) {
            return false;
        }
        give_up(batch);
        return true;
    }

    void give_up(Batch& batch) const {
        int ready = 0;
        for (unsigned i = 0; i < batch.uses && ready == 0; ++i) {
            if (dm_udev_complete(batch.cookie) == 0 ||
                dm_udev_wait_immediate(batch.cookie, &ready) == 0) {
                return;
            }
        }
    }

    std::string unfinished_text(const Batch& batch) const {
        std::string names;
        for (const std::string& name : batch.names) {
            names += names.empty() ? "" : ", ";
            names += name;
        }
        return "udev did not finish with " + names + (batch.uses > kBatchNames ? ", ..." : "") +
               " within " + std::to_string(limit.count() / 1'000'000) + " s; going on without it";
    }
};

UdevCookies::UdevCookies(Hooks hooks, Duration limit) : state_(std::make_shared<State>()) {
    state_->hooks = std::move(hooks);
    state_->limit = limit;
}

UdevCookies::~UdevCookies() {
    std::thread watcher;
    {
        std::lock_guard lock(state_->mutex);
        state_->stop = true;
        state_->current.reset();
        watcher.swap(state_->watcher);
    }
    state_->changed.notify_all();
    if (watcher.joinable()) {
        watcher.join();
    }
    std::lock_guard lock(state_->mutex);
    for (const std::shared_ptr<Batch>& batch : state_->batches) {
        int ready = 0;
        if (batch->running == 0 && batch->cookie != 0 &&
            dm_udev_wait_immediate(batch->cookie, &ready) != 0 && ready == 0) {
            state_->give_up(*batch);
        }
    }
    state_->batches.clear();
}

Result<UdevCookies::Use> UdevCookies::attach(dm_task* task, std::uint16_t flags,
                                             const std::string& map_name) {
    std::lock_guard lock(state_->mutex);
    state_->close_old_batch(SteadyClock::now());
    if (!state_->current) {
        state_->current = std::make_shared<Batch>();
        state_->batches.push_back(state_->current);
    }
    Batch& batch = *state_->current;
    if (dm_task_set_cookie(task, &batch.cookie, flags) == 0) {
        // No semaphore left in the system. Maps matter more than knowing when udev is done.
        dm_udev_set_sync_support(0);
        batch.cookie = 0;
        if (dm_task_set_cookie(task, &batch.cookie, flags) == 0) {
            return fail(Errc::limit, "set the udev flags of a map");
        }
    }
    ++batch.uses;
    ++batch.running;
    if (batch.names.size() < kBatchNames) {
        batch.names.push_back(map_name);
    }
    if (!state_->watcher.joinable() && !state_->stop) {
        state_->watcher = std::thread([state = state_] { watch(state); });
    }
    state_->changed.notify_all();
    return Use(state_, state_->current);
}

void UdevCookies::watch(const std::shared_ptr<State>& state) {
    std::unique_lock lock(state->mutex);
    auto pause = kLookFirst;
    while (!state->stop) {
        if (state->batches.empty()) {
            pause = kLookFirst;
            state->changed.wait(lock);
            continue;
        }
        SteadyClock::time_point now = SteadyClock::now();
        state->close_old_batch(now);
        std::vector<std::shared_ptr<Batch>> done;
        std::vector<std::string> warnings;
        for (const std::shared_ptr<Batch>& batch : state->batches) {
            if (state->finished(*batch, now)) {
                done.push_back(batch);
                if (batch->cookie != 0 && now - batch->begun >= state->limit) {
                    warnings.push_back(state->unfinished_text(*batch));
                }
            }
        }
        std::erase_if(state->batches, [&done](const std::shared_ptr<Batch>& batch) {
            return std::ranges::find(done, batch) != done.end();
        });
        bool settled = state->batches.empty();
        lock.unlock();
        for (const std::shared_ptr<Batch>& batch : done) {
            for (const std::function<void()>& action : batch->afterwards) {
                action();
            }
        }
        for (const std::string& warning : warnings) {
            state->hooks.warn(warning);
        }
        if (settled) {
            state->hooks.settled();
        }
        lock.lock();
        pause = done.empty() ? std::min(pause + pause / 4, kLookLast) : kLookFirst;
        if (!state->stop && !state->batches.empty()) {
            state->changed.wait_for(lock, pause);
        }
    }
}

std::size_t UdevCookies::outstanding() const {
    std::lock_guard lock(state_->mutex);
    std::size_t uses = 0;
    for (const std::shared_ptr<Batch>& batch : state_->batches) {
        uses += batch->uses;
    }
    return uses;
}

UdevCookies::Use::Use(std::shared_ptr<State> state, std::shared_ptr<Batch> batch)
    : state_(std::move(state)), batch_(std::move(batch)) {}

UdevCookies::Use::~Use() {
    if (batch_) {
        std::lock_guard lock(state_->mutex);
        --batch_->running;
    }
}

void UdevCookies::Use::afterwards(std::function<void()> action) {
    std::lock_guard lock(state_->mutex);
    batch_->afterwards.push_back(std::move(action));
}

}  // namespace mp::os::libdm
