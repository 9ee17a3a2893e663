// SPDX-License-Identifier: GPL-2.0-or-later
// What we answer when a program asks who we are. Installers and storage libraries look for a line
// that begins with the compatibility banner and compare its three numbers; our own name stands
// beside it.
#pragma once

#include <string_view>

namespace mp::api {

/// First words of a line; the numbers name the interface that is kept, not our release.
constexpr std::string_view kCompatBanner = "multipath-tools v0.14.3 (02/05, 2026)";
/// Who is speaking.
constexpr std::string_view kProduct = "Shortpath 0.1.0";

}  // namespace mp::api
