// SPDX-License-Identifier: GPL-2.0-or-later
// The configuration as the files on disk say, without the daemon.
#pragma once

#include <memory>

#include "conf/config.h"

namespace mp::cli {

std::shared_ptr<const conf::Config> read_configuration();

/// "name:x:number:..." lines of passwd and group.
std::map<std::string, std::uint32_t, std::less<>> parse_accounts(std::string_view text);

}  // namespace mp::cli
