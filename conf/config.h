// SPDX-License-Identifier: GPL-2.0-or-later
// A whole configuration, parsed, checked and merged; immutable once built. Built from bytes (files
// are read elsewhere). Look-ups are pure and cheap enough to be done per path.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "conf/diagnostic.h"
#include "conf/policy.h"
#include "conf/schema/value.h"
#include "daemon/model/device.h"

namespace mp::conf {

/// What the pure code cannot ask the system for itself.
struct Environment {
    Accounts accounts;                       ///< names for uid and gid
    bool native_nvme_multipath = false;      ///< the kernel joins NVMe paths itself
    std::uint64_t max_open_files = 1048576;  ///< fs.nr_open, the limit of max_fds
    unsigned numa_nodes = 1;                 ///< that are online
    bool numa_selector = false;              ///< the kernel has path selector numa-distance
};

/// Why a device is or is not ours, by the blacklist rules (property, devnode, device, protocol,
/// wwid).
struct FilterVerdict {
    bool accepted = true;
    std::string reason;  ///< "blacklisted by devnode rule \"^sdc$\" (multipath.conf:12)"; empty
                         ///< when nothing matched
    std::string group;   ///< devnode, property, device, protocol, wwid; empty when nothing matched
};

/// One criterion of the filters, whatever the others said.
struct FilterStep {
    std::string criterion;  ///< as FilterVerdict::group
    std::string looked_at;  ///< the value that was compared
    FilterVerdict verdict;
};

class Config {
public:
    /// Never fails: what is wrong becomes a diagnostic and the rest is used.
    static std::shared_ptr<const Config> build(const std::vector<ConfigFile>& files,
                                               const Environment& environment = {});
    ~Config();

    const std::vector<Diagnostic>& diagnostics() const;
    /// Settings that are valid and a risk together; not part of diagnostics().
    const std::vector<Diagnostic>& advice() const;
    const Globals& globals() const;

    /// `wwid`: of the map, when it is known: a multipath section may name a prioritizer.
    PathPolicy path_policy(const model::BlockDevice& device, const Wwid& wwid = {}) const;
    /// `device` is any path of the map (hardware entries match by its vendor, product, revision).
    MapPolicy map_policy(const Wwid& wwid, const model::BlockDevice& device) const;
    /// True when an entry of the hardware table, built in or configured, matches the device.
    bool known_hardware(const model::BlockDevice& device) const;

    /// All levels but wwid, in the order of evaluation; usable before the WWID is known.
    FilterVerdict filter_device(const model::BlockDevice& device,
                                std::string_view uid_attribute) const;
    FilterVerdict filter_wwid(const Wwid& wwid) const;
    /// Every criterion in the order of evaluation; wwid only when it is known.
    std::vector<FilterStep> filter_steps(const model::BlockDevice& device, const Wwid& wwid) const;

    /// Text of `show config` and `multipath -t`.
    std::string render() const;
    /// Text of `show config origin`: the same, each value with the file and line that made it.
    std::string render_origins() const;
    /// Text of `show config local` and `multipath -T`: limited to what these devices and maps use.
    struct LocalMap {
        Wwid wwid;
        std::string alias;
    };
    std::string render_local(const std::vector<model::BlockDevice>& devices,
                             const std::vector<LocalMap>& maps) const;
    /// Text of `show blacklist`.
    std::string render_blacklist() const;

private:
    struct Impl;
    explicit Config(std::unique_ptr<const Impl> impl);
    std::unique_ptr<const Impl> impl_;  // look-ups may come from several threads
};

}  // namespace mp::conf
