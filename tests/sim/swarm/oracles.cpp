// SPDX-License-Identifier: GPL-2.0-or-later
// The safety oracles. Each states one sentence of the promise:
// - two disks never share a map: a path whose logical unit is not the map's is out of use one check
//   interval (plus time-outs) after it changed, and no write reaches another disk after that;
// - a request fails only when no usable path existed for longer than it takes to notice one, and is
//   not held for ever while one exists;
// - a path comes back only after a good check and a matching identity since it failed;
// - a table without paths is loaded only when nothing is usable;
// - every path is checked on time, every client is answered, every queue is short;
// - a map name once given to a disk is never given to another one.
// Time counts only while the daemon runs: after a crash or a stop it gets its window again.
#include "tests/sim/swarm/oracles.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "daemon/base/strings.h"
#include "tests/sim/swarm/sim_world.h"

namespace mp::sim {
namespace {

constexpr Duration kPlanTime = seconds(3);       ///< a few steps and a query, with latencies
constexpr Duration kDiskTimeout = seconds(30);   ///< of a user's request, in the kernel
constexpr Duration kAnswerLimit = seconds(120);  ///< a control client waits at most this long
constexpr Duration kSweep = seconds(1);
constexpr Duration kRetries = seconds(1);  ///< a bad answer is asked again within one check
constexpr std::uint64_t kStepsAtOneInstantMax = 200000;
constexpr std::size_t kBacklogMax = 20000;
constexpr std::uint64_t kPlansPerMapAndSecond = 10;
constexpr int kBusySecondsMax = 3;

bool is_identity_page(const model::Probe& probe) {
    const auto* command = std::get_if<model::ScsiCommand>(&probe);
    return command != nullptr && command->cdb.size() >= 3 && command->cdb[0] == 0x12 &&
           command->cdb[1] == 1 && command->cdb[2] == 0x83;
}

/// Is the probe a check of health, and what did it say?
std::optional<bool> health(const model::Probe& probe, const model::ProbeReply& reply) {
    if (const auto* read = std::get_if<model::ReadBlocks>(&probe)) {
        // Reads from elsewhere are samples: they judge how often a path fails, not whether it
        // works.
        return read->offset_bytes == 0 ? std::optional<bool>(reply.has_value()) : std::nullopt;
    }
    const auto* command = std::get_if<model::ScsiCommand>(&probe);
    if (command == nullptr || command->cdb.empty()) {
        return std::nullopt;
    }
    const std::uint8_t opcode = command->cdb[0];
    if (opcode != 0x00 && opcode != 0x28 && opcode != 0x88) {
        return std::nullopt;
    }
    const auto* answer = reply ? std::get_if<model::ScsiReply>(&*reply) : nullptr;
    if (answer == nullptr || answer->host_status != kDidOk) {
        return false;
    }
    const std::vector<std::uint8_t>& sense = answer->sense;
    const bool attention = sense.size() >= 3 && ((sense[0] == 0x72 && sense[1] == 0x06) ||
                                                 (sense[0] == 0x70 && (sense[2] & 0x0fU) == 0x06));
    if (answer->status == 8 || (answer->status == 2 && attention)) {
        return std::nullopt;  // neither good nor bad: asked again
    }
    const bool standby =
        answer->status == 2 &&
        ((sense.size() >= 4 && sense[0] == 0x72 && sense[2] == 0x04 && sense[3] == 0x0b) ||
         (sense.size() >= 14 && sense[0] == 0x70 && sense[12] == 0x04 && sense[13] == 0x0b));
    return answer->status == 0 || standby;
}

}  // namespace

void Oracles::install() {
    world_.path_io.on_answer(
        [this](DiskId disk, const model::Probe& probe, const model::ProbeReply& reply) {
            on_answer(disk, probe, reply);
        });
    world_.path_io.on_disturbed([this](DiskId disk) { disturbed(disk); });
    world_.kernel.on_io_failed([this](DiskId disk, Instant sent) {
        if (sent < usable_since(disk)) {
            disturbed(disk);  // an old request's time-out; the path fails with it all the same
        }
    });
    world_.dm.on_step([this](const DmMap* map, const model::Step& step, Instant since) {
        on_step(map, step, since);
    });
    world_.users.on_done([this](const UserIo::Done& done) { on_user_io(done); });
}

void Oracles::daemon_sees_from(Instant when) {
    sees_from_ = std::max(sees_from_, when);
}

void Oracles::failed_by_operator(DiskId disk) {
    held_by_operator_.insert(disk);
    known_[disk].usable_since = kNever;
}

void Oracles::reinstated_by_operator(DiskId disk) {
    held_by_operator_.erase(disk);
    disturbed(disk);
    seen_version_ = ~std::uint64_t{0};
}

void Oracles::operator_forgotten() {
    held_by_operator_.clear();
    seen_version_ = ~std::uint64_t{0};
}

void Oracles::outside_interference() {
    interfered_ = world_.loop.now();
}

Duration Oracles::window() const {
    const Settings& settings = world_.settings;
    Duration out = settings.max_polling() + 2 * settings.checker_timeout() + kPlanTime;
    if (world_.weather.dm_step_fails > 0 || world_.weather.dm_query_fails > 0) {
        out += seconds(10);
    }
    return out;
}

Duration Oracles::recovery_window() const {
    return window() + kPlanTime;
}

/// From when on the daemon can be held responsible.
Instant Oracles::patience() const {
    return std::max(sees_from_, interfered_);
}

Instant Oracles::usable_since(DiskId disk) const {
    const auto found = known_.find(disk);
    return found == known_.end() ? kNever : found->second.usable_since;
}

void Oracles::disturbed(DiskId disk) {
    Known& known = known_[disk];
    if (known.usable_since != kNever) {
        known.usable_since = world_.loop.now();
    }
}

bool Oracles::is_wrong(DiskId disk, const Wwid& wwid) const {
    const std::optional<int> lu = world_.host.lu_behind(disk);
    return lu && world_.array.lu(*lu).wwid != wwid;
}

void Oracles::after_step() {
    const std::uint64_t version =
        world_.host.version() + world_.array.version() + world_.kernel.version();
    const bool moved = version != seen_version_;
    seen_version_ = version;
    if (moved) {
        look_at_truth();
    }
    if (moved || !wrong_since_.empty()) {
        look_at_wrong_paths();
    }
    look_at_bounds();
    if (world_.loop.now() >= next_sweep_) {
        next_sweep_ = world_.loop.now() + kSweep;
        look_at_stalls();
        look_at_starvation();
        look_at_names();
        look_at_plans();
    }
}

void Oracles::look_at_truth() {
    for (const DiskId disk : world_.host.present()) {
        const std::optional<int> lu = world_.host.lu_behind(disk);
        const bool usable = world_.host.serves(disk) && lu && !held_by_operator_.contains(disk) &&
                            world_.array.lu(*lu).wwid == world_.host.disk(disk).udev_wwid;
        Known& known = known_[disk];
        const int side = world_.array.group_of_port(world_.host.disk(disk).nexus.port);
        const std::optional<Alua> alua =
            lu ? std::optional(world_.array.lu(*lu).state.at(static_cast<std::size_t>(side)))
               : std::nullopt;
        if (std::exchange(known.alua, alua) != alua) {
            known.usable_since = kNever;  // what was under way may fail
        }
        if (!usable) {
            known.usable_since = kNever;
        } else if (known.usable_since == kNever) {
            known.usable_since = world_.loop.now();
        }
    }
    for (auto& [disk, known] : known_) {
        if (!world_.host.disk(disk).present) {
            known.usable_since = kNever;
        }
    }
    std::erase_if(wrong_since_, [this](const auto& entry) {
        return !is_wrong(entry.first.first, entry.first.second);
    });
}

Instant Oracles::wrong_path_deadline(const Wrong& wrong, const DmMap& map) const {
    const auto since = wrong_since_.find(wrong);
    if (since == wrong_since_.end()) {
        return kNever;
    }
    // A map that was held up by a hung disk could not be changed; nothing flowed either.
    return std::max(std::max(since->second, patience()) + window(), map.resumed_at + kPlanTime);
}

void Oracles::look_at_wrong_paths() {
    std::map<DiskId, std::string> user_of;
    for (const auto& [minor, map] : world_.kernel.maps()) {
        const bool flows = map.live && !map.suspended && !map.suspending;
        for (const DmGroup& group : map.live ? map.live->groups : std::vector<DmGroup>{}) {
            for (const DmPath& path : group.paths) {
                const auto [other, fresh] = user_of.emplace(path.disk, map.name);
                if (!fresh) {
                    world_.complain(fmt::format("{} is in two maps: {} and {}",
                                                world_.host.disk(path.disk).name, other->second,
                                                map.name));
                }
                if (!is_wrong(path.disk, map.wwid())) {
                    continue;
                }
                const Wrong wrong{path.disk, map.wwid()};
                wrong_since_.emplace(wrong, world_.loop.now());
                if (flows && world_.alive() && path.active &&
                    world_.loop.now() > wrong_path_deadline(wrong, map)) {
                    world_.complain(
                        fmt::format("{} holds {} as an active path, behind which another disk "
                                    "appeared {} s ago",
                                    map.name, world_.host.disk(path.disk).name,
                                    std::chrono::duration_cast<seconds>(world_.loop.now() -
                                                                        wrong_since_.at(wrong))
                                        .count()));
                }
            }
        }
    }
}

void Oracles::look_at_bounds() {
    if (world_.loop.now() != step_instant_) {
        step_instant_ = world_.loop.now();
        steps_at_instant_ = 0;
    }
    if (++steps_at_instant_ > kStepsAtOneInstantMax) {
        world_.complain("time stands still: too many steps at one instant");
    }
    if (world_.dm.misuses() > 0) {
        world_.complain("two plans ran on one map at the same time");
    }
    if (world_.control.strays() > 0) {
        world_.complain("a client got an answer that it did not wait for");
    }
    if (world_.path_io.usage().in_flight > world_.host.present().size() + kBacklogMax) {
        world_.complain("too many probes in flight");
    }
}

void Oracles::look_at_stalls() {
    const Instant now = world_.loop.now();
    const Duration limit =
        2 * (kDiskTimeout + world_.weather.error_recovery.high) + recovery_window();
    for (const auto& [minor, map] : world_.kernel.maps()) {
        const Instant oldest = world_.users.oldest(map.wwid());
        if (oldest == kNever || now - oldest < limit || now - patience() < limit) {
            continue;
        }
        if (const std::optional<DiskId> disk = usable_disk(map.wwid(), limit)) {
            world_.complain(fmt::format("a request to {} waits for {} s although {} could serve it",
                                        map.name,
                                        std::chrono::duration_cast<seconds>(now - oldest).count(),
                                        world_.host.disk(*disk).name));
        }
    }
    for (const auto& [client, request] : world_.control.requests()) {
        if (!request.reply && request.session == world_.outbox.session() && world_.alive() &&
            now > std::max(request.sent, sees_from_) + kAnswerLimit) {
            world_.complain(fmt::format("client {} got no answer", client.value));
        }
    }
}

/// Every disk that is in a live table hears from the daemon once per interval, whatever others do.
void Oracles::look_at_starvation() {
    if (!world_.alive()) {
        return;
    }
    const Instant now = world_.loop.now();
    const Duration limit = window() + kPlanTime;
    for (const auto& [minor, map] : world_.kernel.maps()) {
        for (const DmGroup& group : map.live ? map.live->groups : std::vector<DmGroup>{}) {
            for (const DmPath& path : group.paths) {
                if (world_.path_io.is_stuck(path.disk)) {
                    disturbed(path.disk);  // nobody can ask it anything
                }
                const Instant since = usable_since(path.disk);
                const Instant last = std::max(known_[path.disk].asked, patience());
                if (since != kNever && now > std::max(since, last) + limit) {
                    world_.complain(fmt::format(
                        "{} of {} was not checked for {} s", world_.host.disk(path.disk).name,
                        map.name, std::chrono::duration_cast<seconds>(now - last).count()));
                }
            }
        }
    }
}

void Oracles::look_at_names() {
    for (const auto& [minor, map] : world_.kernel.maps()) {
        const auto [known, fresh] = names_.emplace(map.name, map.wwid());
        if (!fresh && known->second != map.wwid()) {
            world_.complain(fmt::format("{} was the name of {} and is now given to {}", map.name,
                                        known->second.str(), map.wwid().str()));
        }
    }
}

/// A plan that fails is tried again after a while, not as fast as the kernel can refuse it.
void Oracles::look_at_plans() {
    const std::uint64_t plans = world_.dm.plans() - plans_seen_;
    plans_seen_ = world_.dm.plans();
    const std::uint64_t most = kPlansPerMapAndSecond * (world_.kernel.maps().size() + 1);
    busy_seconds_ = plans > most ? busy_seconds_ + 1 : 0;
    if (busy_seconds_ >= kBusySecondsMax) {
        world_.complain(fmt::format("{} plans in the last second, again", plans));
    }
}

void Oracles::on_answer(DiskId disk, const model::Probe& probe, const model::ProbeReply& reply) {
    Known& known = known_[disk];
    known.asked = world_.loop.now();
    if (is_identity_page(probe)) {
        const auto* answer = reply ? std::get_if<model::ScsiReply>(&*reply) : nullptr;
        if (answer != nullptr && answer->host_status == kDidOk && answer->status == 0) {
            known.identity = world_.loop.now();
            known.identity_lu = world_.host.lu_behind(disk).value_or(-1);
        }
    }
    const std::optional<bool> healthy = health(probe, reply);
    if (healthy) {
        (*healthy ? known.good_check : known.bad_check) = world_.loop.now();
    }
}

void Oracles::on_step(const DmMap* map, const model::Step& step, Instant since) {
    if (const auto* message = std::get_if<model::step::Message>(&step)) {
        const std::vector<std::string_view> words = split_words(message->text);
        if (map != nullptr && words.size() == 2 && words[0] == "reinstate_path") {
            if (const Result<DevT> devt = parse_devt(words[1])) {
                on_reinstate(*map, *devt, since);
            }
        }
    } else if (const auto* load = std::get_if<model::step::Load>(&step)) {
        on_table(map, load->table, false);
    } else if (const auto* create = std::get_if<model::step::Create>(&step)) {
        on_table(map, create->table, true);
    }
}

void Oracles::on_reinstate(const DmMap& map, DevT devt, Instant since) {
    for (const DmGroup& group : map.live ? map.live->groups : std::vector<DmGroup>{}) {
        for (const DmPath& path : group.paths) {
            if (path.devt != devt || path.active) {
                continue;
            }
            const Known& known = known_[path.disk];
            // What happened while the plan was on its way could not be known when it was made.
            const Instant failed = path.failed_at <= since ? path.failed_at : Instant{};
            const Instant last_bad = known.bad_check <= since ? known.bad_check : Instant{};
            const Instant must_follow = std::max(failed, last_bad);
            const std::string name = world_.host.disk(path.disk).name;
            if (known.good_check < must_follow) {
                world_.complain(fmt::format(
                    "{} of {} is reinstated without a good check since it failed", name, map.name));
            } else if (known.identity < std::max(failed, last_bad - kRetries)) {
                world_.complain(
                    fmt::format("{} of {} is reinstated without an identity check since it failed",
                                name, map.name));
            } else if (known.identity_lu < 0 ||
                       world_.array.lu(known.identity_lu).wwid != map.wwid()) {
                world_.complain(fmt::format(
                    "{} of {} is reinstated although it answered as another disk", name, map.name));
            }
        }
    }
}

void Oracles::on_table(const DmMap* map, const model::MultipathTable& table, bool creating) {
    std::size_t paths = 0;
    for (const model::TableGroup& group : table.groups) {
        paths += group.paths.size();
    }
    if (paths > 0) {
        return;
    }
    if (creating || map == nullptr) {
        world_.complain("a map without paths is created");
    } else if (std::ranges::count(table.features, "queue_if_no_path") == 0 &&
               usable_disk(map->wwid(), recovery_window())) {
        world_.complain("a table without paths and without queueing is loaded for " + map->name);
    }
}

std::optional<DiskId> Oracles::usable_disk(const Wwid& wwid, Duration longer_than) const {
    for (const auto& [disk, known] : known_) {
        if (known.usable_since != kNever && world_.loop.now() - known.usable_since > longer_than &&
            world_.host.disk(disk).udev_wwid == wwid) {
            return disk;
        }
    }
    return std::nullopt;
}

void Oracles::on_user_io(const UserIo::Done& done) {
    const Instant now = world_.loop.now();
    if (!done.ok) {
        ++failed_io_;
        world_.trace.note("I/O error on " + done.map);
        if (!world_.alive() || now - patience() <= recovery_window()) {
            return;
        }
        if (const std::optional<DiskId> disk = usable_disk(done.wwid, recovery_window())) {
            world_.complain(fmt::format("a request to {} failed although {} could serve it",
                                        done.map, world_.host.disk(*disk).name));
        }
        return;
    }
    if (done.lu && world_.array.lu(*done.lu).wwid != done.wwid && done.write) {
        ++wrong_writes_;
        world_.trace.note(fmt::format("WRONG DISK: write to {} reached lu{} through {}", done.map,
                                      *done.lu, world_.host.disk(done.disk).name));
        const DmMap* map = world_.kernel.find(done.wwid);
        if (world_.alive() && map != nullptr &&
            done.sent > wrong_path_deadline({done.disk, done.wwid}, *map)) {
            world_.complain(fmt::format("a write to {} reached another disk through {}", done.map,
                                        world_.host.disk(done.disk).name));
        }
    }
}

}  // namespace mp::sim
