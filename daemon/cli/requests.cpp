// SPDX-License-Identifier: GPL-2.0-or-later
// How does a tool put questions to the daemon? Over one connection, names always quoted. Replies
// come apart into success or failure and the text that belongs to it, so that callers never compare
// whole replies.
#include "daemon/cli/requests.h"

#include <time.h>

#include <cstdio>

#include "daemon/base/strings.h"
#include "daemon/cli/session.h"

namespace mp::cli {

void complain(const Options& options, const std::string& text) {
    if (options.verbosity <= 0) {
        return;
    }
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    std::fprintf(stderr, "%lld.%06ld | %s\n", static_cast<long long>(now.tv_sec),
                 now.tv_nsec / 1000, text.c_str());
}

Daemon::Daemon(const Options& options) {
    if (options.no_delegation) {
        return;
    }
    Result<Client> client = Client::connect(configured_timeout());
    if (client) {
        client_.emplace(std::move(*client));
    } else if (client.error().code != Errc::gone) {
        complain(options, client.error().text());
    }
}

Daemon::Reply Daemon::ask(const std::string& request) {
    if (!client_) {
        return {Outcome::no_answer, "no daemon"};
    }
    Result<std::string> reply = client_->ask(request);
    if (!reply) {
        client_.reset();
        return {Outcome::no_answer, reply.error().text()};
    }
    if (*reply == "fail\ntimeout\n" || *reply == "timeout\n") {
        return {Outcome::no_answer, "the daemon is too busy to answer"};
    }
    if (failed(*reply)) {
        std::string_view text = printed_part(*reply);
        return {Outcome::failed, text == *reply ? "" : std::string(trim(text))};
    }
    return {Outcome::ok, *reply == "ok\n" ? "" : std::move(*reply)};
}

Daemon::Reply Daemon::ask_map(const std::string& device, std::string_view wildcard) {
    Reply reply = ask("show map " + quoted(device) + " raw format " + std::string(wildcard));
    reply.text = trim(reply.text);
    return reply;
}

}  // namespace mp::cli
