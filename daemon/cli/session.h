// SPDX-License-Identifier: GPL-2.0-or-later
// Sending commands from a shell: one command in the arguments, or a dialogue.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "daemon/base/time.h"

namespace mp::cli {

/// Exit code when `multipathd` was called as a client (-k, -kcommand, or words that are a command),
/// nothing when it is to be the daemon. Call it before anything else.
std::optional<int> run_client(int argc, char** argv);

/// Reads commands from standard input until its end, "quit" or "exit".
int run_interactive(Duration timeout);

/// One request; prints the reply. Exit code 1 when it failed or nobody answered.
int run_command(std::string_view request, Duration timeout);

/// What is printed of a reply: the text behind "fail", or all of it.
std::string_view printed_part(std::string_view reply);
/// Whether a reply means that the command did not work.
bool failed(std::string_view reply);

/// Arguments as one request: those with a blank or a comment sign are put in quotes.
std::string join_arguments(int count, char* const* words);

}  // namespace mp::cli
