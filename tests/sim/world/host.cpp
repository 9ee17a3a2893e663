// SPDX-License-Identifier: GPL-2.0-or-later
// Disks and the way to them. A command is routed by the state of its disk, its link and the logical
// unit behind it: it fails, flies, or waits. What waits looks again whenever something changes;
// what was swallowed by a silent link ends only by the kernel's time-out or the removal of the
// disk. Disk names are used again like the kernel does it: the lowest number that nobody has or
// holds open. sysfs copies (VPD pages, size) and udev's identity are taken at the scan and stay.
#include "tests/sim/world/host.h"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/base/assert.h"
#include "daemon/base/strings.h"

namespace mp::sim {
namespace {

constexpr Duration kFastIoFail = seconds(5);
constexpr Duration kFailAtOnce = microseconds(100);

std::string disk_name(int index) {
    std::string suffix;
    for (int rest = index; rest >= 0; rest = rest / 26 - 1) {
        suffix.insert(suffix.begin(), static_cast<char>('a' + rest % 26));
    }
    return "sd" + suffix;
}

/// The sd driver's numbering: 16 minors each, majors 8, 65..71, 128..135.
DevT disk_devt(int index) {
    const auto number = static_cast<std::uint32_t>(index);
    const std::uint32_t major_index = (number & 0xf0U) >> 4U;
    const std::uint32_t major =
        major_index == 0 ? 8 : (major_index < 8 ? 64 + major_index : 120 + major_index);
    return DevT{major, ((number & 0xfU) << 4U) | (number & 0xfff00U)};
}

}  // namespace

SimHost::SimHost(SimLoop& loop, Trace& trace, Outbox& outbox, const Weather& weather,
                 SimArray& array, int adapters, Prng prng)
    : loop_(loop),
      trace_(trace),
      outbox_(outbox),
      weather_(weather),
      array_(array),
      adapters_(adapters),
      prng_(prng) {}

Link SimHost::link(int adapter, int port) const {
    const auto found = links_.find({adapter, port});
    return found == links_.end() ? Link::up : found->second;
}

void SimHost::set_link(int adapter, int port, Link state) {
    if (link(adapter, port) == state) {
        return;
    }
    links_[{adapter, port}] = state;
    ++version_;
    trace_.note(fmt::format("link host{} port{} -> {}", adapter, port, static_cast<int>(state)));
    if (state == Link::blocked) {
        loop_.after(kFastIoFail, [this, adapter, port] {
            if (link(adapter, port) == Link::blocked) {
                set_link(adapter, port, Link::failfast);
            }
        });
    }
    reconsider();
    for (const auto& [number, disk] : disks_) {
        if (disk.present && disk.nexus.adapter == adapter && disk.nexus.port == port) {
            tell_state(disk.id);
        }
    }
}

int SimHost::free_index() const {
    std::vector<bool> used(disks_.size() + 1, false);
    for (const auto& [number, disk] : disks_) {
        const bool held = held_by_ && !disk.present && !held_by_(disk.id).empty();
        if ((disk.present || held) && static_cast<std::size_t>(disk.index) < used.size()) {
            used[static_cast<std::size_t>(disk.index)] = true;
        }
    }
    return static_cast<int>(std::ranges::find(used, false) - used.begin());
}

std::optional<DiskId> SimHost::attach(const Nexus& nexus) {
    const std::optional<int> lu = array_.lu_at(nexus.port, nexus.lun);
    if (!lu || link(nexus.adapter, nexus.port) != Link::up || array_.lu(*lu).hung) {
        return std::nullopt;
    }
    for (const auto& [number, disk] : disks_) {
        if (disk.present && disk.nexus == nexus) {
            return std::nullopt;
        }
    }
    Disk disk;
    disk.id = DiskId{++next_disk_};
    disk.index = free_index();
    disk.name = disk_name(disk.index);
    disk.devt = disk_devt(disk.index);
    disk.disk_seq = next_disk_;
    disk.nexus = nexus;
    disk.hctl = Hctl{static_cast<std::uint32_t>(nexus.adapter), 0,
                     static_cast<std::uint32_t>(nexus.port), nexus.lun};
    read_copies(disk);
    disk.udev_wwid = array_.lu(*lu).wwid;
    trace_.note(fmt::format("attach {} {} lu{}", disk.name, disk.hctl.str(), *lu));
    const DiskId id = disk.id;
    disks_.emplace(id.value, std::move(disk));
    ++version_;
    if (on_attach_) {
        on_attach_(id);
    }
    uevent(Action::add, id);
    return id;
}

void SimHost::attach_all() {
    for (std::uint64_t lun = 0; lun < 256; ++lun) {
        for (int port = 0; port < array_.ports(); ++port) {
            for (int adapter = 0; adapter < adapters_; ++adapter) {
                attach(Nexus{adapter, port, lun});
            }
        }
    }
}

void SimHost::read_copies(Disk& disk) {
    const std::optional<int> lu = array_.lu_at(disk.nexus.port, disk.nexus.lun);
    if (!lu) {
        return;
    }
    disk.vpd83 = array_.vpd83(disk.nexus.port, disk.nexus.lun);
    disk.vpd80 = array_.vpd80(disk.nexus.port, disk.nexus.lun);
    disk.size_sectors = array_.lu(*lu).size_sectors;
    disk.serial = array_.lu(*lu).serial;
    disk.dh_state = array_.tpgs() != 0 ? "alua" : "";
}

void SimHost::detach(DiskId id) {
    Disk& gone = disks_.at(id.value);
    if (!gone.present) {
        return;
    }
    trace_.note(fmt::format("detach {} {}", gone.name, gone.hctl.str()));
    gone.present = false;
    ++version_;
    reconsider();
    tell_state(id);
    uevent(Action::remove, id);
}

void SimHost::set_offline(DiskId id, bool offline) {
    Disk& target = disks_.at(id.value);
    if (target.offline == offline || !target.present) {
        return;
    }
    trace_.note(fmt::format("{} {}", target.name, offline ? "offline" : "running"));
    target.offline = offline;
    ++version_;
    reconsider();
    tell_state(id);
}

void SimHost::rescan(DiskId id) {
    Disk& target = disks_.at(id.value);
    if (!target.present || !serves(id)) {
        return;
    }
    trace_.note(fmt::format("rescan {}", target.name));
    const std::uint64_t size = target.size_sectors;
    read_copies(target);
    ++version_;
    if (size != target.size_sectors) {
        uevent(Action::change, id);
    }
}

void SimHost::send_change(DiskId id) {
    if (disks_.at(id.value).present) {
        uevent(Action::change, id);
    }
}

void SimHost::set_hung(int lu, bool hung) {
    trace_.note(fmt::format("lu{} {}", lu, hung ? "hangs" : "answers again"));
    array_.set_hung(lu, hung);
    reconsider();
}

void SimHost::tell_state(DiskId id) {
    if (on_state_change_) {
        on_state_change_(id);
    }
}

// ---------------------------------------------------------------------------- commands

void SimHost::submit(DiskId disk, Duration kernel_timeout, Done done) {
    const std::uint64_t number = ++next_command_;
    commands_.emplace(number, Command{disk, Wait::no, kernel_timeout, std::move(done)});
    route(number);
}

bool SimHost::blocked(const Disk& disk) const {
    return link(disk.nexus.adapter, disk.nexus.port) == Link::blocked;
}

void SimHost::route(std::uint64_t number) {
    Command& command = commands_.at(number);
    const Disk& target = disks_.at(command.disk.value);
    command.wait = Wait::flying;
    if (!target.present || target.offline) {
        finish_after(number, kFailAtOnce, kDidNoConnect);
        return;
    }
    switch (link(target.nexus.adapter, target.nexus.port)) {
        case Link::refused:
            finish_after(number, weather_.command_latency.pick(prng_), kDidNoConnect);
            return;
        case Link::failfast:
            finish_after(number, kFailAtOnce, kDidFailfast);
            return;
        case Link::blocked:
            stall(number, Wait::link);
            return;
        case Link::silent:
            stall(number, Wait::lost);
            return;
        case Link::up:
            break;
    }
    const std::optional<int> lu = array_.lu_at(target.nexus.port, target.nexus.lun);
    if (lu && array_.lu(*lu).hung) {
        stall(number, Wait::lu);
        return;
    }
    loop_.after(weather_.command_latency.pick(prng_), [this, number] { arrive(number); });
}

/// The command is at the device now, unless something changed while it flew.
void SimHost::arrive(std::uint64_t number) {
    const auto found = commands_.find(number);
    if (found == commands_.end()) {
        return;
    }
    const Disk& target = disks_.at(found->second.disk.value);
    const std::optional<int> lu = array_.lu_at(target.nexus.port, target.nexus.lun);
    const bool clear = target.present && !target.offline &&
                       link(target.nexus.adapter, target.nexus.port) == Link::up &&
                       !(lu && array_.lu(*lu).hung);
    if (clear) {
        finish(number, kDidOk);
    } else {
        route(number);
    }
}

void SimHost::stall(std::uint64_t number, Wait wait) {
    Command& command = commands_.at(number);
    command.wait = wait;
    loop_.after(command.kernel_timeout, [this, number] { kernel_timeout(number); });
}

void SimHost::kernel_timeout(std::uint64_t number) {
    const auto found = commands_.find(number);
    if (found == commands_.end() || found->second.wait == Wait::flying) {
        return;
    }
    if (found->second.wait == Wait::link) {
        return;  // a blocked request queue does not run the clock
    }
    finish_after(number, weather_.error_recovery.pick(prng_), kDidTimeOut);
}

void SimHost::finish_after(std::uint64_t number, Duration delay, std::uint16_t host_status) {
    loop_.after(delay, [this, number, host_status] { finish(number, host_status); });
}

void SimHost::finish(std::uint64_t number, std::uint16_t host_status) {
    const auto found = commands_.find(number);
    if (found == commands_.end()) {
        return;
    }
    const Done done = std::move(found->second.done);
    commands_.erase(found);
    done(host_status);
}

void SimHost::reconsider() {
    std::vector<std::uint64_t> again;
    for (const auto& [number, command] : commands_) {
        const Disk& target = disks_.at(command.disk.value);
        const std::optional<int> lu = array_.lu_at(target.nexus.port, target.nexus.lun);
        const bool dead = !target.present || target.offline;
        const bool waits = command.wait != Wait::flying && command.wait != Wait::no;
        const bool link_moved = command.wait == Wait::link && !blocked(target);
        const bool lu_moved = command.wait == Wait::lu && !(lu && array_.lu(*lu).hung);
        if (waits && (dead || link_moved || lu_moved)) {
            again.push_back(number);
        }
    }
    for (const std::uint64_t number : again) {
        route(number);
    }
}

// ------------------------------------------------------------------------------ looking

std::optional<DiskId> SimHost::find(DevT devt) const {
    for (const auto& [number, disk] : disks_) {
        if (disk.present && disk.devt == devt) {
            return disk.id;
        }
    }
    return std::nullopt;
}

std::optional<DiskId> SimHost::find(const std::string& name) const {
    for (const auto& [number, disk] : disks_) {
        if (disk.present && disk.name == name) {
            return disk.id;
        }
    }
    return std::nullopt;
}

std::vector<DiskId> SimHost::present() const {
    std::vector<DiskId> out;
    for (const auto& [number, disk] : disks_) {
        if (disk.present) {
            out.push_back(disk.id);
        }
    }
    return out;
}

std::optional<int> SimHost::lu_behind(DiskId id) const {
    const Disk& target = disks_.at(id.value);
    return target.present ? array_.lu_at(target.nexus.port, target.nexus.lun) : std::nullopt;
}

bool SimHost::serves(DiskId id) const {
    const Disk& target = disks_.at(id.value);
    const std::optional<int> lu = lu_behind(id);
    if (!lu || target.offline || link(target.nexus.adapter, target.nexus.port) != Link::up) {
        return false;
    }
    const Lu& unit = array_.lu(*lu);
    if (unit.hung || !unit.ready) {
        return false;
    }
    const Alua state =
        unit.state.at(static_cast<std::size_t>(array_.group_of_port(target.nexus.port)));
    const bool can_activate = array_.model() == ArrayModel::alua_explicit && state == Alua::standby;
    return state == Alua::optimized || state == Alua::non_optimized || can_activate;
}

std::string SimHost::device_dir(const Disk& disk) const {
    return fmt::format("/devices/pci0000:00/0000:00:{:02x}.0/host{}/target{}:0:{}/{}",
                       disk.nexus.adapter + 4, disk.nexus.adapter, disk.nexus.adapter,
                       disk.nexus.port, disk.hctl.str());
}

std::string SimHost::state_word(const Disk& disk) const {
    if (disk.offline) {
        return "offline";
    }
    switch (link(disk.nexus.adapter, disk.nexus.port)) {
        case Link::blocked:
            return "blocked";
        case Link::failfast:
            return "transport-offline";
        case Link::up:
        case Link::refused:
        case Link::silent:
            return "running";
    }
    return "running";
}

std::optional<std::string> SimHost::attribute(const std::string& path) const {
    const std::size_t slash = path.rfind('/');
    const std::string leaf = slash == std::string::npos ? path : path.substr(slash + 1);
    std::optional<Hctl> where;
    for (const std::string_view part : split(path, '/')) {
        if (const Result<Hctl> hctl = parse_hctl(part)) {
            where = *hctl;
        }
    }
    for (const auto& [number, disk] : disks_) {
        if (!disk.present || where != disk.hctl) {
            continue;
        }
        const std::optional<int> lu = lu_behind(disk.id);
        if (leaf == "state") {
            return state_word(disk);
        }
        if (leaf == "size") {
            return std::to_string(disk.size_sectors);
        }
        if (leaf == "access_state" && array_.tpgs() != 0 && lu) {
            switch (array_.lu(*lu).state.at(
                static_cast<std::size_t>(array_.group_of_port(disk.nexus.port)))) {
                case Alua::optimized:
                    return "active/optimized";
                case Alua::non_optimized:
                    return "active/non-optimized";
                case Alua::standby:
                    return "standby";
                case Alua::unavailable:
                    return "unavailable";
                case Alua::transitioning:
                    return "transitioning";
            }
        }
        if (leaf == "preferred_path" && array_.tpgs() != 0 && lu) {
            return *lu % 2 == array_.group_of_port(disk.nexus.port) ? "1" : "0";
        }
        if (leaf == "dh_state" && !disk.dh_state.empty()) {
            return disk.dh_state;
        }
        return std::nullopt;
    }
    return std::nullopt;
}

void SimHost::write_attribute(const std::string& path, const std::string& value) {
    trace_.note("sysfs write " + path + " = " + value);
    for (const DiskId id : present()) {
        const std::string dir = device_dir(disk(id));
        if (path == dir + "/delete") {
            detach(id);
        } else if (path == dir + "/state") {
            set_offline(id, trim(value) != "running");
        } else if (ends_with(path, "/block/" + disk(id).name + "/device/rescan") ||
                   path == dir + "/rescan") {
            rescan(id);
        }
    }
}

model::BlockDevice SimHost::block_device(DiskId id) const {
    const Disk& from = disk(id);
    model::BlockDevice out;
    out.devt = from.devt;
    out.name = from.name;
    out.sys_path = device_dir(from) + "/block/" + from.name;
    out.disk_seq = from.disk_seq;
    out.size_sectors = from.size_sectors;
    out.max_sectors_kb = 512;
    out.bus = model::Bus::scsi;
    out.protocol = model::Protocol::scsi_fcp;
    out.hctl = from.hctl;
    out.vendor = array_.vendor();
    out.product = array_.product();
    out.revision = "1.0";
    out.serial = from.serial;
    out.kernel_state = state_word(from);
    out.state_attribute = device_dir(from) + "/state";
    out.watch_attributes = {out.state_attribute};
    out.scsi_timeout_s = 30;
    out.adapter = model::Adapter{fmt::format("host{}", from.nexus.adapter),
                                 fmt::format("0000:00:{:02x}.0", from.nexus.adapter + 4),
                                 from.nexus.adapter % 2,
                                 {10, 20}};
    out.target_port = fmt::format("0x50060160000000{:02x}", from.nexus.port);
    out.host_wwnn = fmt::format("0x20000000000000{:02x}", from.nexus.adapter);
    out.host_wwpn = fmt::format("0x10000000000000{:02x}", from.nexus.adapter);
    out.target_wwnn = "0x5006016000000000";
    out.target_wwpn = out.target_port;
    out.rport_name = fmt::format("rport-{}:0-{}", from.nexus.adapter, from.nexus.port);
    out.port_dir =
        fmt::format("/devices/pci0000:00/0000:00:{:02x}.0/host{}/{}/fc_remote_ports/{}",
                    from.nexus.adapter + 4, from.nexus.adapter, out.rport_name, out.rport_name);
    out.access_state = attribute(device_dir(from) + "/access_state").value_or("");
    out.dh_state = from.dh_state;
    out.tpgs = array_.tpgs();
    out.vpd_pg83 = from.vpd83;
    out.vpd_pg80 = from.vpd80;
    out.udev_initialized = true;
    out.properties = {{"DEVNAME", "/dev/" + from.name},
                      {"DEVTYPE", "disk"},
                      {"ID_BUS", "scsi"},
                      {"ID_TYPE", "disk"},
                      {"ID_VENDOR", array_.vendor()},
                      {"SCSI_IDENT_SERIAL", from.serial},
                      {"ID_SCSI", "1"}};
    if (!from.udev_wwid.empty()) {
        out.properties["ID_SERIAL"] = from.udev_wwid.str();
    }
    if (held_by_) {
        out.holders = held_by_(id);
    }
    return out;
}

}  // namespace mp::sim
