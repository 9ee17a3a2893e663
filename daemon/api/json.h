// SPDX-License-Identifier: GPL-2.0-or-later
// Maps as JSON, format version 0.1.
#pragma once

#include <span>
#include <string>

#include "daemon/base/time.h"
#include "daemon/model/snapshot.h"

namespace mp::api {

/// {"major_version", "minor_version", "maps": [...]}; always a whole document.
std::string render_maps_json(std::span<const model::MapView* const> maps, Instant now);
/// The same with "map": {...}.
std::string render_map_json(const model::MapView& map, Instant now);

/// `text` in quotes, escaped; bytes that are not UTF-8 become the replacement character.
std::string json_string(std::string_view text);

}  // namespace mp::api
