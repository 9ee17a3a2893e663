// SPDX-License-Identifier: GPL-2.0-or-later
// Puts the world together and steps it: one task of the loop, then the oracles. The daemon is an
// engine and a runtime on the fakes' ports, exactly as main.cpp makes them on the real ones;
// killing it drops both and leaves the kernel, the files and the disks as they are.
#include "tests/sim/swarm/sim_world.h"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/base/assert.h"

namespace mp::sim {

struct SimWorld::Daemon {
    Daemon(SimWorld& world, engine::Options options)
        : queue(world.scheduler),
          runtime(runtime::Ports{world.clock, world.scheduler, world.host, world.path_io,
                                 world.path_watch, world.dm, world.files, world.control,
                                 world.supervisor, world.log},
                  queue, options) {}
    runtime::EventQueue queue;
    runtime::Runtime runtime;
};

SimWorld::SimWorld(std::uint64_t seed_value, const Topology& topology_value,
                   const Settings& settings_value)
    : seed(seed_value),
      topology(topology_value),
      settings(settings_value),
      prng(seed_value),
      array(topology.model, topology.ports, topology.adapters),
      host(loop, trace, outbox, weather, array, topology.adapters, Prng(prng.next())),
      kernel(loop, trace, host, Prng(prng.next())),
      dm(loop, trace, outbox, weather, kernel, Prng(prng.next())),
      path_io(loop, trace, outbox, weather, host, Prng(prng.next())),
      path_watch(loop, outbox, host, Prng(prng.next())),
      files(loop, trace, outbox, weather, host, Prng(prng.next())),
      users(loop, kernel, Prng(prng.next())),
      scheduler(loop, weather, Prng(prng.next())),
      oracles(*this) {
    for (int i = 0; i < topology.lus; ++i) {
        const auto at = static_cast<std::size_t>(i);
        const int lu = array.add_lu(at < topology.ids.size() ? topology.ids[at] : IdKind::naa6,
                                    topology.size_sectors);
        for (int port = 0; port < topology.ports; ++port) {
            array.map(port, static_cast<std::uint64_t>(i), lu, false);
        }
    }
    host.held_by([this](DiskId disk) { return kernel.holders(disk); });
    host.on_state_change([this](DiskId disk) { path_watch.moved(disk); });
    kernel.has_numa_selector(settings.numa_module == "there");
    files.set_config(settings.render());
    oracles.install();
}

SimWorld::~SimWorld() {
    if (alive()) {
        kill();
    }
}

void SimWorld::attach_everything() {
    host.attach_all();
}

void SimWorld::boot() {
    MP_ASSERT(!alive());
    trace.note("daemon starts");
    exit_asked_ = false;
    engine::Options options;
    options.seed = prng.next();
    daemon_ = std::make_unique<Daemon>(*this, options);
    daemon_->runtime.ask_environment([this] {
        conf::Environment environment;
        environment.numa_nodes = 2;
        environment.numa_selector = settings.numa_module != "missing";
        return environment;
    });
    outbox.connect(&daemon_->queue);
    oracles.daemon_sees_from(loop.now());
    daemon_->runtime.on_exit([this](int code) {
        trace.note(fmt::format("daemon exits {}", code));
        exit_asked_ = true;
    });
    daemon_->runtime.on_snapshot(
        [this](std::shared_ptr<const model::Snapshot> next) { snapshot_ = std::move(next); });
    daemon_->runtime.start();
}

void SimWorld::kill() {
    trace.note("daemon dies");
    outbox.connect(nullptr);
    scheduler.kill();
    path_io.reset();
    path_watch.reset();
    dm.reset();
    supervisor.reset();
    oracles.operator_forgotten();
    daemon_.reset();
}

void SimWorld::power_cut() {
    trace.note("power cut");
    if (alive()) {
        kill();
    }
    users.power_cut();
    kernel.power_cut();
    files.power_cut();
    for (const DiskId disk : host.present()) {
        host.detach(disk);
    }
}

void SimWorld::configure(const Settings& next) {
    settings = next;
    files.set_config(settings.render());
    trace.note("new configuration");
}

void SimWorld::complain(const std::string& text) {
    if (violation_.empty()) {
        violation_ = text;
        trace.note("VIOLATION: " + text);
    }
}

void SimWorld::after_step() {
    if (exit_asked_ && alive()) {
        kill();
    }
    if (scheduler.paused_until() > loop.now()) {
        oracles.daemon_sees_from(scheduler.paused_until());
    }
    oracles.after_step();
}

void SimWorld::run_for(Duration time) {
    (void)run_until([] { return false; }, time);
}

bool SimWorld::run_until(const std::function<bool()>& condition, Duration limit) {
    const Instant end = loop.now() + limit;
    loop.at(end, [] {});
    while (good() && loop.next() <= end) {
        if (condition()) {
            return true;
        }
        loop.step();
        after_step();
    }
    return good() && condition();
}

const model::MapView* SimWorld::map_view(int lu) const {
    for (const auto& map :
         snapshot_ ? snapshot_->maps : std::vector<std::shared_ptr<const model::MapView>>{}) {
        if (map->wwid == array.lu(lu).wwid) {
            return map.get();
        }
    }
    return nullptr;
}

const model::PathView* SimWorld::path_view(DiskId disk) const {
    for (const auto& path :
         snapshot_ ? snapshot_->paths : std::vector<std::shared_ptr<const model::PathView>>{}) {
        if (path->device->disk_seq == host.disk(disk).disk_seq) {
            return path.get();
        }
    }
    return nullptr;
}

const DmPath* SimWorld::dm_path(int lu, DiskId disk) const {
    const DmMap* map = dm_map(lu);
    if (map == nullptr || !map->live) {
        return nullptr;
    }
    for (const DmGroup& group : map->live->groups) {
        for (const DmPath& path : group.paths) {
            if (path.disk == disk) {
                return &path;
            }
        }
    }
    return nullptr;
}

DiskId SimWorld::disk_at(int adapter, int port, std::uint64_t lun) const {
    for (const DiskId disk : host.present()) {
        if (host.disk(disk).nexus == Nexus{adapter, port, lun}) {
            return disk;
        }
    }
    return DiskId{};
}

}  // namespace mp::sim
