// SPDX-License-Identifier: GPL-2.0-or-later
// Device events that wait to be read, at most one entry a device: what counts is what the device is
// when it is read, and whether it has been away in between. No threads, no libraries.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>

#include "daemon/base/ids.h"

namespace mp::os {

struct DeviceWork {
    std::string name;
    std::optional<DevT> gone;  ///< first: the device that had the name was removed
    bool seen = false;         ///< then: read the device that has it now
    bool change = false;       ///< seen, and a change event was among those that were merged
};

class DeviceQueue {
public:
    explicit DeviceQueue(std::size_t limit) : limit_(limit) {}

    /// False: too many devices wait; only an enumeration gives the truth now.
    bool add_seen(const std::string& name, bool change);
    /// `devt` 0:0 when the event did not say.
    bool add_gone(const std::string& name, DevT devt);
    /// The device that waits longest.
    std::optional<DeviceWork> take();
    std::size_t size() const { return order_.size(); }
    void clear();

private:
    DeviceWork* entry(const std::string& name);

    const std::size_t limit_;
    std::deque<std::string> order_;
    std::unordered_map<std::string, DeviceWork> entries_;
};

}  // namespace mp::os
