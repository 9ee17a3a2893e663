// SPDX-License-Identifier: GPL-2.0-or-later
// udev as the daemon meets it: events take time, may come twice, and a burst may overflow the
// socket, of which the listener is told. Events of one device keep their order, those of different
// devices do not. The device is read when the event is delivered, not when it was sent.
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "tests/sim/world/host.h"

namespace mp::sim {
namespace {

constexpr Duration kDeafTime = milliseconds(100);
constexpr Duration kReadOne = microseconds(100);

}  // namespace

void SimHost::uevent(Action action, DiskId id) {
    if (loop_.now() < deaf_until_) {
        trace_.note("uevent lost: " + disk(id).name);
        return;
    }
    if (prng_.chance(weather_.uevent_overflow)) {
        lose_uevents();
        return;
    }
    Instant when = loop_.now() + weather_.uevent_delay.pick(prng_);
    Instant& last = last_delivery_[disk(id).name];
    when = std::max(when, last);
    last = when;
    const int copies = prng_.chance(weather_.uevent_duplicate) ? 2 : 1;
    for (int copy = 0; copy < copies; ++copy) {
        ++backlog_;
        loop_.at(when, [this, action, id] {
            --backlog_;
            deliver(action, id);
        });
    }
}

void SimHost::lose_uevents() {
    trace_.note("uevent overflow");
    deaf_until_ = loop_.now() + kDeafTime;
    loop_.at(deaf_until_, [this] { outbox_.post(model::event::DevicesOverflowed{}); });
}

/// udev's rules ask the device for its identity each time; without an answer the property is gone.
void SimHost::udev_looks(Disk& disk) {
    const std::optional<int> lu = lu_behind(disk.id);
    const bool answers = lu && !disk.offline &&
                         link(disk.nexus.adapter, disk.nexus.port) == Link::up &&
                         !array_.lu(*lu).hung;
    const Wwid seen = answers ? array_.lu(*lu).wwid : Wwid{};
    if (!(seen == disk.udev_wwid)) {
        trace_.note(fmt::format("udev: {} is \"{}\" now", disk.name, seen.str()));
        disk.udev_wwid = seen;
        ++version_;
    }
}

void SimHost::deliver(Action action, DiskId id) {
    const Disk& from = disk(id);
    switch (action) {
        case Action::add:
        case Action::change: {
            const std::optional<DiskId> now = find(from.name);
            if (now) {
                udev_looks(disks_.at(now->value));
            }
            trace_.note(
                fmt::format("uevent {} {}", action == Action::add ? "add" : "change", from.name));
            if (now) {
                outbox_.post(
                    model::event::DeviceSeen{block_device(*now), action == Action::change});
            }
            return;
        }
        case Action::remove:
            trace_.note("uevent remove " + from.name);
            outbox_.post(model::event::DeviceGone{from.devt, from.name});
            return;
    }
}

void SimHost::enumerate() {
    const std::uint64_t session = outbox_.session();
    const std::vector<DiskId> known = present();
    trace_.note(fmt::format("enumerate: {} devices", known.size()));
    Duration delay = weather_.uevent_delay.pick(prng_);
    for (const DiskId id : known) {
        delay += kReadOne;
        const bool raw = prng_.chance(weather_.udev_uninitialized);
        loop_.after(delay, [this, session, id, raw] {
            if (!disk(id).present) {
                return;
            }
            if (raw) {
                uevent(Action::add, id);  // it is told when udev is done with it
                return;
            }
            outbox_.post_to(session, model::event::DeviceSeen{block_device(id), false});
        });
    }
    loop_.after(delay + kReadOne, [this, session, known] {
        model::event::EnumerationDone done;
        for (const DiskId id : known) {
            if (disk(id).present) {
                done.present.push_back(disk(id).devt);
            }
        }
        outbox_.post_to(session, std::move(done));
    });
}

void SimHost::reread(const std::string& name) {
    const std::uint64_t session = outbox_.session();
    const std::optional<DiskId> before = find(name);
    const DevT devt = before ? disk(*before).devt : DevT{};
    loop_.after(weather_.uevent_delay.pick(prng_), [this, session, name, devt] {
        if (const std::optional<DiskId> now = find(name)) {
            outbox_.post_to(session, model::event::DeviceSeen{block_device(*now), true});
        } else {
            outbox_.post_to(session, model::event::DeviceGone{devt, name});
        }
    });
}

void SimHost::retrigger(const std::string& sys_path) {
    for (const DiskId id : present()) {
        if (device_dir(disk(id)) + "/block/" + disk(id).name == sys_path) {
            uevent(Action::change, id);
            return;
        }
    }
}

}  // namespace mp::sim
