// SPDX-License-Identifier: GPL-2.0-or-later
// One user per map. It looks for new maps twice a second, opens what it finds, and sends a request
// at random intervals as long as fewer than four are outstanding; it never gives up.
#include "tests/sim/world/user_io.h"

#include <vector>

namespace mp::sim {
namespace {

constexpr Duration kLookPeriod = milliseconds(500);

}  // namespace

void UserIo::start(Duration period) {
    period_ = period;
    running_ = true;
    look();
}

void UserIo::look() {
    if (!running_) {
        return;
    }
    std::vector<std::uint32_t> to_open;
    for (const auto& [minor, map] : kernel_.maps()) {
        User& user = users_[map.wwid()];
        if (user.serial != map.serial) {
            user.minor = minor;
            user.serial = map.serial;
        }
        if (map.live && !map.opened && absent_.count(map.wwid()) == 0) {
            to_open.push_back(minor);
        }
    }
    for (const std::uint32_t minor : to_open) {
        kernel_.open(minor, true);
        const Wwid wwid = kernel_.find(minor)->wwid();
        if (!users_[wwid].ticking) {
            users_[wwid].ticking = true;
            tick(wwid);
        }
    }
    loop_.after(kLookPeriod, [this] { look(); });
}

void UserIo::tick(const Wwid& wwid) {
    User& user = users_[wwid];
    const DmMap* map = kernel_.find(user.minor);
    if (!running_ || map == nullptr || map->serial != user.serial || !map->opened) {
        user.ticking = false;
        return;
    }
    const auto mean = static_cast<std::uint64_t>(period_.count());
    loop_.after(Duration(static_cast<std::int64_t>(prng_.between(mean / 2, mean + mean / 2))),
                [this, wwid] { tick(wwid); });
    if (user.outstanding.size() >= kOutstandingMax) {
        return;
    }
    user.outstanding.insert(loop_.now());
    ++issued_;
    UserRequest request;
    request.number = issued_;
    request.write = prng_.chance(500);
    request.done = [this, boot = boot_, wwid, name = map->name, write = request.write,
                    issued = loop_.now()](const UserResult& result) {
        if (boot == boot_) {
            finished(
                Done{wwid, name, write, result.ok, result.disk, result.lu, issued, result.sent});
        }
    };
    kernel_.submit(user.minor, std::move(request));
}

void UserIo::finished(const Done& done) {
    std::multiset<Instant>& outstanding = users_[done.wwid].outstanding;
    outstanding.erase(outstanding.find(done.issued));
    ++(done.ok ? completed_ : failed_);
    if (on_done_) {
        on_done_(done);
    }
}

Instant UserIo::oldest(const Wwid& wwid) const {
    const auto user = users_.find(wwid);
    return user == users_.end() || user->second.outstanding.empty()
               ? kNever
               : *user->second.outstanding.begin();
}

void UserIo::leave(const Wwid& wwid) {
    absent_[wwid] = true;
    const auto user = users_.find(wwid);
    if (user != users_.end()) {
        kernel_.open(user->second.minor, false);
    }
}

std::size_t UserIo::outstanding(const Wwid& wwid) const {
    const auto user = users_.find(wwid);
    return user == users_.end() ? 0 : user->second.outstanding.size();
}

}  // namespace mp::sim
