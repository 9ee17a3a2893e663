// SPDX-License-Identifier: GPL-2.0-or-later
// Words of a control request.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mp::api {

/// Splits a request into words. Blanks, control characters and non-ASCII bytes separate; a word in
/// double quotes is taken as it stands, with "" for one quote; '#' and '!' outside quotes end the
/// request, and so does a NUL. An unclosed quote runs to the end.
std::vector<std::string> split_request(std::string_view request);

}  // namespace mp::api
