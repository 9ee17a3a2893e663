// SPDX-License-Identifier: GPL-2.0-or-later
// What goes wrong, and that it is put right again. The seed decides which kinds of fault exist in a
// world, how often each strikes, and how unkind the weather is; every fault is survivable and mends
// itself after a while. heal() ends them all.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/sim/swarm/sim_world.h"

namespace mp::sim {

class Faults {
public:
    explicit Faults(SimWorld& world) : world_(world), prng_(world.prng.next()) {}

    /// Chooses kinds, rates and weather by the seed.
    void choose();
    /// Lets them strike until heal().
    void start();
    /// Stops them and mends everything: links, disks, LUN maps, ALUA states, the daemon.
    void heal();

    /// The names of the kinds that exist in this world, for a report.
    std::string kinds() const;

private:
    struct Kind {
        const char* name = "";
        void (Faults::*strike)() = nullptr;
        Duration mean_interval{0};
    };
    void schedule(const Kind& kind);
    void later(Duration low, Duration high, std::function<void()> mend);
    Duration between(Duration low, Duration high);
    DiskId any_disk();
    int any_lu();
    int any_port() {
        return static_cast<int>(prng_.below(static_cast<unsigned>(world_.topology.ports)));
    }
    int any_adapter() {
        return static_cast<int>(prng_.below(static_cast<unsigned>(world_.topology.adapters)));
    }
    Link any_outage();

    void adapter_down();
    void link_down();
    void port_down();
    void all_down();
    void lu_hangs();
    void lu_not_ready();
    void disk_offline();
    void disk_removed();
    void disk_replaced();
    void lun_remapped();
    void lun_unmapped();
    void alua_moves();
    void daemon_killed();
    void daemon_stopped();
    void machine_crash();
    void uevents_lost();
    void change_storm();
    void reconfigured();
    void other_configuration();
    void operator_command();
    void foreign_message();
    void foreign_suspend();
    void wall_clock_jump();
    void choose_weather();

    SimWorld& world_;
    Prng prng_;
    bool active_ = false;
    std::uint64_t round_ = 0;
    std::vector<Kind> kinds_;
};

}  // namespace mp::sim
