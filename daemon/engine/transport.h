// SPDX-License-Identifier: GPL-2.0-or-later
// What the configuration wants the kernel to set for the paths of a map, as attributes of sysfs.
// Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "conf/policy.h"
#include "daemon/model/device.h"
#include "daemon/model/setting.h"

namespace mp::engine {

constexpr std::int64_t kTimerOff = -1;

/// Timers in seconds; unset: the kernel's own value stays.
struct KernelTimers {
    std::optional<std::int64_t> fast_io_fail_s;  ///< kTimerOff: off
    std::optional<std::int64_t> dev_loss_s;      ///< at most 2147483647, for ever
    std::string dev_loss_note;                   ///< why it is not what was configured
    std::optional<std::int64_t> eh_deadline_s;   ///< kTimerOff: off
    std::optional<std::uint32_t> max_retries;
};

KernelTimers timers_of(const conf::PathPolicy& path, const conf::NoPathRetry& no_path_retry,
                       const conf::Globals& globals);

/// For disks that share a port or host and want different things, in any order: I/O fails over as
/// soon as one of them wants, no disk is lost sooner than its own configuration says.
KernelTimers together(const KernelTimers& a, const KernelTimers& b);

/// A directory of sysfs whose attributes go with a path.
struct SettingsPlace {
    enum class Kind { fc_port, iscsi_session, sas_end_device, host, disk } kind = Kind::host;
    std::string directory;
};
std::vector<SettingsPlace> places_of(const model::BlockDevice& device);

/// In the order in which they are to be written; empty: nothing to set there.
std::vector<model::Setting> settings_of(const SettingsPlace& place, const KernelTimers& timers);

}  // namespace mp::engine
