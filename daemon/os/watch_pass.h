// SPDX-License-Identifier: GPL-2.0-or-later
// What the passive watch does in one pass, and how often passes are worth their cost. No threads
// here.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/time.h"
#include "daemon/model/event.h"
#include "daemon/os/sys_dir.h"

namespace mp::os {

/// Watched attributes with their open descriptors and the values last seen.
class WatchList {
public:
    explicit WatchList(std::shared_ptr<const SysDir> sysfs) : sysfs_(std::move(sysfs)) {}

    /// Replaces what was watched for this path; attributes that stay keep their last value. The
    /// value at the first reading is where changes are counted from; it is reported for the first
    /// attribute only, the device's own state, of which what others know may be older.
    void set(PathId path, const std::vector<std::string>& attributes);

    /// Reads every path whose position is `slice` modulo `slices`; when something there has
    /// changed, all the others too: what happens to an adapter happens to all its paths.
    std::vector<model::event::KernelStateChanged> pass(std::size_t slice, std::size_t slices);

    /// Reads those paths alone that the kernel holds back for the moment, kPassingMax of them at
    /// most; when one has moved on, all the others too.
    std::vector<model::event::KernelStateChanged> passing_pass();
    bool any_passing() const { return passing_ > 0; }

    static constexpr std::size_t kPassingMax = 16;

    bool empty() const { return paths_.empty(); }
    std::size_t attribute_count() const;

private:
    struct Attribute {
        KeptAttribute file;
        bool read_before = false;
        bool report_first = false;
        std::string value;  ///< empty: vanished or not there yet
    };
    struct Path {
        PathId id;
        std::vector<Attribute> attributes;
    };
    std::optional<std::string> read(Attribute& attribute) const;
    void read_path(Path& path, std::vector<model::event::KernelStateChanged>& changes);

    void forget_values(const std::vector<Attribute>& attributes);

    std::shared_ptr<const SysDir> sysfs_;
    std::vector<Path> paths_;
    std::size_t passing_ = 0;  ///< attributes with a value that will not last
};

/// Chooses the pace so that the watch never takes more than a small share of one CPU.
struct WatchPace {
    Duration period{milliseconds(250)};  ///< between passes
    std::size_t slices = 1;              ///< a path is read in each slices-th pass

    static constexpr std::size_t kSlicesMax = 4;
    static constexpr std::int64_t kShare = 250;  ///< at most one part in kShare of a CPU
    static constexpr Duration kPeriodMax = seconds(2);
};
/// `full_pass` is the CPU time that reading everything once takes.
WatchPace choose_pace(Duration period, Duration full_pass);

}  // namespace mp::os
