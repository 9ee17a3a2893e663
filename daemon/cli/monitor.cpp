// SPDX-License-Identifier: GPL-2.0-or-later
// How does a program follow what happens? It runs this one and reads lines. The daemon is asked
// several times a second for what is newer than the last number seen: nothing is kept for a reader,
// so one that stops reading hurts only itself. Events that were forgotten before they were asked
// for are counted in a line of their own.
#include "daemon/cli/monitor.h"

#include <unistd.h>

#include <cstdio>
#include <string>

#include "daemon/base/strings.h"
#include "daemon/cli/client.h"
#include "daemon/cli/session.h"

namespace mp::cli {
namespace {

constexpr std::string_view kNumberKey = "{\"number\": ";

/// 0 when the line is no event.
std::uint64_t number_of(std::string_view line) {
    if (!starts_with(line, kNumberKey)) {
        return 0;
    }
    line.remove_prefix(kNumberKey.size());
    return parse_u64(line.substr(0, line.find(','))).value_or(0);
}

bool print_new(std::string_view reply, std::uint64_t& last) {
    for (std::string_view line : split(reply, '\n')) {
        std::uint64_t number = number_of(line);
        if (number <= last) {
            continue;
        }
        if (number > last + 1) {
            std::printf("{\"lost\": %llu}\n", static_cast<unsigned long long>(number - last - 1));
        }
        std::printf("%.*s\n", static_cast<int>(line.size()), line.data());
        last = number;
    }
    return std::fflush(stdout) == 0;
}

}  // namespace

int run_monitor(Duration timeout, Duration pause, int rounds) {
    Result<Client> client = Client::connect(timeout);
    if (!client) {
        std::fprintf(stderr, "multipathd: cannot connect to the daemon: %s\n",
                     client.error().text().c_str());
        return 1;
    }
    std::uint64_t last = 0;
    for (int round = 0; rounds == 0 || round <= rounds; ++round) {
        Result<std::string> reply = client->ask("show events since " + std::to_string(last));
        if (!reply || failed(*reply)) {
            std::fprintf(stderr, "multipathd: %s\n",
                         reply ? "the daemon knows no events" : reply.error().text().c_str());
            return 1;
        }
        if (round == 0) {
            for (std::string_view line : split(*reply, '\n')) {
                last = std::max(last, number_of(line));
            }
        } else if (!print_new(*reply, last)) {
            return 1;
        }
        ::usleep(static_cast<useconds_t>(pause.count()));
    }
    return 0;
}

}  // namespace mp::cli
