// SPDX-License-Identifier: GPL-2.0-or-later
// Which number has this user or group name? The third field of its line in the passwd or group file
// (passwd(5), group(5)). The C library's look-up is not asked: it may wait for a network that needs
// the very disks that are being set up.
#include "conf/schema/accounts.h"

#include <limits>
#include <string>
#include <vector>

#include "daemon/base/strings.h"

namespace mp::conf {
namespace {

std::map<std::string, std::uint32_t, std::less<>> parse_names(std::string_view text) {
    std::map<std::string, std::uint32_t, std::less<>> names;
    for (std::string_view line : split(text, '\n')) {
        const std::vector<std::string_view> fields = split(line, ':');
        if (fields.size() < 4 || fields[0].empty()) {
            continue;
        }
        const Result<std::uint64_t> id = parse_u64(fields[2]);
        if (id && *id < std::numeric_limits<std::uint32_t>::max()) {
            names.emplace(fields[0], static_cast<std::uint32_t>(*id));
        }
    }
    return names;
}

}  // namespace

Accounts parse_accounts(std::string_view passwd, std::string_view group) {
    return {parse_names(passwd), parse_names(group)};
}

}  // namespace mp::conf
