// SPDX-License-Identifier: GPL-2.0-or-later
// User and group names that a configuration may use for uid and gid.
#pragma once

#include <string_view>

#include "conf/schema/value.h"

namespace mp::conf {

/// Reads the texts of the passwd and group files; lines of another form are skipped. Names that
/// only a directory service knows are not there.
Accounts parse_accounts(std::string_view passwd, std::string_view group);

}  // namespace mp::conf
