// SPDX-License-Identifier: GPL-2.0-or-later
// What became of this device, and because of what? The first line is the answer; the lines below
// are the steps of the decision in the order in which the daemon takes them: what the device is,
// what udev knows, each criterion of the blacklist with the rule that met it, the identity, the
// mode of find_multipaths, the state of the path, the map. Steps behind the one that decided are
// told all the same, so that one look shows everything that would have to change.
#include "daemon/api/explain.h"

#include <vector>

#include "conf/config.h"
#include "daemon/api/fields.h"
#include "daemon/api/lookup.h"

namespace mp::api {
namespace {

using model::BlockDevice;
using model::MapView;
using model::PathView;
using model::Snapshot;

std::string clean(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        c = static_cast<unsigned char>(c) < ' ' || c == 0x7f ? '?' : c;
    }
    return out;
}

class Lines {
public:
    void add(std::string_view label, const std::string& text) {
        constexpr std::size_t kLabelColumn = 17;
        text_ += "  ";
        text_ += label;
        text_.append(label.size() < kLabelColumn ? kLabelColumn - label.size() : 1, ' ');
        text_ += clean(text) + "\n";
    }
    const std::string& text() const { return text_; }

private:
    std::string text_;
};

std::string_view find_multipaths_word(conf::FindMultipaths mode) {
    switch (mode) {
        case conf::FindMultipaths::off:
            return "off: a map for every disk";
        case conf::FindMultipaths::on:
            return "on: a map for known WWIDs and for disks with two paths";
        case conf::FindMultipaths::strict:
            return "strict: a map for WWIDs in the wwids file only";
        case conf::FindMultipaths::greedy:
            return "greedy: a map for every disk";
        case conf::FindMultipaths::smart:
            return "smart: a map for known WWIDs, and for disks whose second path comes in time";
    }
    return "";
}

std::string kind_of(const BlockDevice& device) {
    std::string kind = device.is_disk ? "whole disk" : "partition: never a path";
    kind += device.hidden ? ", hidden by the kernel: never a path" : "";
    kind += device.read_only ? ", read-only" : "";
    kind += device.usb ? ", USB" : "";
    return kind;
}

std::string adapter_of(const BlockDevice& device) {
    std::string text = device.adapter.id.empty() ? "unknown" : device.adapter.id;
    text += device.adapter.pci_address.empty() ? "" : ", " + device.adapter.pci_address;
    if (device.adapter.numa_node >= 0) {
        text += ", node " + std::to_string(device.adapter.numa_node);
    }
    return text;
}

void add_filters(Lines& lines, const conf::Config& config, const PathView& path) {
    const BlockDevice& device = *path.device;
    if (device.usb) {
        lines.add("usb", config.globals().allow_usb_devices ? "accepted by allow_usb_devices"
                                                            : "refused without allow_usb_devices");
    }
    for (const conf::FilterStep& step : config.filter_steps(device, path.wwid)) {
        std::string verdict =
            step.verdict.reason.empty() ? "accepted, no rule matches" : step.verdict.reason;
        lines.add("filter " + step.criterion, step.looked_at + ": " + verdict);
    }
}

void add_state(Lines& lines, const PathView& path) {
    if (path.checker.empty()) {
        lines.add("check", "never checked");
    } else {
        lines.add("check", std::string(model::path_state_text(path.state)) + ", " +
                               (path.checker_message.empty() ? path.checker + " checker"
                                                             : path.checker_message));
    }
    if (!path.held_reason.empty()) {
        lines.add(path.marginal ? "marginal" : "held back", path.held_reason);
    }
    if (!path.latency_notice.empty()) {
        lines.add("latency", path.latency_notice);
    }
    if (!path.prioritizer.empty()) {
        lines.add("priority", std::to_string(path.priority) + " by " + path.prioritizer);
    }
}

void add_settings(Lines& lines, const PathView& path) {
    for (const std::shared_ptr<const std::vector<model::SettingView>>& place : path.settings) {
        for (const model::SettingView& setting : *place) {
            std::string text = setting.attribute.substr(setting.attribute.rfind('/') + 1) + " ";
            if (setting.problem.empty()) {
                text += setting.found;
            } else if (setting.found.empty()) {
                text += "could not be set to " + setting.wanted + ": " + setting.problem;
            } else {
                text += setting.found + ", wanted " + setting.wanted + ": " + setting.problem;
            }
            lines.add("kernel setting", text + (setting.note.empty() ? "" : ", " + setting.note));
        }
    }
}

std::string place_of(const Snapshot& snapshot, const PathView& path) {
    for (const std::shared_ptr<const MapView>& map : snapshot.maps) {
        if (map->alias != path.map_alias) {
            continue;
        }
        for (std::size_t g = 0; g < map->groups.size(); ++g) {
            for (const std::shared_ptr<const PathView>& member : map->groups[g].paths) {
                if (member->device->name == path.device->name) {
                    return path.map_alias + ", group " + std::to_string(g + 1) + " of " +
                           std::to_string(map->groups.size());
                }
            }
        }
    }
    return path.map_alias + ", not in its table yet";
}

std::string answer_of(const PathView& path) {
    if (!path.map_alias.empty() && path.unused_reason.empty()) {
        return "a path of " + path.map_alias;
    }
    std::string reason = path.unused_reason.empty() ? "no map wants it" : path.unused_reason;
    return (path.map_alias.empty() ? "in no map: " : "held back from " + path.map_alias + ": ") +
           reason;
}

}  // namespace

std::string render_explanation(const Snapshot& snapshot, std::string_view name) {
    const PathView* path = find_path(snapshot, name);
    if (path == nullptr) {
        return "fail\n" + clean(name) +
               ": no such disk; partitions, and devices that are made of others or of memory, are "
               "never paths\n";
    }
    const BlockDevice& device = *path->device;
    Lines lines;
    lines.add("device", device.text() + ", " + size_text(device.size_sectors) + ", " +
                            std::string(model::protocol_text(device.protocol)));
    lines.add("kind", kind_of(device));
    lines.add("adapter", adapter_of(device));
    lines.add("udev", device.udev_initialized
                          ? "processed, " + std::to_string(device.properties.size()) + " properties"
                          : "not processed, or there is no udev database");
    if (snapshot.config != nullptr) {
        add_filters(lines, *snapshot.config, *path);
    }
    lines.add("wwid", path->wwid.empty()
                          ? "not known (" + std::string(model::init_state_text(path->init)) + ")"
                          : path->wwid.str());
    if (snapshot.config != nullptr) {
        lines.add("find_multipaths",
                  std::string(find_multipaths_word(snapshot.config->globals().find_multipaths)));
    }
    add_state(lines, *path);
    add_settings(lines, *path);
    lines.add("map", path->map_alias.empty() ? "none" : place_of(snapshot, *path));
    return clean(device.name) + ": " + clean(answer_of(*path)) + "\n" + lines.text();
}

}  // namespace mp::api
