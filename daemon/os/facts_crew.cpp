// SPDX-License-Identifier: GPL-2.0-or-later
// How long until thousands of disks are known? Reading one takes a hundred system calls, nearly all
// of them in the kernel's own data, so several threads read several devices at once. A helper that
// hangs holds up the enumeration, as the reader itself would; it holds up nothing else.
#include "daemon/os/facts_crew.h"

#include <algorithm>
#include <utility>

#include "daemon/os/thread.h"

namespace mp::os {

void FactsCrew::start(std::size_t helpers, const std::function<Reader()>& make_reader) {
    const std::size_t wanted = std::min({helpers, kHelpersMax, names_.size() / kNamesPerHelper});
    for (std::size_t i = 0; i < wanted; ++i) {
        Result<Thread> thread =
            Thread::start("facts", kWorkerStackBytes,
                          [self = shared_from_this(), make_reader] { self->help(make_reader()); });
        if (!thread) {
            return;  // then with fewer
        }
        thread->detach();
    }
}

void FactsCrew::help(const Reader& reader) {
    for (bool more = true; more;) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return next_ == names_.size() || !far_ahead(); });
        more = read_next(lock, reader);
    }
}

// False: all have been begun. Lets go of the lock for the reading.
bool FactsCrew::read_next(std::unique_lock<std::mutex>& lock, const Reader& reader) {
    if (next_ == names_.size()) {
        return false;
    }
    const std::size_t index = next_++;
    lock.unlock();
    std::optional<model::BlockDevice> device = reader(names_[index]);
    lock.lock();
    slots_[index] = {.ready = true, .device = std::move(device)};
    changed_.notify_all();
    return true;
}

std::optional<model::BlockDevice> FactsCrew::take(std::size_t index, const Reader& own) {
    std::unique_lock lock(mutex_);
    while (!slots_[index].ready && !far_ahead() && read_next(lock, own)) {
    }
    changed_.wait(lock, [&] { return slots_[index].ready; });
    taken_ = index + 1;
    changed_.notify_all();
    return std::exchange(slots_[index].device, std::nullopt);
}

}  // namespace mp::os
