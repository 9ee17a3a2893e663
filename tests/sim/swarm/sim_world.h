// SPDX-License-Identifier: GPL-2.0-or-later
// The whole simulated world: every fake, the daemon on top of them, the users of its maps, and the
// oracles that look after each step. One seed gives one world; the same seed gives the same again.
#pragma once

#include <memory>
#include <string>

#include "daemon/model/snapshot.h"
#include "daemon/runtime/runtime.h"
#include "tests/sim/swarm/oracles.h"
#include "tests/sim/swarm/settings.h"
#include "tests/sim/world/clock.h"
#include "tests/sim/world/console.h"
#include "tests/sim/world/dm.h"
#include "tests/sim/world/files.h"
#include "tests/sim/world/path_io.h"
#include "tests/sim/world/path_watch.h"
#include "tests/sim/world/user_io.h"

namespace mp::sim {

class SimWorld {
public:
    SimWorld(std::uint64_t seed, const Topology& topology, const Settings& settings);
    ~SimWorld();
    SimWorld(const SimWorld&) = delete;
    SimWorld& operator=(const SimWorld&) = delete;

    // The daemon's process.
    void boot();
    void kill();       ///< kill -9
    void power_cut();  ///< the whole machine: maps, processes and what was not synced are gone
    bool alive() const { return daemon_ != nullptr; }

    // Time. Both stop early, and stay stopped, when an oracle complains.
    void run_for(Duration time);
    /// True when `condition` came true within `limit`; looked at after every step.
    bool run_until(const std::function<bool()>& condition, Duration limit);

    /// Writes a new configuration; the daemon reads it when it is told to.
    void configure(const Settings& next);
    /// All disks of the topology, without unit attentions, as after a boot of the host.
    void attach_everything();

    // Questions that scenarios ask.
    bool good() const { return violation_.empty(); }
    const std::string& violation() const { return violation_; }
    /// The first complaint counts; later ones are consequences.
    void complain(const std::string& text);
    std::shared_ptr<const model::Snapshot> snapshot() const { return snapshot_; }
    const model::MapView* map_view(int lu) const;
    const model::PathView* path_view(DiskId disk) const;
    const DmMap* dm_map(int lu) const { return kernel.find(array.lu(lu).wwid); }
    const DmPath* dm_path(int lu, DiskId disk) const;
    DiskId disk_at(int adapter, int port, std::uint64_t lun) const;
    /// Complaints about what is not as it should be when nothing is wrong with the hardware; empty
    /// when the world has settled.
    std::string unsettled() const;
    /// Everything as it should be, and staying so.
    bool settle(Duration limit);
    std::uint64_t hash() const { return trace.hash(); }

    const std::uint64_t seed;
    Topology topology;
    Settings settings;
    Weather weather;
    Prng prng;
    SimLoop loop;
    Trace trace{loop};
    Outbox outbox;
    SimArray array;
    SimHost host;
    DmKernel kernel;
    SimDm dm;
    SimPathIo path_io;
    SimPathWatch path_watch;
    SimFiles files;
    SimControl control{loop, trace, outbox};
    SimSupervisor supervisor{loop, trace, outbox};
    SimLog log{trace};
    UserIo users;
    SimClock clock{loop};
    SimScheduler scheduler;
    Oracles oracles;

private:
    struct Daemon;
    void after_step();
    std::unique_ptr<Daemon> daemon_;
    std::shared_ptr<const model::Snapshot> snapshot_;
    std::string violation_;
    bool exit_asked_ = false;
};

}  // namespace mp::sim
