// SPDX-License-Identifier: GPL-2.0-or-later
// One turn of the pump takes every event that waits, gives each to the engine, performs the effects
// in the order in which the engine listed them, then publishes a snapshot if anything visible
// changed and sets the one alarm. Events that arrive meanwhile wait for the next turn, so that the
// loop's other work (signals, watchdog, clients) is never starved.
#include "daemon/runtime/runtime.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

namespace mp::runtime {

using namespace model;  // NOLINT: the visitor below names two dozen effects

namespace {
// A turn is bounded so that a storm of events cannot hold the loop; the rest is deferred.
constexpr std::size_t kEventsPerTurnMax = 4096;
}  // namespace

void EventQueue::post(Event event) {
    events_.push_back(std::move(event));
    kick();
}

void EventQueue::kick() {
    if (!deferred_ && pump_ && !events_.empty()) {
        deferred_ = true;
        scheduler_.defer([this] {
            deferred_ = false;
            if (pump_) {
                pump_();
            }
        });
    }
}

Event EventQueue::take() {
    MP_ASSERT(!events_.empty());
    Event event = std::move(events_.front());
    events_.pop_front();
    return event;
}

struct Runtime::Impl {
    Impl(Ports ports_in, EventQueue& queue_in, engine::Options options)
        : ports(ports_in), queue(queue_in), engine(options) {}

    Ports ports;
    EventQueue& queue;
    engine::Engine engine;
    std::function<void(int)> exit_callback;
    std::function<conf::Environment()> environment_callback;
    std::function<void(const conf::Globals&)> settings_callback;
    std::function<void(std::shared_ptr<const Snapshot>)> snapshot_callback;
    std::vector<effect::Reply> replies;
    std::set<std::string> errors;  ///< of the running configuration
    bool has_config = false;       ///< a configuration is running
    bool exiting = false;

    void load_config() {
        std::vector<conf::ConfigFile> files;
        std::string problems;
        for (ports::FileStore::Loaded& loaded : ports.files.read_config()) {
            if (loaded.error) {
                problems += loaded.name + ": " + loaded.error->text() + "\n";
            } else if (loaded.content) {
                files.push_back({std::move(loaded.name), std::move(*loaded.content)});
            }
        }
        event::ConfigLoaded event;
        if (problems.empty()) {
            event.config = build_config(files, problems);
        }
        if (event.config != nullptr && settings_callback) {
            settings_callback(event.config->globals());
        }
        event.problems = std::move(problems);
        queue.post(std::move(event));
    }

    /// Null: there are errors that the running configuration does not have, so that one stays
    /// whole. Errors that were there before keep nobody from changing something else.
    std::shared_ptr<const conf::Config> build_config(const std::vector<conf::ConfigFile>& files,
                                                     std::string& problems) {
        std::shared_ptr<const conf::Config> config = conf::Config::build(
            files, environment_callback ? environment_callback() : conf::Environment{});
        std::set<std::string> found;
        bool worse = false;
        for (const conf::Diagnostic& diagnostic : config->diagnostics()) {
            problems += diagnostic.render() + "\n";
            if (diagnostic.severity == conf::Diagnostic::Severity::error) {
                std::string error = diagnostic.file + ": " + diagnostic.text;
                worse = worse || !errors.contains(error);
                found.insert(std::move(error));
            }
        }
        if (worse && has_config) {
            problems += "these errors are new: nothing of this configuration is used\n";
            return nullptr;
        }
        errors = std::move(found);
        has_config = true;
        return config;
    }

    void load_files() {
        event::FilesLoaded files;
        files.bindings = ports.files.read_state(StateFile::bindings).content.value_or("");
        files.wwids = ports.files.read_state(StateFile::wwids).content.value_or("");
        files.prkeys = ports.files.read_state(StateFile::prkeys).content.value_or("");
        queue.post(std::move(files));
    }

