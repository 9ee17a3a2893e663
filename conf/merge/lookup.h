// SPDX-License-Identifier: GPL-2.0-or-later
// Which entries of the hardware table match a device? Remembered per vendor, product and revision.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "conf/merge/model.h"
#include "daemon/model/device.h"

namespace mp::conf {

/// Matching entries, the one with the highest precedence first.
using Matches = std::vector<const DeviceEntry*>;

/// Find is const, lock free and may be called from several threads.
class HardwareIndex {
public:
    /// `entries` must outlive the index and not change.
    explicit HardwareIndex(const std::vector<DeviceEntry>& entries) : entries_(&entries) {}
    ~HardwareIndex();
    HardwareIndex(const HardwareIndex&) = delete;
    HardwareIndex& operator=(const HardwareIndex&) = delete;

    std::shared_ptr<const Matches> find(const model::BlockDevice& device) const;

private:
    /// One array has a handful of models; a site has a handful of arrays.
    static constexpr std::size_t kSlots = 256;
    static constexpr std::size_t kProbes = 8;
    struct Known;

    const std::vector<DeviceEntry>* entries_;
    mutable std::array<std::atomic<const Known*>, kSlots> slots_{};
};

}  // namespace mp::conf
