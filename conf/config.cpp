// SPDX-License-Identifier: GPL-2.0-or-later
// The door to the configuration: builds the model once and answers questions about it. The work is
// done elsewhere: grammar/ reads the language, schema/ knows the words, hardware/ the arrays, and
// merge/ which level wins.
#include "conf/config.h"

#include <map>
#include <set>
#include <utility>

#include "conf/merge/filter.h"
#include "conf/merge/lint.h"
#include "conf/merge/lookup.h"
#include "conf/merge/model.h"
#include "conf/merge/render.h"
#include "conf/merge/resolve.h"

namespace mp::conf {

struct Config::Impl {
    Impl(Model built, std::vector<Diagnostic> messages, std::vector<Diagnostic> notes)
        : model(std::move(built)),
          diagnostics(std::move(messages)),
          advice(std::move(notes)),
          globals(resolve_globals(model.defaults)),
          hardware(model.devices) {
        for (const Settings& map : model.multipaths) {
            maps.emplace(map.find(Key::wwid)->value.text, &map);
        }
    }

    const Settings* map_of(const Wwid& wwid) const {
        const auto found = maps.find(wwid.str());
        return found == maps.end() ? nullptr : found->second;
    }

    const Model model;
    const std::vector<Diagnostic> diagnostics;
    const std::vector<Diagnostic> advice;
    const Globals globals;
    const HardwareIndex hardware;
    std::map<std::string, const Settings*> maps;
};

Config::Config(std::unique_ptr<const Impl> impl) : impl_(std::move(impl)) {}
Config::~Config() = default;

std::shared_ptr<const Config> Config::build(const std::vector<ConfigFile>& files,
                                            const Environment& environment) {
    Reporter reporter(files);
    Model model = build_model(files, environment, reporter);
    Reporter notes(files);
    lint(model, files, notes);
    std::unique_ptr<const Impl> impl =
        std::make_unique<const Impl>(std::move(model), reporter.take(), notes.take());
    return std::shared_ptr<const Config>(new Config(std::move(impl)));
}

const std::vector<Diagnostic>& Config::diagnostics() const {
    return impl_->diagnostics;
}
const std::vector<Diagnostic>& Config::advice() const {
    return impl_->advice;
}
const Globals& Config::globals() const {
    return impl_->globals;
}

PathPolicy Config::path_policy(const model::BlockDevice& device, const Wwid& wwid) const {
    return resolve_path(impl_->model, impl_->globals, *impl_->hardware.find(device),
                        impl_->map_of(wwid), device);
}

MapPolicy Config::map_policy(const Wwid& wwid, const model::BlockDevice& device) const {
    return resolve_map(impl_->model, impl_->globals, *impl_->hardware.find(device),
                       impl_->map_of(wwid));
}

bool Config::known_hardware(const model::BlockDevice& device) const {
    return !impl_->hardware.find(device)->empty();
}

FilterVerdict Config::filter_device(const model::BlockDevice& device,
                                    std::string_view uid_attribute) const {
    return filter_by_device(impl_->model, device, uid_attribute);
}

FilterVerdict Config::filter_wwid(const Wwid& wwid) const {
    return filter_by_wwid(impl_->model, wwid);
}

std::vector<FilterStep> Config::filter_steps(const model::BlockDevice& device,
                                             const Wwid& wwid) const {
    return filter_all(impl_->model, device, path_policy(device).uid_attribute, wwid);
}

std::string Config::render() const {
    return render_model(impl_->model);
}

std::string Config::render_origins() const {
    return render_model(impl_->model, true);
}

std::string Config::render_local(const std::vector<model::BlockDevice>& devices,
                                 const std::vector<LocalMap>& maps) const {
    std::set<const DeviceEntry*> used;
    for (const model::BlockDevice& device : devices) {
        const std::shared_ptr<const Matches> matches = impl_->hardware.find(device);
        used.insert(matches->begin(), matches->end());
    }
    return render_local_model(impl_->model, used, maps);
}

std::string Config::render_blacklist() const {
    return render_rules(impl_->model);
}

}  // namespace mp::conf