    // One overload per effect: a new effect that nobody performs does not compile.
    void operator()(const effect::EnumerateDevices&) { ports.devices.enumerate(); }
    void operator()(const effect::RereadDevice& e) { ports.devices.reread(e.name); }
    void operator()(const effect::RetriggerDevice& e) { ports.devices.retrigger(e.sys_path); }
    void operator()(const effect::StartProbe& e) {
        ports.path_io.start(e.op, e.path, e.questions, e.timeout);
    }
    void operator()(const effect::ReleasePath& e) {
        ports.path_io.release(e.path);
        ports.path_watch.forget(e.path);
    }
    void operator()(const effect::WatchPath& e) { ports.path_watch.watch(e.path, e.attributes); }
    void operator()(const effect::LookAgain&) { ports.path_watch.look(); }
    void operator()(const effect::WriteAttribute& e) {
        ports.files.write_attribute(e.path, e.value, e.why);
    }
    void operator()(const effect::ApplySettings& e) { ports.files.apply(e.op, e.settings); }
    void operator()(const effect::ListMaps&) { ports.device_mapper.list(); }
    void operator()(const effect::QueryMap& e) { ports.device_mapper.query(e.op, e.name); }
    void operator()(const effect::RunPlan& e) { ports.device_mapper.run(e.op, e.plan); }
    // Held back until the snapshot is out, so that a client that was told "ok" and asks `show` next
    // sees what it was told.
    void operator()(const effect::Reply& e) { replies.push_back(e); }
    void send_reply(const effect::Reply& e) {
        std::string text =
            e.reply.ok ? (e.reply.text.empty() ? "ok\n" : e.reply.text) : "fail\n" + e.reply.text;
        ports.control.reply(e.client, text);
    }
    void operator()(const effect::LoadConfig&) {
        load_files();  // first: the new configuration is applied with the names as they are now
        load_config();
    }
    void operator()(const effect::LoadWwids&) {
        queue.post(
            event::WwidsLoaded{ports.files.read_state(StateFile::wwids).content.value_or("")});
    }
    void operator()(const effect::ReplaceFile& e) { ports.files.replace(e.op, e.file, e.content); }
    void operator()(const effect::AppendFile& e) {
        ports.files.append(e.op, e.file, e.header, e.content);
    }
    void operator()(const effect::MarkFailedWwid& e) {
        ports.files.mark_failed_wwid(e.wwid, e.failed);
    }
    void operator()(const effect::Log& e) { ports.log.write(e); }
    void operator()(const effect::NotifyReady&) { ports.supervisor.ready(); }
    void operator()(const effect::NotifyReloading&) { ports.supervisor.reloading(); }
    void operator()(const effect::NotifyStopping&) { ports.supervisor.stopping(); }
    void operator()(const effect::Exit& e) {
        exiting = true;
        if (exit_callback) {
            exit_callback(e.code);
        }
    }
};

Runtime::Runtime(Ports ports, EventQueue& queue, engine::Options options)
    : impl_(std::make_unique<Impl>(ports, queue, options)) {
    queue.on_ready([this] { pump(); });
    ports.scheduler.on_alarm([this] { impl_->queue.post(event::Tick{}); });
}

Runtime::~Runtime() {
    impl_->queue.on_ready(nullptr);
    impl_->ports.scheduler.on_alarm(nullptr);
}

void Runtime::on_exit(std::function<void(int)> callback) {
    impl_->exit_callback = std::move(callback);
}

void Runtime::ask_environment(std::function<conf::Environment()> callback) {
    impl_->environment_callback = std::move(callback);
}

void Runtime::on_settings(std::function<void(const conf::Globals&)> callback) {
    impl_->settings_callback = std::move(callback);
}

void Runtime::on_snapshot(std::function<void(std::shared_ptr<const Snapshot>)> callback) {
    impl_->snapshot_callback = std::move(callback);
}

void Runtime::start() {
    for (const Effect& effect : impl_->engine.start(impl_->ports.clock.now())) {
        perform(effect);
    }
    pump();
}

void Runtime::perform(const Effect& effect) {
    std::visit(*impl_, effect);
}

void Runtime::pump() {
    std::size_t budget = std::min(impl_->queue.size(), kEventsPerTurnMax);
    while (budget > 0 && !impl_->exiting) {
        --budget;
        Event event = impl_->queue.take();
        for (const Effect& effect : impl_->engine.on_event(impl_->ports.clock.now(), event)) {
            perform(effect);
        }
    }
    if (impl_->engine.snapshot_dirty() && impl_->snapshot_callback) {
        impl_->snapshot_callback(
            impl_->engine.take_snapshot(impl_->ports.clock.now(), impl_->ports.path_io.usage()));
    }
    std::vector<effect::Reply> replies = std::exchange(impl_->replies, {});
    for (const effect::Reply& reply : replies) {
        impl_->send_reply(reply);
    }
    impl_->ports.scheduler.set_alarm(impl_->engine.next_deadline());
    impl_->queue.kick();
}

}  // namespace mp::runtime
