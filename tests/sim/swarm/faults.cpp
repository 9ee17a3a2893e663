// SPDX-License-Identifier: GPL-2.0-or-later
// The swarm's faults. A kind strikes at random intervals around its own mean; what it breaks it
// mends after a random while, unless healing came first. Nothing here is wrong for ever and nothing
// forges the truth: a remapped LUN really is another disk, a hung command really hangs.
#include "tests/sim/swarm/faults.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

namespace mp::sim {

Duration Faults::between(Duration low, Duration high) {
    return Range{low, high}.pick(prng_);
}

void Faults::later(Duration low, Duration high, std::function<void()> mend) {
    world_.loop.after(between(low, high), [this, round = round_, mend = std::move(mend)] {
        if (active_ && round == round_) {
            mend();
        }
    });
}

DiskId Faults::any_disk() {
    const std::vector<DiskId> disks = world_.host.present();
    return disks.empty() ? DiskId{} : disks[prng_.below(disks.size())];
}

int Faults::any_lu() {
    return static_cast<int>(prng_.below(static_cast<unsigned>(world_.array.lu_count())));
}

Link Faults::any_outage() {
    constexpr std::array kOutages = {Link::refused, Link::blocked, Link::blocked, Link::failfast,
                                     Link::silent};
    return kOutages.at(prng_.below(kOutages.size()));
}

void Faults::choose() {
    const std::array<Kind, 23> all = {{
        {"adapter-down", &Faults::adapter_down, seconds(30)},
        {"link-down", &Faults::link_down, seconds(15)},
        {"port-down", &Faults::port_down, seconds(30)},
        {"all-down", &Faults::all_down, seconds(60)},
        {"lu-hangs", &Faults::lu_hangs, seconds(25)},
        {"lu-not-ready", &Faults::lu_not_ready, seconds(40)},
        {"disk-offline", &Faults::disk_offline, seconds(10)},
        {"disk-removed", &Faults::disk_removed, seconds(12)},
        {"disk-replaced", &Faults::disk_replaced, seconds(20)},
        {"lun-remapped", &Faults::lun_remapped, seconds(15)},
        {"lun-unmapped", &Faults::lun_unmapped, seconds(20)},
        {"alua-moves", &Faults::alua_moves, seconds(12)},
        {"daemon-killed", &Faults::daemon_killed, seconds(20)},
        {"daemon-stopped", &Faults::daemon_stopped, seconds(25)},
        {"machine-crash", &Faults::machine_crash, seconds(80)},
        {"uevents-lost", &Faults::uevents_lost, seconds(15)},
        {"change-storm", &Faults::change_storm, seconds(20)},
        {"reconfigured", &Faults::reconfigured, seconds(20)},
        {"other-configuration", &Faults::other_configuration, seconds(40)},
        {"operator", &Faults::operator_command, seconds(8)},
        {"foreign-message", &Faults::foreign_message, seconds(15)},
        {"foreign-suspend", &Faults::foreign_suspend, seconds(30)},
        {"wall-clock-jump", &Faults::wall_clock_jump, seconds(20)},
    }};
    kinds_.clear();
    for (const Kind& kind : all) {
        if (prng_.chance(280)) {
            Kind chosen = kind;
            chosen.mean_interval = kind.mean_interval * prng_.between(1, 3) / 2;
            kinds_.push_back(chosen);
        }
    }
    choose_weather();
}

void Faults::choose_weather() {
    Weather& weather = world_.weather;
    const auto sometimes = [this](unsigned most) {
        return prng_.chance(250) ? static_cast<unsigned>(prng_.between(1, most)) : 0U;
    };
    weather.uevent_duplicate = sometimes(300);
    weather.uevent_overflow = sometimes(30);
    weather.udev_uninitialized = sometimes(200);
    weather.transport_error = sometimes(20);
    weather.bad_sense = sometimes(10);
    weather.short_data = sometimes(20);
    weather.busy_status = sometimes(20);
    weather.dm_step_fails = sometimes(50);
    weather.dm_query_fails = sometimes(30);
    weather.file_fails = sometimes(200);
    if (prng_.chance(250)) {
        weather.uevent_delay.high = seconds(2);
    }
    if (prng_.chance(250)) {
        weather.command_latency.high = milliseconds(200);
    }
    if (prng_.chance(250)) {
        weather.dm_udev.high = seconds(1);
    }
    if (prng_.chance(250)) {
        weather.timer_delay.high = milliseconds(300);
    }
}

std::string Faults::kinds() const {
    std::string out;
    for (const Kind& kind : kinds_) {
        out += (out.empty() ? "" : " ") + std::string(kind.name);
    }
    return out.empty() ? "none" : out;
}

void Faults::start() {
    active_ = true;
    ++round_;
    for (const Kind& kind : kinds_) {
        schedule(kind);
    }
}

void Faults::schedule(const Kind& kind) {
    later(kind.mean_interval / 2, kind.mean_interval * 3 / 2, [this, kind] {
        world_.trace.note(fmt::format("fault {}", kind.name));
        (this->*kind.strike)();
        schedule(kind);
    });
}

void Faults::heal() {
    active_ = false;
    world_.trace.note("faults end");
    std::vector<std::uint32_t> suspended;
    world_.weather = Weather{};
    world_.scheduler.pause_until(world_.loop.now());
    for (int lu = 0; lu < world_.array.lu_count(); ++lu) {
        world_.host.set_hung(lu, false);
        world_.array.set_ready(lu, true);
        const std::size_t preferred = static_cast<std::size_t>(lu % 2);
        const bool symmetric = world_.array.model() == ArrayModel::symmetric;
        const Alua other =
            world_.array.model() == ArrayModel::alua_explicit ? Alua::standby : Alua::non_optimized;
        world_.array.set_state(lu, static_cast<int>(preferred), Alua::optimized, true);
        world_.array.set_state(lu, static_cast<int>(1 - preferred),
                               symmetric ? Alua::optimized : other, true);
        for (int port = 0; port < world_.topology.ports; ++port) {
            if (world_.array.lu_at(port, static_cast<std::uint64_t>(lu)) != lu) {
                world_.array.map(port, static_cast<std::uint64_t>(lu), lu, true);
            }
        }
    }
    for (int adapter = 0; adapter < world_.topology.adapters; ++adapter) {
        for (int port = 0; port < world_.topology.ports; ++port) {
            world_.host.set_link(adapter, port, Link::up);
        }
    }
    for (const auto& [minor, map] : world_.kernel.maps()) {
        if (map.suspended && map.live && !map.inactive) {
            suspended.push_back(minor);
        }
    }
    for (const std::uint32_t minor : suspended) {
        world_.kernel.resume(minor, false, [](Result<>) {});
    }
    for (const DiskId disk : world_.host.present()) {
        world_.host.set_offline(disk, false);
        const std::optional<int> lu = world_.host.lu_behind(disk);
        if (!lu || world_.array.lu(*lu).wwid != world_.host.disk(disk).udev_wwid) {
            world_.host.detach(disk);
        }
    }
    const std::set<DiskId> held = world_.oracles.held_by_operator();
    for (const DiskId disk : held) {
        world_.oracles.reinstated_by_operator(disk);
        if (world_.host.disk(disk).present) {
            model::Command command;
            command.verb = model::Verb::reinstate_path;
            command.target = world_.host.disk(disk).name;
            world_.control.send(std::move(command));
        }
    }
    world_.host.reconsider();
    world_.host.attach_all();
    if (!world_.alive()) {
        world_.boot();
    }
}

// ------------------------------------------------------------------------------- the kinds

void Faults::adapter_down() {
    const int adapter = any_adapter();
    const Link outage = any_outage();
    for (int port = 0; port < world_.topology.ports; ++port) {
        world_.host.set_link(adapter, port, outage);
    }
    later(seconds(1), seconds(25), [this, adapter] {
        for (int port = 0; port < world_.topology.ports; ++port) {
            world_.host.set_link(adapter, port, Link::up);
        }
    });
}

void Faults::link_down() {
    const int adapter = any_adapter();
    const int port = any_port();
    world_.host.set_link(adapter, port, any_outage());
    later(milliseconds(200), seconds(20),
          [this, adapter, port] { world_.host.set_link(adapter, port, Link::up); });
}

void Faults::port_down() {
    const int port = any_port();
    const Link outage = any_outage();
    for (int adapter = 0; adapter < world_.topology.adapters; ++adapter) {
        world_.host.set_link(adapter, port, outage);
    }
    later(seconds(1), seconds(20), [this, port] {
        for (int adapter = 0; adapter < world_.topology.adapters; ++adapter) {
            world_.host.set_link(adapter, port, Link::up);
        }
    });
}

void Faults::all_down() {
    const Link outage = any_outage();
    const auto set_all = [this](Link state) {
        for (int adapter = 0; adapter < world_.topology.adapters; ++adapter) {
            for (int port = 0; port < world_.topology.ports; ++port) {
                world_.host.set_link(adapter, port, state);
            }
        }
    };
    set_all(outage);
    later(seconds(1), seconds(30), [set_all] { set_all(Link::up); });
}

void Faults::lu_hangs() {
    const int lu = any_lu();
    world_.host.set_hung(lu, true);
    later(seconds(1), seconds(40), [this, lu] { world_.host.set_hung(lu, false); });
}

void Faults::lu_not_ready() {
    const int lu = any_lu();
    world_.array.set_ready(lu, false);
    later(seconds(1), seconds(20), [this, lu] { world_.array.set_ready(lu, true); });
}

void Faults::disk_offline() {
    const DiskId disk = any_disk();
    if (disk) {
        world_.host.set_offline(disk, true);
        later(seconds(1), seconds(20), [this, disk] { world_.host.set_offline(disk, false); });
    }
}

void Faults::disk_removed() {
    const DiskId disk = any_disk();
    if (!disk) {
        return;
    }
    const Nexus nexus = world_.host.disk(disk).nexus;
    world_.host.detach(disk);
    later(milliseconds(1), seconds(10), [this, nexus] { world_.host.attach(nexus); });
}

/// The disk goes and another one comes at the same address, perhaps under the same name; mended by
/// the same again.
void Faults::disk_replaced() {
    const DiskId disk = any_disk();
    if (!disk || world_.array.lu_count() < 2) {
        return;
    }
    const Nexus nexus = world_.host.disk(disk).nexus;
    const auto place = [this, nexus](int lu) {
        for (const DiskId each : world_.host.present()) {
            const Nexus& its = world_.host.disk(each).nexus;
            if (its.port == nexus.port && its.lun == nexus.lun) {
                world_.host.detach(each);
            }
        }
        world_.array.map(nexus.port, nexus.lun, lu, false);
        for (int adapter = 0; adapter < world_.topology.adapters; ++adapter) {
            later(milliseconds(1), seconds(2), [this, adapter, nexus] {
                world_.host.attach({adapter, nexus.port, nexus.lun});
            });
        }
    };
    place(any_lu());
    later(seconds(5), seconds(30), [place, lu = static_cast<int>(nexus.lun)] { place(lu); });
}

/// Two LUN numbers of one port change places, as an administrator's slip on the array does it.
void Faults::lun_remapped() {
    if (world_.array.lu_count() < 2) {
        return;
    }
    const int port = any_port();
    const int first = any_lu();
    const int second = (first + 1) % world_.array.lu_count();
    const bool announce = prng_.chance(500);
    const auto place = [this, port, announce](int lun, int lu) {
        world_.array.map(port, static_cast<std::uint64_t>(lun), lu, announce);
    };
    place(first, second);
    if (prng_.chance(500)) {
        place(second, first);
    }
    world_.trace.note(fmt::format("lun {} of port{} is lu{} now", first, port, second));
    later(seconds(5), seconds(60), [place, first, second] {
        place(first, first);
        place(second, second);
    });
}

void Faults::lun_unmapped() {
    const int port = any_port();
    const int lu = any_lu();
    world_.array.map(port, static_cast<std::uint64_t>(lu), std::nullopt, prng_.chance(500));
    later(seconds(1), seconds(20), [this, port, lu] {
        world_.array.map(port, static_cast<std::uint64_t>(lu), lu, prng_.chance(500));
    });
}

void Faults::alua_moves() {
    if (world_.array.model() == ArrayModel::symmetric) {
        return;
    }
    const int lu = any_lu();
    const int group = static_cast<int>(prng_.below(2));
    const Alua other =
        world_.array.model() == ArrayModel::alua_explicit ? Alua::standby : Alua::non_optimized;
    world_.array.set_state(lu, group, Alua::transitioning, prng_.chance(500));
    later(milliseconds(100), seconds(5), [this, lu, group, other] {
        world_.array.set_state(lu, 1 - group, other, true);
        world_.array.set_state(lu, group, Alua::optimized, true);
    });
}

void Faults::daemon_killed() {
    if (!world_.alive()) {
        return;
    }
    world_.kill();
    later(milliseconds(10), seconds(15), [this] {
        if (!world_.alive()) {
            world_.boot();
        }
    });
}

void Faults::daemon_stopped() {
    if (world_.alive()) {
        world_.scheduler.pause_until(world_.loop.now() + between(milliseconds(500), seconds(15)));
    }
}

void Faults::machine_crash() {
    world_.power_cut();
    later(seconds(5), seconds(10), [this] {
        world_.attach_everything();
        if (!world_.alive()) {
            world_.boot();
        }
    });
}

void Faults::uevents_lost() {
    world_.host.lose_uevents();
}

void Faults::change_storm() {
    for (std::uint64_t i = prng_.between(1, 100); i > 0; --i) {
        if (const DiskId disk = any_disk()) {
            world_.host.send_change(disk);
        }
    }
}

void Faults::reconfigured() {
    if (world_.alive()) {
        world_.supervisor.hang_up(prng_.chance(200));
    }
}

void Faults::other_configuration() {
    Settings next = pick_settings(prng_, world_.topology);
    next.user_friendly_names = world_.settings.user_friendly_names;
    next.find_multipaths = world_.settings.find_multipaths;
    world_.configure(next);
    world_.oracles.outside_interference();
    reconfigured();
}

void Faults::operator_command() {
    using model::Verb;
    constexpr std::array kVerbs = {Verb::fail_path,        Verb::reinstate_path, Verb::switch_group,
                                   Verb::reload_map,       Verb::resize_map,     Verb::reset_map,
                                   Verb::reset_maps_stats, Verb::reconfigure,    Verb::add_path};
    const DiskId disk = any_disk();
    if (!world_.alive() || !disk) {
        return;
    }
    model::Command command;
    command.verb = kVerbs.at(prng_.below(kVerbs.size()));
    const DmMap* map = world_.dm_map(any_lu());
    switch (command.verb) {
        case Verb::fail_path:
        case Verb::reinstate_path:
        case Verb::add_path:
            command.target = world_.host.disk(disk).name;
            break;
        default:
            command.target = map == nullptr ? "nosuchmap" : map->name;
            command.argument = command.verb == Verb::switch_group ? "1" : "";
            break;
    }
    if (command.verb == Verb::fail_path) {
        world_.oracles.failed_by_operator(disk);
    } else if (command.verb == Verb::reinstate_path) {
        world_.oracles.reinstated_by_operator(disk);
    }
    world_.control.send(std::move(command));
}

/// Somebody with dmsetup: the daemon must get over it.
void Faults::foreign_message() {
    const DiskId disk = any_disk();
    const DmMap* map = world_.dm_map(any_lu());
    if (map == nullptr || !disk) {
        return;
    }
    world_.oracles.disturbed(disk);
    (void)world_.kernel.message(map->minor, "fail_path " + world_.host.disk(disk).devt.str())
        .has_value();
}

void Faults::foreign_suspend() {
    const DmMap* map = world_.dm_map(any_lu());
    if (map == nullptr || map->suspended || map->suspending) {
        return;
    }
    world_.oracles.outside_interference();
    world_.kernel.suspend(map->minor, false, [this, minor = map->minor](Result<> outcome) {
        if (outcome && !active_) {  // it took so long that the faults have ended
            world_.kernel.resume(minor, false, [](Result<>) {});
        }
    });
    later(milliseconds(100), seconds(5), [this, minor = map->minor, serial = map->serial] {
        const DmMap* now = world_.kernel.find(minor);
        if (now != nullptr && now->serial == serial) {
            world_.oracles.outside_interference();
            world_.kernel.resume(minor, false, [](Result<>) {});
        }
    });
}

void Faults::wall_clock_jump() {
    world_.clock.jump_wall(between(-seconds(86400), seconds(86400)));
}

}  // namespace mp::sim
