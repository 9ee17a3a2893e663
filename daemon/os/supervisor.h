// SPDX-License-Identifier: GPL-2.0-or-later
// The Supervisor port on systemd: readiness and watchdog by sd_notify, signals through the loop.
// Runs as well without a service manager: the notifications then go nowhere.
#pragma once

#include <memory>
#include <string>

#include "daemon/os/event_loop.h"
#include "daemon/ports/ports.h"

namespace mp::os {

/// Blocks SIGHUP, SIGTERM and SIGINT and ignores SIGPIPE, SIGUSR1 and SIGUSR2. To be called before
/// the first thread is started, so that none but the loop ever receives them.
void block_reactor_signals();

class SystemdSupervisor final : public ports::Supervisor {
public:
    /// Takes over SIGHUP (reload), SIGTERM and SIGINT (stop); ignores SIGPIPE, SIGUSR1 and SIGUSR2.
    /// If the service manager set WATCHDOG_USEC, the loop reports itself alive at half that
    /// interval. Errors: of the event loop.
    static Result<std::unique_ptr<SystemdSupervisor>> create(EventLoop& loop,
                                                             ports::EventSink& sink);
    ~SystemdSupervisor() override;

    void ready() override;
    void reloading() override;
    void stopping() override;
    void status(const std::string& text) override;

private:
    struct Impl;
    explicit SystemdSupervisor(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace mp::os
