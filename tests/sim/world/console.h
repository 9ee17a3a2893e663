// SPDX-License-Identifier: GPL-2.0-or-later
// The people around the daemon: a control client, the service manager, the reader of the log.
#pragma once

#include <deque>
#include <map>
#include <string>

#include "daemon/ports/ports.h"
#include "tests/sim/world/loop.h"
#include "tests/sim/world/outbox.h"

namespace mp::sim {

class SimControl : public ports::ControlSocket {
public:
    SimControl(SimLoop& loop, Trace& trace, Outbox& outbox)
        : loop_(loop), trace_(trace), outbox_(outbox) {}
    void reply(ClientId client, const std::string& text) override;

    /// Sends a command; its reply can be asked for later.
    ClientId send(model::Command command);
    struct Request {
        Instant sent{};
        std::uint64_t session = 0;
        model::Command command;
        std::optional<std::string> reply;
        Instant replied{};
    };
    const Request& request(ClientId client) const { return requests_.at(client); }
    const std::map<ClientId, Request>& requests() const { return requests_; }
    /// Replies to clients that did not ask, or asked and were answered already.
    std::uint64_t strays() const { return strays_; }

private:
    SimLoop& loop_;
    Trace& trace_;
    Outbox& outbox_;
    std::map<ClientId, Request> requests_;
    std::uint64_t next_ = 0;
    std::uint64_t strays_ = 0;
};

class SimSupervisor : public ports::Supervisor {
public:
    SimSupervisor(SimLoop& loop, Trace& trace, Outbox& outbox)
        : loop_(loop), trace_(trace), outbox_(outbox) {}
    void ready() override;
    void reloading() override { trace_.note("notify reloading"); }
    void stopping() override { trace_.note("notify stopping"); }
    void status(const std::string&) override {}

    void hang_up(bool all = false) { outbox_.post(model::event::ReloadRequested{all}); }
    void stop() { outbox_.post(model::event::StopRequested{}); }
    bool is_ready() const { return is_ready_; }
    Instant ready_at() const { return ready_at_; }
    void reset() { is_ready_ = false; }

private:
    SimLoop& loop_;
    Trace& trace_;
    Outbox& outbox_;
    bool is_ready_ = false;
    Instant ready_at_{};
};

class SimLog : public ports::Log {
public:
    explicit SimLog(Trace& trace) : trace_(trace) {}
    void write(const model::effect::Log& record) override;

    const std::deque<model::effect::Log>& records() const { return records_; }
    std::size_t count(const std::string& id) const;
    void clear() { records_.clear(); }

private:
    static constexpr std::size_t kKept = 10000;
    Trace& trace_;
    std::deque<model::effect::Log> records_;
};

}  // namespace mp::sim
