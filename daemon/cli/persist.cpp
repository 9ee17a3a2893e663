// SPDX-License-Identifier: GPL-2.0-or-later
// How is a disk reserved that is reached over several paths? Registrations belong to one path each,
// a reservation to the path that made it. A user of a map means all of it, so a registration goes
// down every usable path (one per adapter when it counts for all target ports), a release down
// every path, and everything else down one. The daemon is told what was done, so that it registers
// paths that come later, and is asked to keep keys of disks with `reservation_key file`.
//
// The key that a command names must be the configured one: with another key the daemon could not
// register new paths, and their I/O would fail.
//
// Only the path that made a reservation can release it. When it is gone, the reservation is taken
// over by a path that is there (PREEMPT of our own key, which also removes our other
// registrations), released, and the others are registered again; the map is suspended meanwhile, so
// that no I/O meets a path without a registration.
#include "daemon/cli/persist.h"

#include <algorithm>
#include <set>
#include <utility>

#include "daemon/cli/client.h"
#include "daemon/cli/persist_text.h"
#include "daemon/engine/reservation_keys.h"
#include "daemon/scsi/sense.h"

namespace mp::cli {
namespace {

using scsi::PrIn;
using scsi::PrOut;
using scsi::PrOutParameters;

constexpr int kTriesMax = 5;
constexpr std::size_t kPathListChars = 32768;  // half of what a request may hold

PersistCode code_of_sense(const scsi::Sense& sense) {
    switch (sense.key) {
        case scsi::SenseKey::no_sense:
        case scsi::SenseKey::recovered_error:
            return PersistCode::no_sense;
        case scsi::SenseKey::not_ready:
            return PersistCode::not_ready;
        case scsi::SenseKey::medium_error:
            return PersistCode::medium_error;
        case scsi::SenseKey::hardware_error:
            return PersistCode::hardware_error;
        case scsi::SenseKey::illegal_request:
            return sense.asc == 0x20 ? PersistCode::invalid_operation
                                     : PersistCode::illegal_request;
        case scsi::SenseKey::unit_attention:
            return PersistCode::unit_attention;
        case scsi::SenseKey::aborted_command:
            return PersistCode::aborted;
        default:
            return PersistCode::other;
    }
}

// Other reports of a disk that is not ready may come after the work is done: a registration sent
// again would meet itself.
bool may_be_sent_again(const scsi::Completion& completion) {
    return scsi::is_passing(completion) ||
           completion.sense.is(scsi::SenseKey::not_ready, 0x04, 0x07);
}

/// What one command over one path came to.
struct Answer {
    PersistCode code = PersistCode::ok;
    bool unreachable = false;  ///< it says nothing about the disk: another path may do it
    bool passing = false;      ///< nothing was done: the same command may be sent again
    std::string text;
    std::vector<std::uint8_t> data;
};

Answer judge(const model::ProbeReply& reply) {
    if (!reply) {
        return {PersistCode::other, true, false, reply.error().text(), {}};
    }
    const model::ScsiReply* scsi_reply = std::get_if<model::ScsiReply>(&*reply);
    if (scsi_reply == nullptr) {
        return {PersistCode::malformed, false, false, "no SCSI answer", {}};
    }
    scsi::Completion completion = scsi::completion_of(*scsi_reply);
    switch (completion.outcome) {
        case scsi::Outcome::done:
            return {PersistCode::ok, false, false, "", scsi_reply->data};
        case scsi::Outcome::reservation_conflict:
            return {PersistCode::conflict, false, false, "reservation conflict", {}};
        case scsi::Outcome::busy:
            return {PersistCode::not_ready, false, true, completion.text, {}};
        case scsi::Outcome::sense:
            return {code_of_sense(completion.sense),
                    false,
                    may_be_sent_again(completion),
                    completion.text,
                    {}};
        case scsi::Outcome::no_path:
        case scsi::Outcome::transport:
            return {PersistCode::other, true, false, completion.text, {}};
        case scsi::Outcome::other_status:
            return {PersistCode::other, false, false, completion.text, {}};
    }
    return {};
}

Answer run(const PersistWorld& world, const PersistPath& path, const model::ScsiCommand& command) {
    Answer answer;
    for (int attempt = 0; attempt < kTriesMax; ++attempt) {
        answer = judge(world.run(path, command));
        if (!answer.passing) {
            break;
        }
    }
    if (answer.unreachable) {
        answer.text = "/dev/" + path.name + ": " + answer.text;  // one of several: which
    }
    return answer;
}

std::vector<const PersistPath*> usable_paths(const PersistMap& map) {
    std::vector<const PersistPath*> out;
    for (const PersistPath& path : map.paths) {
        if (path.usable) {
            out.push_back(&path);
        }
    }
    return out;
}

PersistResult failed(const PersistMap& map, const Answer& answer) {
    return {answer.code, "", map.alias + ": " + answer.text};
}

class Change {
public:
    Change(const PersistOptions& options, const PersistMap& map, const PersistWorld& world)
        : options_(options), map_(map), world_(world), parameters_(options.parameters) {
        parameters_.aptpl = parameters_.aptpl || (map.key && map.key->aptpl);
        parameters_.all_target_ports = parameters_.all_target_ports || map.all_target_ports;
    }

