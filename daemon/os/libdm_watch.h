// SPDX-License-Identifier: GPL-2.0-or-later
// Which maps have changed since we last looked? Compares lists of maps; does no I/O.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "daemon/model/event.h"
#include "daemon/model/table.h"
#include "daemon/os/libdm_control.h"

namespace mp::os::libdm {

class MapWatch {
public:
    /// What a full list has told; nothing is reported before the first.
    void know_all(const std::vector<ListedMap>& listed);
    /// What a query or the end of a plan has told: no need to report it again.
    void know(const model::DmMapState& map);
    void forget(const std::string& uuid);

    /// Maps that a plan works on are not reported until it ends.
    void begin_plan(const std::string& uuid, const std::string& name);
    /// True when a change of that map was passed over meanwhile: look again.
    bool end_plan(const std::string& uuid, const std::string& name);

    /// The news in a fresh list, if any.
    std::optional<model::event::MapsChanged> compare(const std::vector<ListedMap>& listed);

private:
    struct Known {
        std::string name;
        std::uint32_t event_nr = 0;
    };
    bool planned(const std::string& uuid, const std::string& name) const;

    bool primed_ = false;
    std::map<std::string, Known> known_;  ///< by uuid
    std::multiset<std::string> in_plan_;  ///< "u:" uuid, "n:" name
    std::set<std::string> passed_over_;   ///< as in_plan_
};

}  // namespace mp::os::libdm
