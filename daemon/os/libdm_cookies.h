// SPDX-License-Identifier: GPL-2.0-or-later
// udev cookies: how we learn that udev has finished with the maps that were made, changed or
// removed. Nobody waits for a cookie one by one; all of them are watched by one thread, with a
// limit.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "daemon/base/result.h"
#include "daemon/base/time.h"

struct dm_task;

namespace mp::os::libdm {

class UdevCookies {
public:
    /// Called on the watching thread. `settled`: no cookie is outstanding any more.
    struct Hooks {
        std::function<void(std::string text)> warn;
        std::function<void()> settled;
    };
    /// udevd gives up a worker after 180 s by itself.
    static constexpr Duration kLimit = seconds(180);

    explicit UdevCookies(Hooks hooks, Duration limit = kLimit);
    /// Cookies that are still out are given up: udev goes on, nobody listens.
    ~UdevCookies();
    UdevCookies(const UdevCookies&) = delete;
    UdevCookies& operator=(const UdevCookies&) = delete;

private:
    struct Batch;
    struct State;

public:
    /// Keeps the cookie open while an ioctl with it runs; destroy it when the ioctl is done.
    class Use {
    public:
        Use(std::shared_ptr<State> state, std::shared_ptr<Batch> batch);
        ~Use();
        Use(Use&&) = default;
        Use& operator=(Use&&) = delete;
        Use(const Use&) = delete;
        Use& operator=(const Use&) = delete;
        /// Runs on the watching thread when udev is done with the whole batch (or the limit
        /// passed).
        void afterwards(std::function<void()> action);

    private:
        std::shared_ptr<State> state_;
        std::shared_ptr<Batch> batch_;
    };

    /// Gives the task a cookie with these flags (DM_UDEV_*), before it is run. Any thread. Without
    /// udev, or without semaphores, the flags alone are set.
    Result<Use> attach(dm_task* task, std::uint16_t flags, const std::string& map_name);

    /// Uses that udev has not finished.
    std::size_t outstanding() const;

private:
    static void watch(const std::shared_ptr<State>& state);
    std::shared_ptr<State> state_;
};

}  // namespace mp::os::libdm
