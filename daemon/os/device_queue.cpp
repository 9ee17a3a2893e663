// SPDX-License-Identifier: GPL-2.0-or-later
// What is left of a burst of uevents? A disk that appears sends dozens of change events, and
// reading a device costs far more than receiving an event. So events of one device are merged while
// they wait: changes into one, an appearance and changes into one, an appearance that was followed
// by a removal into the removal. A removal followed by an appearance stays both, because the two
// devices share nothing but the name.
#include "daemon/os/device_queue.h"

#include <utility>

namespace mp::os {

DeviceWork* DeviceQueue::entry(const std::string& name) {
    const auto found = entries_.find(name);
    if (found != entries_.end()) {
        return &found->second;
    }
    if (order_.size() >= limit_) {
        return nullptr;
    }
    order_.push_back(name);
    DeviceWork& fresh = entries_[name];
    fresh.name = name;
    return &fresh;
}

bool DeviceQueue::add_seen(const std::string& name, bool change) {
    DeviceWork* const work = entry(name);
    if (work == nullptr) {
        return false;
    }
    work->change = (work->seen && work->change) || change;
    work->seen = true;
    return true;
}

bool DeviceQueue::add_gone(const std::string& name, DevT devt) {
    DeviceWork* const work = entry(name);
    if (work == nullptr) {
        return false;
    }
    work->seen = false;
    work->change = false;
    // A life that began and ended while it waited was never reported; the first one was.
    if (!work->gone.has_value()) {
        work->gone = devt;
    }
    return true;
}

std::optional<DeviceWork> DeviceQueue::take() {
    if (order_.empty()) {
        return std::nullopt;
    }
    const auto found = entries_.find(order_.front());
    DeviceWork work = std::move(found->second);
    entries_.erase(found);
    order_.pop_front();
    return work;
}

void DeviceQueue::clear() {
    order_.clear();
    entries_.clear();
}

}  // namespace mp::os
