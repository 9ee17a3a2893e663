// SPDX-License-Identifier: GPL-2.0-or-later
// Recorders: what the daemon says to clients, to the service manager and to the log is kept for the
// tests to look at, and goes into the trace.
#include "tests/sim/world/console.h"

#include <fmt/format.h>

#include <algorithm>

namespace mp::sim {

ClientId SimControl::send(model::Command command) {
    const ClientId client{++next_};
    trace_.note(fmt::format("command {}: verb {} {} {}", client.value,
                            static_cast<int>(command.verb), command.target, command.argument));
    requests_.emplace(client, Request{loop_.now(), outbox_.session(), command, std::nullopt, {}});
    outbox_.post(model::event::CommandReceived{client, std::move(command)});
    return client;
}

void SimControl::reply(ClientId client, const std::string& text) {
    const auto found = requests_.find(client);
    if (found == requests_.end() || found->second.reply) {
        ++strays_;
        return;
    }
    trace_.note(fmt::format("reply {}: {}", client.value, text));
    found->second.reply = text;
    found->second.replied = loop_.now();
}

void SimSupervisor::ready() {
    trace_.note("notify ready");
    is_ready_ = true;
    ready_at_ = loop_.now();
}

void SimLog::write(const model::effect::Log& record) {
    trace_.note(fmt::format("log {} {} [{}|{}] {}", static_cast<int>(record.level), record.id,
                            record.map, record.path, record.text));
    records_.push_back(record);
    if (records_.size() > kKept) {
        records_.pop_front();
    }
}

std::size_t SimLog::count(const std::string& id) const {
    return static_cast<std::size_t>(std::ranges::count(records_, id, &model::effect::Log::id));
}

}  // namespace mp::sim
