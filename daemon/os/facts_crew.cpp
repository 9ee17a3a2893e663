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
    for (;;) {
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [this] { return next_ < taken_ + kAheadMax; });
        }
        if (!read_one(reader)) {
            return;
        }
    }
}

// False: all have been begun.
bool FactsCrew::read_one(const Reader& reader) {
    std::size_t index = 0;
    {
        std::lock_guard lock(mutex_);
        if (next_ == names_.size()) {
            return false;
        }
        index = next_++;
    }
    std::optional<model::BlockDevice> device = reader(names_[index]);
    {
        std::lock_guard lock(mutex_);
        slots_[index] = {.ready = true, .device = std::move(device)};
    }
    changed_.notify_all();
    return true;
}

std::optional<model::BlockDevice> FactsCrew::take(std::size_t index, const Reader& own) {
    for (bool more = true;;) {
        std::unique_lock lock(mutex_);
        if (!more) {
            changed_.wait(lock, [&] { return slots_[index].ready; });
        }
        if (slots_[index].ready) {
            taken_ = index + 1;
            changed_.notify_all();
            return std::exchange(slots_[index].device, std::nullopt);
        }
        lock.unlock();
        more = read_one(own);
    }
}

}  // namespace mp::os
