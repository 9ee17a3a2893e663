// SPDX-License-Identifier: GPL-2.0-or-later
// How long questions to a device take, as a histogram small enough to keep for every path. Counts
// are halved when there are many, so that it tells of the recent past.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "daemon/base/time.h"

namespace mp::model {

class LatencyHistogram {
public:
    static constexpr std::size_t kBuckets = 20;
    static constexpr std::uint32_t kHalvedAt = 1024;  ///< so many answers

    /// Upper bound of a bucket: 32 us, 64 us, ... 8.4 s; the last has none.
    static constexpr Duration bound(std::size_t bucket) {
        return Duration{std::int64_t{32} << bucket};
    }

    void add(Duration latency) {
        std::size_t at = 0;
        while (at + 1 < kBuckets && latency > bound(at)) {
            ++at;
        }
        ++counts_[at];
        if (++total_ >= kHalvedAt) {
            total_ = 0;
            for (std::uint16_t& count : counts_) {
                count = static_cast<std::uint16_t>(count / 2);
                total_ += count;
            }
        }
    }
    /// What another path has seen counts here as well.
    void merge(const LatencyHistogram& other) {
        constexpr std::uint32_t kMax = std::numeric_limits<std::uint16_t>::max();
        total_ = 0;
        for (std::size_t i = 0; i < kBuckets; ++i) {
            std::uint32_t sum = std::uint32_t{counts_[i]} + other.counts_[i];
            counts_[i] = static_cast<std::uint16_t>(sum < kMax ? sum : kMax);
            total_ += counts_[i];
        }
    }

    std::uint32_t total() const { return total_; }
    const std::array<std::uint16_t, kBuckets>& counts() const { return counts_; }
    /// Bound of the bucket below which `percent` (1..100) of the answers lie; 0 without answers.
    Duration quantile(std::uint32_t percent) const {
        std::uint32_t seen = 0;
        for (std::size_t i = 0; total_ > 0 && i < kBuckets; ++i) {
            seen += counts_[i];
            if (std::uint64_t{seen} * 100 >= std::uint64_t{total_} * percent) {
                return bound(i);
            }
        }
        return Duration{0};
    }
    bool operator==(const LatencyHistogram&) const = default;

private:
    std::array<std::uint16_t, kBuckets> counts_{};
    std::uint32_t total_ = 0;
};

}  // namespace mp::model
