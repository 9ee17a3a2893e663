// SPDX-License-Identifier: GPL-2.0-or-later
// What the tools ask the daemon, and how they say that something went wrong.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "daemon/cli/client.h"
#include "daemon/cli/options.h"

namespace mp::cli {

/// A line on standard error, "<uptime.us> | text", unless verbosity is 0.
void complain(const Options& options, const std::string& text);

/// The running daemon as the tools see it.
class Daemon {
public:
    /// Connects; absent() when nobody listens or delegation is not wanted.
    explicit Daemon(const Options& options);
    bool absent() const { return !client_; }

    enum class Outcome { ok, failed, no_answer };
    struct Reply {
        Outcome outcome = Outcome::no_answer;
        std::string text;  ///< without "ok" and "fail", or why there was no answer
    };
    /// After no_answer every further question is answered so too.
    Reply ask(const std::string& request);

    /// One column of the map that `device` names, or of the map that it is a path of.
    Reply ask_map(const std::string& device, std::string_view wildcard);

private:
    std::optional<Client> client_;
};

}  // namespace mp::cli
