// SPDX-License-Identifier: GPL-2.0-or-later
// Is this path registered with the map's reservation key, and may it carry I/O?
//
// While a disk is reserved, I/O over a path that is not registered ends in a reservation conflict,
// which device-mapper hands to the application as an error. So a path that comes new to a map, or
// returns to it, is registered before it is used: when a check has found it good, the keys of the
// disk are read, and if ours is among them the path is registered (REGISTER AND IGNORE EXISTING
// KEY) and checked once more. A path that the live table uses already is registered beside its
// work.
//
// Our key missing from the disk means that somebody has taken it away (preempted, cleared). It is
// never put back: that would undo a fencing. The map counts as not registered then.
//
// Whether the map is registered at all is not kept over a restart: the first good path of a map
// that has a key tells. A path that cannot be registered is kept back while others serve the map;
// the last one is used, because reads may still work. Registering and reserving on behalf of users
// is mpathpersist's work (daemon/cli/persist.cpp); it tells here what it has done.
#include <algorithm>
#include <utility>

#include "daemon/base/strings.h"
#include "daemon/engine/rules.h"
#include "daemon/scsi/persistent.h"
#include "daemon/scsi/sense.h"

namespace mp::engine {

using model::LogLevel;
using model::Verb;
using Stage = CheckRun::Stage;

namespace {

constexpr Duration kCommandTime = seconds(5);
constexpr int kTriesMax = 5;

Map* map_for(Core& core, const Path& path) {
    Map* map = core.map_of(path);
    return map != nullptr || path.wwid.empty() ? map : core.find_map(path.wwid);
}

bool has_other_serving(Core& core, const Map& map, const Path& path) {
    return std::ranges::any_of(map.paths, [&](PathId id) {
        const Path& other = *core.find_path(id);
        return other.id != path.id && other.serves();
    });
}

bool needs_registration(const Core& core, const Map& map, const Path& path) {
    return path.device->bus == model::Bus::scsi && !path.registration.done &&
           map.registered != Registered::no && reservation_key_of(core, map);
}

void send(Core& core, Path& path, model::ScsiCommand command) {
    path.run.op = core.new_op();
    core.emit(model::effect::StartProbe{path.run.op, path.ref(), model::Probe(std::move(command)),
                                        std::min(kCommandTime, path.policy.checker_timeout)});
}

void ask(Core& core, Path& path, const Map& map) {
    path.run.stage = Stage::registration;
    if (path.registration.reading) {
        send(core, path, scsi::persistent_reserve_in(scsi::PrIn::read_keys));
        return;
    }
    conf::ReservationKey key = *reservation_key_of(core, map);
    send(core, path,
         scsi::persistent_reserve_out(scsi::PrOut::register_and_ignore, 0,
                                      {.service_action_key = key.key,
                                       .aptpl = key.aptpl,
                                       .all_target_ports = map.policy.all_tg_pt}));
}

void conclude(Core& core, Path& path) {
    path.run = CheckRun{};
    check_now(core, path);
}

// Tried again with the next check in its turn.
void refuse(Core& core, Path& path, const std::string& why) {
    bool first = !std::exchange(path.registration.refused, true);
    if (first) {
        core.log(LogLevel::warning, "registration-failed", core.map_of(path), &path,
                 "its reservation key cannot be registered: " + why);
    }
    bool again = path.run.again;
    path.run = CheckRun{};
    if (again || first) {  // it may be the map's last path, which is used all the same
        check_now(core, path);
    }
}

void forget_registrations(Core& core, Map& map) {
    map.registered = Registered::no;
    map.holds_reservation = false;
    for (PathId id : map.paths) {
        core.find_path(id)->registration.forget();
    }
    core.touch(map);
}

void judge_keys(Core& core, Map& map, Path& path, const model::ScsiReply& reply) {
    Result<scsi::PrKeys> keys = scsi::parse_pr_keys(reply.data);
    if (!keys) {
        refuse(core, path, keys.error().what);
        return;
    }
    std::uint64_t ours = reservation_key_of(core, map)->key;
    if (std::ranges::find(keys->keys, ours) == keys->keys.end()) {
        if (map.registered == Registered::yes) {
            core.log(LogLevel::warning, "registration-lost", &map, &path,
                     "its reservation key is no longer registered with the disk: somebody has "
                     "removed it, so no path is registered again");
        }
        forget_registrations(core, map);
        conclude(core, path);
        return;
    }
    if (map.registered != Registered::yes) {
        core.log(LogLevel::info, "registration-found", &map, &path,
                 "its reservation key is registered with the disk");
        map.registered = Registered::yes;
    }
    path.registration.reading = false;
    path.registration.tries = 0;
    ask(core, path, map);
}

std::string set_key(Core& core, Map& map, const std::string& argument) {
    Result<conf::ReservationKey> key = parse_reservation_key(argument);
    if (!key) {
        return "'" + argument + "' is not a reservation key\n";
    }
    if (core.reservation_keys.set(map.wwid, *key)) {
        core.prkeys_dirty = true;
    }
    return "";
}

// The paths that the client names have been registered by the client itself.
std::string note_registered(Core& core, Map& map, const std::string& list) {
    if (!reservation_key_of(core, map)) {
        return "the map has no reservation key\n";
    }
    std::set<DevT> named;
    for (std::string_view word : split_words(list)) {
        Path* path = core.find_path(word);
        if (path == nullptr || path->map != map.id) {
            return "'" + std::string(word) + "' is not a path of the map\n";
        }
        named.insert(path->device->devt);
    }
    map.registered = Registered::yes;
    for (PathId id : map.paths) {
        Path& path = *core.find_path(id);
        path.registration.forget();
        path.registration.done = named.contains(path.device->devt);
        keep_registered(core, path);
    }
    core.touch(map);
    return "";
}

std::string status_word(const Core& core, const Map& map) {
    if (!reservation_key_of(core, map) || map.registered == Registered::no) {
        return "unset\n";
    }
    return map.registered == Registered::yes ? "set\n" : "unknown\n";
}

}  // namespace

std::optional<conf::ReservationKey> reservation_key_of(const Core& core, const Map& map) {
    const std::optional<conf::ReservationKey>& configured = map.policy.reservation_key;
    return configured && configured->from_file ? core.reservation_keys.find(map.wwid) : configured;
}

bool awaits_registration(Core& core, const Path& path) {
    Map* map = map_for(core, path);
    if (map == nullptr || !map->actual || !needs_registration(core, *map, path) ||
        path.dm_state == model::DmPathState::active) {
        return false;
    }
    return !path.registration.refused || has_other_serving(core, *map, path);
}

void keep_registered(Core& core, Path& path) {
    Map* map = map_for(core, path);
    if (core.options.observe_only || map == nullptr || path.run.running() || !path.good() ||
        !path.accepted || !needs_registration(core, *map, path)) {
        return;
    }
    path.run.started = core.now;
    path.registration.reading = true;
    path.registration.tries = 0;
    ask(core, path, *map);
}

bool on_registration_reply(Core& core, const model::event::ProbeDone& event) {
    Path* path = core.find_path(event.path);
    if (path == nullptr || path->run.stage != Stage::registration || path->run.op != event.op) {
        return false;
    }
    Map* map = map_for(core, *path);
    if (map == nullptr || !needs_registration(core, *map, *path)) {
        conclude(core, *path);  // nobody wants it any more
        return true;
    }
    if (!event.reply) {
        refuse(core, *path, event.reply.error().text());
        return true;
    }
    const model::ScsiReply* reply = std::get_if<model::ScsiReply>(&*event.reply);
    MP_ASSERT(reply != nullptr);
    scsi::Completion completion = scsi::completion_of(*reply);
    bool becoming_ready = completion.outcome == scsi::Outcome::sense &&
                          completion.sense.key == scsi::SenseKey::not_ready;
    if ((scsi::is_passing(completion) || becoming_ready) &&
        ++path->registration.tries < kTriesMax) {
        ask(core, *path, *map);
        return true;
    }
    if (completion.outcome == scsi::Outcome::sense &&
        completion.sense.key == scsi::SenseKey::illegal_request && path->registration.reading) {
        forget_registrations(core, *map);  // a disk without reservations
        conclude(core, *path);
        return true;
    }
    if (completion.outcome != scsi::Outcome::done) {
        refuse(core, *path, completion.text);
        return true;
    }
    if (path->registration.reading) {
        judge_keys(core, *map, *path, *reply);
        return true;
    }
    path->registration.forget();
    path->registration.done = path->run.started >= path->distrusted_at;  // else it failed meanwhile
    core.log(LogLevel::info, "registered", map, path, "registered with the reservation key");
    conclude(core, *path);
    return true;
}

void on_reservation_command(Core& core, ClientId client, Map& map, const model::Command& command) {
    std::string problem;
    std::string answer;
    switch (command.verb) {
        case Verb::get_pr_status:
            answer = status_word(core, map);
            break;
        case Verb::set_pr_status:
            problem = note_registered(core, map, command.argument);
            break;
        case Verb::unset_pr_status:
            forget_registrations(core, map);
            break;
        case Verb::get_pr_key: {
            std::optional<conf::ReservationKey> key = reservation_key_of(core, map);
            answer = (key ? render_reservation_key(*key) : "none") + "\n";
            break;
        }
        case Verb::set_pr_key:
            problem = set_key(core, map, command.argument);
            break;
        case Verb::unset_pr_key:
            core.prkeys_dirty = core.reservation_keys.remove(map.wwid) || core.prkeys_dirty;
            break;
        case Verb::get_pr_hold:
            answer = map.holds_reservation ? "set\n" : "unset\n";
            break;
        case Verb::set_pr_hold:
        case Verb::unset_pr_hold:
            map.holds_reservation = command.verb == Verb::set_pr_hold;
            break;
        default:
            problem = "not supported\n";
            break;
    }
    bool written = command.verb == Verb::set_pr_key || command.verb == Verb::unset_pr_key;
    if (written && (core.prkeys_dirty || core.prkeys_op)) {
        core.prkeys_waiters.push_back(client);  // answered when the file is safe
        return;
    }
    core.emit(model::effect::Reply{client, {problem.empty(), problem.empty() ? answer : problem}});
}

void write_reservation_keys(Core& core) {
    if (!core.prkeys_dirty || core.prkeys_op) {
        return;
    }
    core.prkeys_dirty = false;
    core.prkeys_op = core.new_op();
    core.prkeys_answered = std::exchange(core.prkeys_waiters, {});
    core.emit(model::effect::ReplaceFile{core.prkeys_op, model::StateFile::prkeys,
                                         core.reservation_keys.render()});
}

bool on_reservation_keys_written(Core& core, const model::event::FileWritten& event) {
    if (event.op != core.prkeys_op) {
        return false;
    }
    core.prkeys_op = OpId{};
    if (!event.outcome) {
        core.log(LogLevel::warning, "state-file", nullptr, nullptr,
                 "cannot write prkeys: " + event.outcome.error().text());
    }
    for (ClientId client : std::exchange(core.prkeys_answered, {})) {
        core.emit(model::effect::Reply{
            client,
            {event.outcome.has_value(),
             event.outcome ? "" : "cannot write prkeys: " + event.outcome.error().text() + "\n"}});
    }
    if (!core.prkeys_dirty) {  // asked while this write was under way, and nothing was changed
        for (ClientId client : std::exchange(core.prkeys_waiters, {})) {
            core.emit(model::effect::Reply{client, {true, ""}});
        }
    }
    return true;
}

}  // namespace mp::engine