    PersistResult all() {
        if (!map_.key) {
            return {PersistCode::syntax, "",
                    map_.alias + ": no reservation_key is configured for it"};
        }
        if (usable_paths(map_).empty()) {
            return {PersistCode::map_error, "", map_.alias + ": no usable path"};
        }
        switch (options_.order) {
            case PrOut::register_key:
            case PrOut::register_and_ignore:
                return register_all();
            case PrOut::release:
                return release_all();
            case PrOut::reserve:
            case PrOut::clear:
            case PrOut::preempt:
            case PrOut::preempt_and_abort:
                return change_by_one();
        }
        return {PersistCode::syntax, "", "unknown order"};
    }

private:
    /// The daemon's word on the map.
    std::optional<std::string> tell(const std::string& verb, const std::string& more = "") {
        return world_.ask(verb + " map " + quoted(map_.alias) + more);
    }
    std::optional<conf::ReservationKey> stored_key() {
        std::optional<std::string> text = tell("getprkey");
        if (!text || text->find("none") == 0) {
            return std::nullopt;
        }
        while (!text->empty() && text->back() <= ' ') {
            text->pop_back();
        }
        Result<conf::ReservationKey> key = engine::parse_reservation_key(*text);
        return key ? std::optional(*key) : std::nullopt;
    }
    std::optional<conf::ReservationKey> key_in_force() {
        return map_.key->from_file ? stored_key() : map_.key;
    }

    Answer send(const PersistPath& path, PrOut order, const PrOutParameters& parameters) {
        return run(world_, path, scsi::persistent_reserve_out(order, options_.type, parameters));
    }
    /// The same registration, whatever is registered.
    Answer send_ignoring(const PersistPath& path, std::uint64_t key) {
        PrOutParameters parameters = parameters_;
        parameters.key = 0;
        parameters.service_action_key = key;
        parameters.transport_ids.clear();
        return send(path, PrOut::register_and_ignore, parameters);
    }

    std::vector<const PersistPath*> paths_to_register() {
        std::vector<const PersistPath*> out;
        std::set<std::string> hosts;
        for (const PersistPath* path : usable_paths(map_)) {
            bool first = hosts.insert(path->host).second;
            if (first || !parameters_.all_target_ports) {
                out.push_back(path);
            }
        }
        return out;
    }

