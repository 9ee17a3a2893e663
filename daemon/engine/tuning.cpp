// SPDX-License-Identifier: GPL-2.0-or-later
// Which kernel settings go with the paths of our maps, and what became of them?
//
// A port or host is shared by many disks: its settings are those of all of them taken together, and
// they are sent when they change, not once per disk. The kernel's answer is read back and kept for
// whoever looks: drivers clip and refuse, and a timer that is not what the file says must not be a
// secret.
#include <utility>

#include "daemon/engine/rules.h"

namespace mp::engine {

using model::LogLevel;
using model::Setting;
using model::SettingView;

namespace {

void send(Core& core, const std::shared_ptr<Tuning>& tuning) {
    std::vector<Setting> settings = settings_of(tuning->place, tuning->timers);
    if (settings == tuning->asked) {
        return;
    }
    if (tuning->op) {
        tuning->again = true;
        return;
    }
    tuning->asked = settings;
    tuning->op = core.new_op();
    core.tuning_ops[tuning->op] = tuning;
    core.emit(model::effect::ApplySettings{tuning->op, std::move(settings)});
}

SettingView view_of(const Setting& setting, const Result<std::string>& found) {
    SettingView view{setting.attribute, setting.value, "", "", setting.note};
    if (!found) {
        view.problem = found.error().text();
        return view;
    }
    view.found = *found;
    if (*found != setting.value) {
        view.problem = "the kernel took another value";
    }
    return view;
}

void report(Core& core, const SettingView& view) {
    if (!view.problem.empty()) {
        core.log(LogLevel::notice, "setting-refused", nullptr, nullptr,
                 view.attribute +
                     (view.found.empty() ? " could not be set to " + view.wanted
                                         : " is " + view.found + ", wanted " + view.wanted) +
                     ": " + view.problem);
    } else if (!view.note.empty()) {
        core.log(LogLevel::notice, "setting-adjusted", nullptr, nullptr,
                 view.attribute + " is " + view.found + ": " + view.note);
    } else {
        core.log(LogLevel::debug, "setting-applied", nullptr, nullptr,
                 view.attribute + " is " + view.found);
    }
}

}  // namespace

void tune(Core& core, Path& path) {
    const Map* map = core.map_of(path);
    if (map == nullptr || core.options.observe_only) {
        return;
    }
    KernelTimers timers = timers_of(path.policy, map->policy.no_path_retry, core.config->globals());
    for (SettingsPlace& place : places_of(*path.device)) {
        if (settings_of(place, timers).empty()) {
            continue;
        }
        std::shared_ptr<Tuning>& tuning = core.tunings[place.directory];
        if (tuning == nullptr) {
            tuning = std::make_shared<Tuning>();
            tuning->place = std::move(place);
        }
        if (tuning->paths.insert(path.id).second) {
            path.tunings.push_back(tuning);
        }
        tuning->timers = together(tuning->timers, timers);
        send(core, tuning);
    }
}

void untune(Core& core, Path& path) {
    for (const std::shared_ptr<Tuning>& tuning : std::exchange(path.tunings, {})) {
        tuning->paths.erase(path.id);
        if (tuning->paths.empty()) {
            core.tunings.erase(tuning->place.directory);
        }
    }
}

void tune_all(Core& core) {
    for (std::pair<const PathId, Path>& entry : core.paths) {
        untune(core, entry.second);
    }
    for (std::pair<const PathId, Path>& entry : core.paths) {
        tune(core, entry.second);
    }
}

void on_settings_applied(Core& core, const model::event::SettingsApplied& event) {
    std::unordered_map<OpId, std::shared_ptr<Tuning>>::iterator at = core.tuning_ops.find(event.op);
    if (at == core.tuning_ops.end()) {
        return;
    }
    std::shared_ptr<Tuning> tuning = at->second;
    core.tuning_ops.erase(at);
    tuning->op = OpId{};
    std::vector<SettingView> outcome;
    for (std::size_t i = 0; i < tuning->asked.size() && i < event.found.size(); ++i) {
        const Setting& setting = tuning->asked[i];
        if (!setting.at_least) {
            outcome.push_back(view_of(setting, event.found[i]));
            report(core, outcome.back());
        }
    }
    tuning->outcome = std::make_shared<const std::vector<SettingView>>(std::move(outcome));
    for (PathId id : tuning->paths) {
        core.touch(*core.find_path(id));
    }
    if (std::exchange(tuning->again, false) && !tuning->paths.empty()) {
        send(core, tuning);
    }
}

}  // namespace mp::engine
