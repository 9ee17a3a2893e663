// SPDX-License-Identifier: GPL-2.0-or-later
// Which group should carry the I/O, and when is it moved there?
//
// The kernel fails over by itself, in table order; it never moves back. Failback says when we do:
// manual never (a switch by command stays), immediate as soon as a better group is usable, N
// seconds after the last better path came up, followover only when the first path of the better
// group comes up, so that a cluster node does not drag the disk back and forth.
//
// The kernel tells nobody when it goes over to another group with the next I/O. That is heard of
// with the next state of the map, perhaps after the better path is back: it starts failback too.
#include <algorithm>

#include "daemon/engine/rules.h"

namespace mp::engine {

using Kind = conf::Failback::Kind;

namespace {

struct Choice {
    std::uint32_t current = 0;  ///< 1-based
    std::uint32_t best = 0;
    std::vector<PathGroup> groups;
};

Choice choose(Core& core, const Map& map) {
    Choice choice;
    if (!map.actual || map.actual->table.groups.empty()) {
        return choice;
    }
    bool judged = std::ranges::all_of(map.paths, [&core](PathId id) {
        const Path& path = *core.find_path(id);
        return !path.present || path.state != model::PathState::unchecked;
    });
    if (!judged) {
        return choice;  // the best group is not known before every path has been checked once
    }
    choice.groups = present_groups(core, map);
    choice.current = map.actual->status.next_group;
    std::optional<std::size_t> best = best_group(choice.groups);
    choice.best = best ? static_cast<std::uint32_t>(*best) + 1 : 0;
    return choice;
}

bool first_good_path_of(Core& core, const PathGroup& group, const Path& path) {
    bool is_member =
        std::ranges::find(group.paths, path.id, &GroupingPath::id) != group.paths.end();
    return is_member && std::ranges::none_of(group.paths, [&](const GroupingPath& member) {
               const Path* other = core.find_path(member.id);
               return other != nullptr && other->id != path.id && other->serves();
           });
}

}  // namespace

void update_failback(Core& core, Map& map, bool path_came_up, const Path* which) {
    Choice choice = choose(core, map);
    if (choice.best == 0 || choice.best == choice.current || choice.current == 0) {
        map.failback_due = kNever;
        return;
    }
    switch (map.policy.failback.kind) {
        case Kind::manual:
            map.failback_due = kNever;
            return;
        case Kind::immediate:
            map.failback_due = core.now;
            break;
        case Kind::after:
            if (path_came_up || map.failback_due == kNever) {
                map.failback_due = core.now + map.policy.failback.delay;
            }
            break;
        case Kind::followover:
            if (path_came_up && which != nullptr &&
                first_good_path_of(core, choice.groups[choice.best - 1], *which)) {
                map.failback_due = core.now;
            }
            break;
    }
    core.mark_dirty(map);
}

std::uint32_t group_to_switch_to(Core& core, Map& map) {
    if (map.wanted_group != 0) {
        map.chosen_group = std::exchange(map.wanted_group, 0);
        return map.chosen_group;
    }
    if (map.failback_due > core.now) {
        return 0;
    }
    map.failback_due = kNever;
    Choice choice = choose(core, map);
    if (choice.best == choice.current) {
        return 0;
    }
    map.chosen_group = choice.best;
    return choice.best;
}

void group_switched(Core& core, Map& map) {
    if (map.actual->status.next_group != map.chosen_group) {
        map.chosen_group = 0;
        update_failback(core, map, false, nullptr);
    }
}

}  // namespace mp::engine
