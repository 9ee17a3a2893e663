// SPDX-License-Identifier: GPL-2.0-or-later
// The users of the maps: they hold each map open and read and write it all the time. What became of
// each request, and which logical unit it really reached, is told to the oracles.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>

#include "tests/sim/world/dm_kernel.h"

namespace mp::sim {

class UserIo {
public:
    UserIo(SimLoop& loop, DmKernel& kernel, Prng prng)
        : loop_(loop), kernel_(kernel), prng_(prng) {}

    struct Done {
        Wwid wwid;  ///< of the map
        std::string map;
        bool write = false;
        bool ok = false;
        DiskId disk;            ///< when ok
        std::optional<int> lu;  ///< where it went, when ok
        Instant issued{};
        Instant sent{};  ///< to the disk, when ok
    };
    void on_done(std::function<void(const Done&)> callback) { on_done_ = std::move(callback); }

    /// Maps get a user as soon as they can be used, and keep it. Period is the mean time between
    /// two requests on one map.
    void start(Duration period);
    void stop() { running_ = false; }
    /// The machine crashed: the users and their requests are gone.
    void power_cut() {
        users_.clear();
        ++boot_;
    }
    /// This map has no user from now on (it is closed as soon as its requests are done).
    void leave(const Wwid& wwid);
    void come_back(const Wwid& wwid) { absent_.erase(wwid); }
    std::size_t outstanding(const Wwid& wwid) const;
    /// Issue time of the oldest request that is still outstanding, kNever when there is none.
    Instant oldest(const Wwid& wwid) const;
    std::uint64_t issued() const { return issued_; }
    std::uint64_t completed() const { return completed_; }
    std::uint64_t failed() const { return failed_; }

private:
    struct User {
        std::uint32_t minor = 0;
        std::uint64_t serial = 0;
        std::multiset<Instant> outstanding;  ///< issue times
        bool ticking = false;
    };
    void look();
    void tick(const Wwid& wwid);
    void finished(const Done& done);
    static constexpr std::size_t kOutstandingMax = 4;

    SimLoop& loop_;
    DmKernel& kernel_;
    Prng prng_;
    bool running_ = false;
    Duration period_{0};
    std::map<Wwid, User> users_;
    std::map<Wwid, bool> absent_;
    std::function<void(const Done&)> on_done_;
    std::uint64_t boot_ = 0;
    std::uint64_t issued_ = 0;
    std::uint64_t completed_ = 0;
    std::uint64_t failed_ = 0;
};

}  // namespace mp::sim
