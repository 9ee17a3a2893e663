// SPDX-License-Identifier: GPL-2.0-or-later
// Text of the multipath target to values and back. Parsers take the whole text or refuse it; a
// count that the text cannot hold is refused before anything is allocated for it. Nothing here
// trusts the text: the kernel wrote it, but the target behind it may be another one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "daemon/base/result.h"
#include "daemon/model/table.h"

namespace mp::dm {

/// The multipath target's limit on groups, on paths in a group and on arguments.
constexpr std::uint64_t kCountMax = 1024;

/// Parameters of the target's table line, without start, length and target name. Devices must be
/// major:minor. Errors: invalid (not this grammar), limit (counts above the kernel's).
Result<model::MultipathTable> parse_table(std::string_view text, std::uint64_t size_sectors);

/// The parameters as the kernel takes them. All paths of a group must carry equally many arguments.
std::string render_table(const model::MultipathTable& table);

/// Parameters of the target's status line. `queue_if_no_path` is not in it and stays false.
Result<model::MultipathStatus> parse_status(std::string_view text);

/// A status line for a table, as the kernel prints it; for simulation and tests.
std::string render_status(const model::MultipathStatus& status);

/// "1 queue_if_no_path", "0": a counted list of words as tables and `show` have it.
std::string render_counted(const std::vector<std::string>& words);

/// True when the table carries the feature word.
bool has_feature(const model::MultipathTable& table, std::string_view word);

}  // namespace mp::dm
