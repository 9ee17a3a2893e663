// SPDX-License-Identifier: GPL-2.0-or-later
// The one function that the control socket calls with a request. Everything that only reads is
// answered at once from the Snapshot; the rest comes back as a Command for the engine. Safe to call
// from any thread: the Snapshot is immutable and nothing else is looked at.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "daemon/api/events.h"
#include "daemon/base/time.h"
#include "daemon/model/command.h"
#include "daemon/model/snapshot.h"

namespace mp::api {

struct Caller {
    bool root = false;                  ///< peer credentials say uid 0
    Instant now = kNever;               ///< for countdowns; kNever: when the snapshot was taken
    int pid = 0;                        ///< ours, for `show daemon`
    const EventList* events = nullptr;  ///< for `show events`; null: none yet
};

/// The reply, or what the engine has to do first.
using Handled = std::variant<std::string, model::Command>;

Handled answer(std::string_view request, const Caller& caller, const model::Snapshot& snapshot);

/// "ok\n", the text, or "fail\n" and the text.
std::string reply_text(const model::CommandReply& reply);

}  // namespace mp::api
