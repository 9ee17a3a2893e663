// SPDX-License-Identifier: GPL-2.0-or-later
// multipathc: the dialogue with the daemon and nothing else. The one optional argument is how long
// to wait for a reply, in milliseconds.
#include <cstdio>
#include <string>

#include "daemon/api/version.h"
#include "daemon/base/strings.h"
#include "daemon/cli/client.h"
#include "daemon/cli/session.h"

int main(int argc, char** argv) {
    mp::Duration timeout = mp::cli::kDefaultTimeout;
    if (argc > 1) {
        mp::Result<std::uint64_t> value = mp::parse_u64(argv[1]);
        if (argc > 2 || !value || *value == 0 || *value > 3600 * 1000) {
            std::fprintf(stderr, "%s\nusage: multipathc [timeout in milliseconds, 1 to 3600000]\n",
                         std::string(mp::api::kCompatBanner).c_str());
            return 1;
        }
        timeout = mp::milliseconds(static_cast<std::int64_t>(*value));
    } else {
        timeout = mp::cli::configured_timeout();
    }
    return mp::cli::run_interactive(timeout);
}
