// SPDX-License-Identifier: GPL-2.0-or-later
// How the service manager hears of us and we of it (sd_notify(3), sd_watchdog_enabled(3),
// sd_event_add_signal(3)). The watchdog is fed from the loop and nowhere else: a loop that stands
// must be seen to stand. Signals are blocked before any thread exists, so that only the loop
// receives them.
#include "daemon/os/supervisor.h"

#include <array>
#include <csignal>
#include <cstdint>
#include <ctime>

#include "daemon/os/late_systemd.h"

namespace mp::os {

namespace {

int on_reload(sd_event_source*, const signalfd_siginfo*, void* sink) noexcept {
    static_cast<ports::EventSink*>(sink)->post(model::event::ReloadRequested{});
    return 0;
}

int on_stop(sd_event_source*, const signalfd_siginfo*, void* sink) noexcept {
    static_cast<ports::EventSink*>(sink)->post(model::event::StopRequested{});
    return 0;
}

// The reload protocol of Type=notify-reload wants the monotonic time of the reload's begin.
std::uint64_t monotonic_us() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1000000U +
           static_cast<std::uint64_t>(now.tv_nsec) / 1000U;
}

}  // namespace

void block_reactor_signals() {
    sigset_t blocked;
    sigemptyset(&blocked);
    for (int wanted : {SIGHUP, SIGTERM, SIGINT}) {
        sigaddset(&blocked, wanted);
    }
    pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
    for (int ignored : {SIGPIPE, SIGUSR1, SIGUSR2}) {
        std::signal(ignored, SIG_IGN);
    }
}

struct SystemdSupervisor::Impl {
    std::array<sd_event_source*, 3> signals{};

    ~Impl() {
        for (sd_event_source*& source : signals) {
            sd_event_source_disable_unref(source);
        }
    }
};

SystemdSupervisor::SystemdSupervisor(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SystemdSupervisor::~SystemdSupervisor() = default;

Result<std::unique_ptr<SystemdSupervisor>> SystemdSupervisor::create(EventLoop& loop,
                                                                     ports::EventSink& sink) {
    struct Wanted {
        int signal;
        sd_event_signal_handler_t handler;
    };
    const std::array<Wanted, 3> wanted = {
        {{SIGHUP, on_reload}, {SIGTERM, on_stop}, {SIGINT, on_stop}}};
    block_reactor_signals();
    std::unique_ptr<Impl> impl = std::make_unique<Impl>();
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        int error = sd_event_add_signal(loop.handle(), &impl->signals[i], wanted[i].signal,
                                        wanted[i].handler, &sink);
        if (error < 0) {
            return fail_errno(-error, "cannot watch a signal");
        }
    }
    int watchdog = sd_event_set_watchdog(loop.handle(), 1);
    if (watchdog < 0) {
        return fail_errno(-watchdog, "cannot start the watchdog");
    }
    return std::unique_ptr<SystemdSupervisor>(new SystemdSupervisor(std::move(impl)));
}

void SystemdSupervisor::ready() {
    sd_notify(0, "READY=1\nSTATUS=running");
}

void SystemdSupervisor::reloading() {
    sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%llu\nSTATUS=reconfiguring",
               static_cast<unsigned long long>(monotonic_us()));
}

void SystemdSupervisor::stopping() {
    sd_notify(0, "STOPPING=1\nSTATUS=stopping");
}

void SystemdSupervisor::status(const std::string& text) {
    sd_notifyf(0, "STATUS=%s", text.c_str());
}

}  // namespace mp::os
