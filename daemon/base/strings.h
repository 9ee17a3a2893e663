// SPDX-License-Identifier: GPL-2.0-or-later
// Small text helpers with no locale and no surprises.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/ids.h"
#include "daemon/base/result.h"

namespace mp {

std::string_view trim(std::string_view text);                      ///< blanks at both ends
std::vector<std::string_view> split_words(std::string_view text);  ///< runs of blanks separate
std::vector<std::string_view> split(std::string_view text, char separator);  ///< keeps empty parts
bool starts_with(std::string_view text, std::string_view prefix);
bool ends_with(std::string_view text, std::string_view suffix);
std::string lower(std::string_view text);
std::string join(const std::vector<std::string>& parts, std::string_view separator);

/// The whole text must be a decimal number within [0, 2^64). Errors: invalid, limit.
Result<std::uint64_t> parse_u64(std::string_view text);
/// As parse_u64 with an optional sign.
Result<std::int64_t> parse_i64(std::string_view text);
/// The whole text must be hexadecimal digits, with or without 0x.
Result<std::uint64_t> parse_hex(std::string_view text);
/// "major:minor".
Result<DevT> parse_devt(std::string_view text);
/// "h:c:t:l".
Result<Hctl> parse_hctl(std::string_view text);

}  // namespace mp
