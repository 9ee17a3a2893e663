// SPDX-License-Identifier: GPL-2.0-or-later
// JSON, format version 2: everything that is known, for programs that are written today. The schema
// is daemon/api/json2.schema.json. Keys are only ever added within version 2.
#pragma once

#include <span>
#include <string>

#include "daemon/base/time.h"
#include "daemon/model/snapshot.h"

namespace mp::api {

/// `show topology json2`: maps with groups and paths, adapters, nexuses, and the paths in no map.
std::string render_topology_json2(const model::Snapshot& snapshot, Instant now);
/// `show paths json`.
std::string render_paths_json(std::span<const model::PathView* const> paths, Instant now);
/// `show status json`, `show daemon json`: one document for both questions.
std::string render_status_json(const model::Snapshot& snapshot, int pid);
/// `show devices json`: every disk that was seen, paths or not, and why.
std::string render_devices_json(const model::Snapshot& snapshot);
/// `show blacklist json`, `show config json`: the text form as one string, `name` its key.
std::string render_text_json(std::string_view name, std::string_view text);
/// `show wildcards json`.
std::string render_wildcards_json();

}  // namespace mp::api
