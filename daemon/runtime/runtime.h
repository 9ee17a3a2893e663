// SPDX-License-Identifier: GPL-2.0-or-later
// The pump between the ports and the engine: Event in, engine, Effects out, snapshot published. It
// is the same code in production and in simulation; only the adapters behind the ports differ.
#pragma once

#include <deque>
#include <functional>
#include <memory>

#include "conf/config.h"
#include "daemon/engine/engine.h"
#include "daemon/model/event.h"
#include "daemon/ports/ports.h"

namespace mp::runtime {

/// The sink that adapters are built with. Events wait here, in order, until the loop runs the pump.
class EventQueue : public ports::EventSink {
public:
    explicit EventQueue(ports::Scheduler& scheduler) : scheduler_(scheduler) {}
    void post(model::Event event) override;
    /// Asks the loop for a turn if events wait.
    void kick();
    bool empty() const { return events_.empty(); }
    std::size_t size() const { return events_.size(); }
    model::Event take();
    /// Called through Scheduler::defer when events wait.
    void on_ready(std::function<void()> pump) { pump_ = std::move(pump); }

private:
    ports::Scheduler& scheduler_;
    std::deque<model::Event> events_;
    std::function<void()> pump_;
    bool deferred_ = false;
};

/// All ports; each outlives the Runtime.
struct Ports {
    ports::Clock& clock;
    ports::Scheduler& scheduler;
    ports::DeviceSource& devices;
    ports::PathIo& path_io;
    ports::PathWatch& path_watch;
    ports::DeviceMapper& device_mapper;
    ports::FileStore& files;
    ports::ControlSocket& control;
    ports::Supervisor& supervisor;
    ports::Log& log;
};

class Runtime {
public:
    /// `queue` is the sink that the ports in `ports` post to.
    Runtime(Ports ports, EventQueue& queue, engine::Options options);
    ~Runtime();

    /// Performs the engine's first effects. The rest happens from the loop.
    void start();
    /// Called once, from the loop, when the engine asks to leave.
    void on_exit(std::function<void(int code)> callback);
    /// What a configuration needs to know of this system, asked before each is built.
    void ask_environment(std::function<conf::Environment()> callback);
    /// Called, from the loop, with the settings of each configuration that was built.
    void on_settings(std::function<void(const conf::Globals&)> callback);
    /// Called with each new snapshot, on the reactor; the daemon hands it to Published.
    void on_snapshot(std::function<void(std::shared_ptr<const model::Snapshot>)> callback);

private:
    void pump();
    void perform(const model::Effect& effect);
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace mp::runtime
