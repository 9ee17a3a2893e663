// SPDX-License-Identifier: GPL-2.0-or-later
// Replies that are lists of lines rather than tables.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "daemon/model/snapshot.h"

namespace mp::api {

/// "idle", "running", ...
std::string_view daemon_state_word(model::DaemonState state);
/// The names that `show status` counts: "up", "down", ...
std::string_view path_state_name(model::PathState state);
/// The words of `show devices`.
std::string_view device_status(const model::Snapshot& snapshot, const model::PathView& path);
/// The block devices that are never paths.
std::span<const std::string> others_of(const model::Snapshot& snapshot);
/// Of one of these.
std::string_view device_status(const model::Snapshot& snapshot, const std::string& name);

/// Counts of path states, monitored paths, and whether device events or map work are outstanding.
std::string render_status(const model::Snapshot& snapshot);
/// "pid 1234 running".
std::string render_daemon(const model::Snapshot& snapshot, int pid);
/// Every block device and what became of it.
std::string render_devices(const model::Snapshot& snapshot);
/// The letters of maps and paths with their headers.
std::string render_wildcards();
/// The configuration as far as present devices and maps use it.
std::string render_config_local(const model::Snapshot& snapshot);

}  // namespace mp::api
