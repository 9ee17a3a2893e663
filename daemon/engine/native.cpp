// SPDX-License-Identifier: GPL-2.0-or-later
// What is told of disks that the kernel multipaths by itself? They are none of our maps and nothing
// is decided about them; but whoever watches this daemon for lost paths should hear of theirs too.
#include <algorithm>
#include <map>

#include "daemon/engine/rules.h"

namespace mp::engine {

namespace {

using model::LogLevel;
using model::NativeMap;
using model::NativePath;

std::string state_of(const NativePath& path) {
    return path.state + (path.ana_state.empty() ? "" : ", " + path.ana_state);
}

void tell_changes(Core& core, const NativeMap& map, const NativeMap& before) {
    std::size_t usable = 0;
    for (const NativePath& path : map.paths) {
        usable += path.usable() ? 1 : 0;
        std::vector<NativePath>::const_iterator old =
            std::ranges::find(before.paths, path.name, &NativePath::name);
        if (old != before.paths.end() && old->usable() != path.usable()) {
            core.log(path.usable() ? LogLevel::notice : LogLevel::warning, "native-path", nullptr,
                     nullptr, map.name + ": " + path.name + ": " + state_of(path));
        }
    }
    for (const NativePath& path : before.paths) {
        if (std::ranges::find(map.paths, path.name, &NativePath::name) == map.paths.end()) {
            core.log(LogLevel::warning, "native-path", nullptr, nullptr,
                     map.name + ": " + path.name + " is gone");
        }
    }
    bool any_before = std::ranges::any_of(before.paths, &NativePath::usable);
    if (usable == 0 && any_before) {
        core.log(LogLevel::error, "native-path", nullptr, nullptr,
                 map.name + ": no usable path is left");
    }
}

}  // namespace

void on_native_maps(Core& core, const model::event::NativeMaps& event) {
    for (const NativeMap& map : event.maps) {
        if (core.native_maps == nullptr) {
            break;
        }
        std::vector<NativeMap>::const_iterator before =
            std::ranges::find(*core.native_maps, map.name, &NativeMap::name);
        if (before != core.native_maps->end()) {
            tell_changes(core, map, *before);
        }
    }
    core.native_maps = std::make_shared<const std::vector<NativeMap>>(event.maps);
    core.visible = true;
}

}  // namespace mp::engine
