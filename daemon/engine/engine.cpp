// SPDX-License-Identifier: GPL-2.0-or-later
// The dispatcher: each kind of event goes to the rule that knows it; afterwards everything that the
// event made due is done, so that one event leaves no loose ends. This file decides nothing itself.
#include "daemon/engine/engine.h"

#include <algorithm>
#include <utility>

#include "daemon/engine/rules.h"

namespace mp::engine {

class Engine::State : public Core {
public:
    using Core::Core;
};

namespace {

struct Dispatch {
    Core& core;
    void operator()(const model::event::DeviceSeen& e) { on_device_seen(core, e); }
    void operator()(const model::event::DeviceGone& e) { on_device_gone(core, e); }
    void operator()(const model::event::EnumerationDone& e) { on_enumeration_done(core, e); }
    void operator()(const model::event::OtherDevices& e) {
        core.other_devices = std::make_shared<const std::vector<std::string>>(e.names);
        core.visible = true;
    }
    void operator()(const model::event::NativeMaps& e) { on_native_maps(core, e); }
    void operator()(const model::event::DevicesOverflowed& e) {
        if (e.lost) {
            core.log(model::LogLevel::warning, "device-events-lost", nullptr, nullptr,
                     "device events were lost; all devices are read again");
        } else {
            core.log(model::LogLevel::notice, "nodes-changed", nullptr, nullptr,
                     "a NUMA node came or went; all devices are read again");
        }
        enumerate(core);
    }
    void operator()(const model::event::ProbeDone& e) {
        if (!on_registration_reply(core, e)) {
            on_probe_done(core, e);
        }
    }
    void operator()(const model::event::MapsListed& e) { on_maps_listed(core, e); }
    void operator()(const model::event::MapQueried& e) { on_map_queried(core, e); }
    void operator()(const model::event::PlanDone& e) { on_plan_done(core, e); }
    void operator()(const model::event::MapsChanged& e) { on_maps_changed(core, e); }
    void operator()(const model::event::KernelStateChanged& e) { on_kernel_state(core, e); }
    void operator()(const model::event::TransportNotice& e) { on_transport_notice(core, e); }
    void operator()(const model::event::CommandReceived& e) { on_command(core, e); }
    void operator()(const model::event::ConfigLoaded& e) { on_config_loaded(core, e); }
    void operator()(const model::event::FilesLoaded& e) { on_files_loaded(core, e); }
    void operator()(const model::event::WwidsLoaded& e) { on_wwids_loaded(core, e); }
    void operator()(const model::event::FileWritten& e) { on_file_written(core, e); }
    void operator()(const model::event::SettingsApplied& e) { on_settings_applied(core, e); }
    void operator()(const model::event::ReloadRequested& e) { request_reload(core, e.all); }
    void operator()(const model::event::StopRequested&) { request_stop(core); }
    void operator()(const model::event::Tick&) {}
};

template <class Queue>
Instant front_of(const Queue& queue) {
    return queue.empty() ? kNever : queue.begin()->first;
}

}  // namespace

Engine::Engine(Options options) : state_(std::make_unique<State>(options)) {}
Engine::~Engine() = default;

std::vector<model::Effect> Engine::start(Instant now) {
    state_->now = now;
    engine::start(*state_);
    return std::exchange(state_->out, {});
}

std::vector<model::Effect> Engine::on_event(Instant now, const model::Event& event) {
    MP_ASSERT(now >= state_->now);
    state_->now = now;
    std::visit(Dispatch{*state_}, event);
    settle(*state_);
    return std::exchange(state_->out, {});
}

Instant Engine::next_deadline() const {
    const Core& core = *state_;
    return std::min(
        {front_of(core.check_queue), front_of(core.map_queue), front_of(core.waiting_wwids),
         front_of(core.retrigger_queue), front_of(core.sample_queue), front_of(core.round_queue),
         core.news_due, core.list_due,
         core.stopping && !core.exit_sent ? core.stop_deadline : kNever,
         core.first_round_done || !core.enumerated ? kNever : core.started + seconds(15),
         front_of(core.device_waiters), front_of(core.reply_deadlines)});
}

bool Engine::snapshot_dirty() const {
    // The times of checks move all the time; they alone are worth a new picture once a second.
    return state_->visible ||
           (state_->visible_soon && state_->now - state_->last_snapshot >= seconds(1));
}

std::shared_ptr<const model::Snapshot> Engine::take_snapshot(Instant now,
                                                             const model::ProbingLoad& probing) {
    state_->now = std::max(state_->now, now);
    return build_snapshot(*state_, probing);
}

}  // namespace mp::engine
