// SPDX-License-Identifier: GPL-2.0-or-later
// Small files that must survive a crash whole. Calls block; workers only.
#pragma once

#include <string>
#include <string_view>

#include "daemon/base/result.h"

namespace mp::os {

constexpr std::size_t kFileMax = 64U * 1024U * 1024U;

/// Errors: gone (no such file), denied, io, limit (longer than kFileMax).
Result<std::string> read_file(const std::string& path);

/// After success the file has this content, now and after a crash; after an error, and during the
/// call, it has the old one. Creates the directory if its parent exists.
Result<> replace_file(const std::string& path, std::string_view content);

/// Adds `content` at the end with one write and syncs it; the file is created with `header` in
/// front. A last line that was cut short is ended first. After an error the file is as it was.
Result<> append_to_file(const std::string& path, std::string_view header, std::string_view content);

/// Creates or removes an empty file. `name` is one path component. Errors: invalid.
Result<> set_marker(const std::string& directory, const std::string& name, bool present);

}  // namespace mp::os