    PersistResult register_all();
    PersistResult registered(std::vector<const PersistPath*> done, const Answer& worst);
    PersistResult release_all();
    PersistResult change_by_one();
    PersistResult settle_one();
    std::optional<scsi::PrReservation> reservation();
    void restore_registrations(const PersistPath& done, std::uint64_t key);
    void take_over_and_release(const scsi::PrReservation& held);

    const PersistOptions& options_;
    const PersistMap& map_;
    const PersistWorld& world_;
    PrOutParameters parameters_;
};

PersistResult Change::register_all() {
    std::uint64_t wanted = parameters_.service_action_key;
    std::optional<conf::ReservationKey> before = key_in_force();
    bool file = map_.key->from_file;
    if (!file && wanted != 0 && wanted != map_.key->key) {
        return {PersistCode::syntax, "",
                map_.alias + ": the key is not the configured reservation_key"};
    }
    if (file && wanted != 0) {
        conf::ReservationKey key{.from_file = false, .key = wanted, .aptpl = parameters_.aptpl};
        if (!tell("setprkey", " key " + engine::render_reservation_key(key))) {
            return {PersistCode::file_error, "",
                    map_.alias + ": multipathd does not keep the key; it must run"};
        }
    }
    std::vector<const PersistPath*> done;
    std::vector<const PersistPath*> conflicts;
    Answer worst;
    for (const PersistPath* path : paths_to_register()) {
        Answer answer = send(*path, options_.order, parameters_);
        if (answer.code == PersistCode::ok) {
            done.push_back(path);
        } else if (answer.code == PersistCode::conflict) {
            conflicts.push_back(path);
            worst = answer;
        } else {
            worst = answer;
        }
    }
    if (!done.empty() && !conflicts.empty()) {  // those were registered with another key before
        worst = {};
        for (const PersistPath* path : conflicts) {
            Answer answer = send_ignoring(*path, wanted);
            if (answer.code == PersistCode::ok) {
                done.push_back(path);
            } else {
                worst = answer;
            }
        }
    }
    if (done.empty() && file && wanted != 0) {  // what was kept before is what counts
        before ? tell("setprkey", " key " + engine::render_reservation_key(*before))
               : tell("unsetprkey");
    }
    return registered(std::move(done), worst);
}

PersistResult Change::registered(std::vector<const PersistPath*> done, const Answer& worst) {
    if (done.empty()) {
        return failed(map_, worst);
    }
    if (parameters_.service_action_key == 0) {
        tell("unsetprstatus");
        if (map_.key->from_file) {
            tell("unsetprkey");
        }
    } else {
        std::string list;
        for (const PersistPath* path : done) {
            list += (list.empty() ? "" : " ") + path->devt.str();
        }
        bool named = list.size() <= kPathListChars && !parameters_.all_target_ports;
        // A path can have left meanwhile: without a list the daemon looks itself.
        if (!named || !tell("setprstatus", " pathlist " + quoted(list))) {
            tell("setprstatus");
        }
    }
    // A path that could not be reached is registered by the daemon when it is back.
    return worst.code == PersistCode::ok || worst.unreachable ? PersistResult{}
                                                              : failed(map_, worst);
}

std::optional<scsi::PrReservation> Change::reservation() {
    for (const PersistPath* path : usable_paths(map_)) {
        Answer answer = run(world_, *path, scsi::persistent_reserve_in(PrIn::read_reservation));
        Result<scsi::PrReservation> found = scsi::parse_pr_reservation(answer.data);
        if (answer.code == PersistCode::ok && found) {
            return *found;
        }
    }
    return std::nullopt;
}

void Change::restore_registrations(const PersistPath& done, std::uint64_t key) {
    for (const PersistPath* path : paths_to_register()) {
        if (path != &done) {
            send_ignoring(*path, key);
        }
    }
}

void Change::take_over_and_release(const scsi::PrReservation& held) {
    PrOutParameters own;
    own.key = held.key;
    own.service_action_key = held.key;
    bool suspended = tell("suspend").has_value();
    for (const PersistPath* path : usable_paths(map_)) {
        if (send(*path, PrOut::preempt, own).code != PersistCode::ok) {
            continue;
        }
        own.service_action_key = 0;
        send(*path, PrOut::release, own);
        restore_registrations(*path, held.key);
        break;
    }
    if (suspended) {
        tell("resume");
    }
}

PersistResult Change::release_all() {
    std::optional<conf::ReservationKey> key = key_in_force();
    if (!key || parameters_.key != key->key) {
        return {PersistCode::syntax, "",
                map_.alias + ": the key is not the configured reservation_key"};
    }
    Answer worst;
    bool any = false;
    for (const PersistPath* path : usable_paths(map_)) {
        Answer answer = send(*path, PrOut::release, parameters_);
        any = any || answer.code == PersistCode::ok;
        worst = answer.code == PersistCode::ok ? worst : answer;
    }
    if (!any) {
        return failed(map_, worst);
    }
    std::optional<scsi::PrReservation> held = reservation();
    bool ours = held && held->held && held->key == parameters_.key && held->type == options_.type &&
                !scsi::held_by_all_registrants(held->type);
    if (ours) {
        take_over_and_release(*held);
        held = reservation();
        if (held && held->held && held->key == parameters_.key) {
            return {PersistCode::other, "",
                    map_.alias + ": the reservation is held by a path that is gone"};
        }
    }
    tell("unsetprhold");
    return {};
}

PersistResult Change::change_by_one() {
    std::optional<conf::ReservationKey> key = key_in_force();
    if (!key || parameters_.key != key->key) {
        return {PersistCode::syntax, "",
                map_.alias + ": the key is not the configured reservation_key"};
    }
    bool preempts = options_.order == PrOut::preempt || options_.order == PrOut::preempt_and_abort;
    bool own = preempts && parameters_.service_action_key == parameters_.key;
    bool suspended = own && tell("suspend").has_value();
    PersistResult result;
    for (const PersistPath* path : usable_paths(map_)) {
        Answer answer = send(*path, options_.order, parameters_);
        if (answer.code == PersistCode::ok) {
            if (own) {
                restore_registrations(*path, parameters_.key);
            }
            result = settle_one();
            break;
        }
        result = failed(map_, answer);
        if (!answer.unreachable) {
            break;
        }
    }
    if (suspended) {
        tell("resume");
    }
    return result;
}

PersistResult Change::settle_one() {
    if (options_.order == PrOut::clear) {
        tell("unsetprstatus");
        if (map_.key->from_file) {
            tell("unsetprkey");
        }
        return {};
    }
    std::optional<scsi::PrReservation> held = reservation();
    bool all = held && scsi::held_by_all_registrants(held->type);
    bool ours = held && held->held && (held->key == parameters_.key || all);
    tell(ours ? "setprhold" : "unsetprhold");
    return {};
}

}  // namespace

PersistResult read_reservations(const PersistOptions& options, const PersistMap& map,
                                const PersistWorld& world) {
    Answer answer{PersistCode::map_error, true, false, "no usable path", {}};
    for (const PersistPath* path : usable_paths(map)) {
        answer =
            run(world, *path, scsi::persistent_reserve_in(options.question, options.allocation));
        if (!answer.unreachable) {
            break;
        }
    }
    if (answer.code != PersistCode::ok) {
        return failed(map, answer);
    }
    if (options.hex) {
        return {PersistCode::ok, render_hex(answer.data), ""};
    }
    Result<std::string> text = render_reservation_data(options.question, answer.data);
    if (!text) {
        return {PersistCode::malformed, "", map.alias + ": " + text.error().text()};
    }
    return {PersistCode::ok, *text, ""};
}

PersistResult change_reservations(const PersistOptions& options, const PersistMap& map,
                                  const PersistWorld& world) {
    return Change(options, map, world).all();
}

}  // namespace mp::cli
