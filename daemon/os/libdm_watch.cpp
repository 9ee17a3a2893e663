// SPDX-License-Identifier: GPL-2.0-or-later
// What is new in a list of maps?
//
// An event number that moved, a map that came, went or has another name. What the daemon did itself
// is no news: the end of a plan tells the state, event number included, so maps in a plan are
// passed over, and looked at once more when the plan ends if there was something to pass over.
//
// Event numbers are compared for equality: they wrap around.
#include "daemon/os/libdm_watch.h"

#include <utility>

namespace mp::os::libdm {

void MapWatch::know_all(const std::vector<ListedMap>& listed) {
    primed_ = true;
    known_.clear();
    for (const ListedMap& map : listed) {
        known_[map.uuid] = {map.name, map.event_nr};
    }
}

void MapWatch::know(const model::DmMapState& map) {
    if (primed_) {
        known_[map.uuid] = {map.name, map.event_nr};
    }
}

void MapWatch::forget(const std::string& uuid) {
    known_.erase(uuid);
}

void MapWatch::begin_plan(const std::string& uuid, const std::string& name) {
    in_plan_.insert("u:" + uuid);
    in_plan_.insert("n:" + name);
}

bool MapWatch::end_plan(const std::string& uuid, const std::string& name) {
    bool look_again = false;
    for (const std::string& key : {"u:" + uuid, "n:" + name}) {
        std::multiset<std::string>::iterator found = in_plan_.find(key);
        if (found != in_plan_.end()) {
            in_plan_.erase(found);
        }
        look_again = passed_over_.erase(key) != 0 || look_again;
    }
    return look_again;
}

bool MapWatch::planned(const std::string& uuid, const std::string& name) const {
    return in_plan_.count("u:" + uuid) != 0 || in_plan_.count("n:" + name) != 0;
}

std::optional<model::event::MapsChanged> MapWatch::compare(const std::vector<ListedMap>& listed) {
    if (!primed_) {
        return std::nullopt;
    }
    model::event::MapsChanged news;
    std::map<std::string, Known> known;
    for (const ListedMap& map : listed) {
        std::map<std::string, Known>::iterator old = known_.find(map.uuid);
        bool is_new = old == known_.end();
        bool renamed = !is_new && old->second.name != map.name;
        bool moved = !is_new && old->second.event_nr != map.event_nr;
        if (planned(map.uuid, map.name) && (is_new || renamed || moved)) {
            for (const std::string& key : {"u:" + map.uuid, "n:" + map.name}) {
                if (in_plan_.count(key) != 0) {
                    passed_over_.insert(key);
                }
            }
            if (!is_new) {
                known[map.uuid] = old->second;
            }
        } else {
            news.set_changed = news.set_changed || is_new || renamed;
            if (moved) {
                news.names.push_back(map.name);
            }
            known[map.uuid] = {map.name, map.event_nr};
        }
        if (!is_new) {
            known_.erase(old);
        }
    }
    for (const std::pair<const std::string, Known>& gone : known_) {
        if (planned(gone.first, gone.second.name)) {
            known.insert(gone);
        } else {
            news.set_changed = true;
        }
    }
    known_ = std::move(known);
    if (news.names.empty() && !news.set_changed) {
        return std::nullopt;
    }
    return news;
}

}  // namespace mp::os::libdm
