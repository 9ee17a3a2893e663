// SPDX-License-Identifier: GPL-2.0-or-later
// The facts of many devices, read by several threads and handed out in the order of their names:
// aliases are given in that order. The one who takes reads too, so it works with no helper at all.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "daemon/model/device.h"

namespace mp::os {

class FactsCrew : public std::enable_shared_from_this<FactsCrew> {
public:
    /// Unset: the device is gone.
    using Reader = std::function<std::optional<model::BlockDevice>(const std::string& name)>;

    static constexpr std::size_t kHelpersMax = 3;
    static constexpr std::size_t kNamesPerHelper = 16;  ///< fewer are not worth a thread
    static constexpr std::size_t kAheadMax = 256;       ///< devices read and not taken

    explicit FactsCrew(std::vector<std::string> names)
        : names_(std::move(names)), slots_(names_.size()) {}

    /// At most `helpers` threads, fewer for few names or when the kernel gives no more. Each calls
    /// `make_reader` for a reader of its own. They end with the last name: all
    /// are to be taken.
    void start(std::size_t helpers, const std::function<Reader()>& make_reader);
    /// The devices one after the other; reads with `own` while the next one is not there yet.
    /// `index` goes up by one with each call.
    std::optional<model::BlockDevice> take(std::size_t index, const Reader& own);

private:
    struct Slot {
        bool ready = false;
        std::optional<model::BlockDevice> device;
    };
    bool read_next(std::unique_lock<std::mutex>& lock, const Reader& reader);
    void help(const Reader& reader);
    bool far_ahead() const { return next_ >= taken_ + kAheadMax; }

    const std::vector<std::string> names_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Slot> slots_;
    std::size_t next_ = 0;   ///< the first that nobody has begun with
    std::size_t taken_ = 0;  ///< handed out
};

}  // namespace mp::os
