// SPDX-License-Identifier: GPL-2.0-or-later
// A control request as text becomes a value, or the reply that says what is wrong with it.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "daemon/api/commands.h"
#include "daemon/model/command.h"

namespace mp::api {

/// Longer requests are refused. The 512 bytes of old were too few for long path lists.
constexpr std::size_t kRequestMaxBytes = 64 * 1024;

/// Read-only: answered from the snapshot.
struct Show {
    ShowWhat what = ShowWhat::paths;
    std::string
        target;  ///< path or map, without /dev/ and /dev/mapper/; empty when not of one thing
    std::string format;
    bool raw = false;
    bool json = false;
    std::string filter;  ///< of `where`; empty: everything
};

/// Changes something; `command` is for the engine.
struct Change {
    model::Command command;
};

struct Quit {};

/// The complete reply, "fail\n" first.
struct Refusal {
    std::string reply;
};

using Request = std::variant<Show, Change, Quit, Refusal>;

/// Bytes as they came: a trailing NUL or newline is fine. Words may be cut to any prefix that means
/// one word only.
Request parse_request(std::string_view bytes);

}  // namespace mp::api
