// SPDX-License-Identifier: GPL-2.0-or-later
// What does the tree look like? Line by line as a dozen parsers in other programs expect it: a
// header with name, WWID in brackets when the name is another, kernel name, vendor and product; a
// line of properties; then groups and their paths behind branches of '|', '`' and '-'. A pending
// action stands before the header. Path columns are padded and the last one keeps its blanks.
#include "daemon/api/topology.h"

#include <algorithm>
#include <functional>
#include <vector>

#include "daemon/api/fields.h"
#include "daemon/api/table.h"

namespace mp::api {
namespace {

using model::GroupView;
using model::MapView;
using model::PathView;

struct Formats {
    Format<MapView> name{map_fields(), "%n"};
    Format<MapView> header{map_fields(), "%n (%w) %d %s"};
    Format<MapView> plain_header{map_fields(), "%n %d %s"};
    Format<MapView> properties{map_fields(), "size=%S features='%f' hwhandler='%h' wp=%r"};
    Format<GroupView> group{group_fields(), "policy='%s' prio=%p status=%t"};
    Format<PathView> path{path_fields(), "%i %d %D %t %T %o"};
};

template <class View>
void write_line(std::string& out, const Format<View>& format, const View& view, Instant now) {
    Rows<View> rows(format, now);
    rows.add(view);
    rows.write_next(out, false);
}

void write_header(std::string& out, const Formats& formats, const MapView& map, Instant now,
                  TopologyStyle style) {
    if (style.bold) {
        out += "\033[1m";
    }
    if (!map.action.empty()) {
        out += map.action;
        out += ": ";
    }
    bool named = !map.alias.empty() && map.alias != map.wwid.str();
    write_line(out, named ? formats.header : formats.plain_header, map, now);
    if (style.bold) {
        out += "\033[0m";
    }
    out += '\n';
}

void write_map(std::string& out, const Formats& formats, const MapView& map, const Widths& align,
               Instant now) {
    write_line(out, formats.properties, map, now);
    out += '\n';
    Rows<PathView> paths(formats.path, now);
    for (const GroupView& group : map.groups) {
        for (const std::shared_ptr<const PathView>& path : group.paths) {
            paths.add(*path);
        }
    }
    if (!align.empty()) {
        paths.set_widths(align);
    }
    for (std::size_t g = 0; g < map.groups.size(); ++g) {
        bool last_group = g + 1 == map.groups.size();
        out += last_group ? "`-+- " : "|-+- ";
        write_line(out, formats.group, map.groups[g], now);
        out += '\n';
        for (std::size_t p = 0; p < map.groups[g].paths.size(); ++p) {
            out += last_group ? "  " : "| ";
            out += p + 1 == map.groups[g].paths.size() ? "`- " : "|- ";
            paths.write_next(out);
            out += '\n';
        }
    }
}

// The priority that prioritizer ana gives the state.
int ana_priority(const std::string& state) {
    return state == "optimized" || state.empty() ? 50 : state == "non-optimized" ? 10 : 0;
}

void write_native(std::string& out, const model::NativeMap& map) {
    bool ana = std::ranges::any_of(
        map.paths, [](const model::NativePath& path) { return !path.ana_state.empty(); });
    out += "size=" + size_text(map.size_sectors) + " features='n/a' hwhandler='" +
           (ana ? "ANA" : "n/a") + "' wp=" + (map.read_only ? "ro" : "rw") + "\n";
    std::vector<std::string> states;
    for (const model::NativePath& path : map.paths) {
        if (std::ranges::find(states, path.ana_state) == states.end()) {
            states.push_back(path.ana_state);
        }
    }
    std::ranges::stable_sort(states, std::greater{}, ana_priority);
    for (std::size_t g = 0; g < states.size(); ++g) {
        bool last_group = g + 1 == states.size();
        out += last_group ? "`-+- " : "|-+- ";
        out += "policy='" + map.policy + "' prio=" + std::to_string(ana_priority(states[g])) +
               " status=" + (states[g].empty() ? "n/a" : states[g]) + "\n";
        std::size_t left = static_cast<std::size_t>(
            std::ranges::count(map.paths, states[g], &model::NativePath::ana_state));
        for (const model::NativePath& path : map.paths) {
            if (path.ana_state == states[g]) {
                out += last_group ? "  " : "| ";
                out += --left == 0 ? "`- " : "|- ";
                out += path.controller + " " + path.name + " " + path.transport + " " +
                       path.address + " " + path.state + "\n";
            }
        }
    }
}

}  // namespace

std::string render_native(std::span<const model::NativeMap> maps, TopologyStyle style) {
    std::string out;
    for (const model::NativeMap& map : maps) {
        if (style.verbosity <= 0) {
            break;
        }
        out += map.wwid;
        if (style.verbosity > 1) {
            out += " [nvme]:" + map.name + " NVMe," + map.model + "," + map.revision;
        }
        out += '\n';
        if (style.verbosity > 1) {
            write_native(out, map);
        }
    }
    return out;
}

std::string render_topology(std::span<const MapView* const> maps,
                            std::span<const PathView* const> align, Instant now,
                            TopologyStyle style) {
    std::string out;
    if (style.verbosity <= 0) {
        return out;
    }
    Formats formats;
    Widths widths;
    if (!align.empty() && style.verbosity > 1) {
        Rows<PathView> all(formats.path, now);
        for (const PathView* path : align) {
            all.add(*path);
        }
        widths = all.widths();
    }
    for (const MapView* map : maps) {
        if (style.verbosity == 1) {
            write_line(out, formats.name, *map, now);
            out += '\n';
            continue;
        }
        write_header(out, formats, *map, now, style);
        write_map(out, formats, *map, widths, now);
    }
    return out;
}

}  // namespace mp::api
