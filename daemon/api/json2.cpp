// SPDX-License-Identifier: GPL-2.0-or-later
// How does everything that is known look as data? Numbers are numbers in base units (bytes,
// seconds, milliseconds), truth values are truth values, what is not known is null. Paths stand
// whole where they are used; adapters and nexuses name them. Unlike format 0.1 a state is the word
// that `show paths` prints, new words included.
#include "daemon/api/json2.h"

#include <map>
#include <vector>

#include "daemon/api/fields.h"
#include "daemon/api/json_writer.h"
#include "daemon/api/lookup.h"
#include "daemon/api/reports.h"
#include "daemon/base/strings.h"

namespace mp::api {
namespace {

using model::BlockDevice;
using model::GroupView;
using model::MapView;
using model::PathView;
using model::Snapshot;

constexpr std::int64_t kMajor = 2;
constexpr std::int64_t kMinor = 0;
constexpr std::uint64_t kSectorBytes = 512;

JsonWriter document() {
    JsonWriter json;
    json.open_object().number("major_version", kMajor).number("minor_version", kMinor);
    return json;
}

std::optional<std::int64_t> known(int value) {
    return value < 0 ? std::nullopt : std::optional<std::int64_t>(value);
}

std::optional<std::int64_t> milliseconds_between(Instant from, Instant to) {
    if (from == kNever || to == kNever || from == Instant{}) {
        return std::nullopt;
    }
    return std::chrono::duration_cast<std::chrono::milliseconds>(to - from).count();
}

std::string adapter_name(const BlockDevice& device) {
    return device.adapter.id.empty() ? device.adapter.pci_address : device.adapter.id;
}

void put_distances(JsonWriter& json, const BlockDevice& device) {
    json.open_array("node_distance");
    for (int distance : device.adapter.node_distance) {
        json.number_or_null("", known(distance));
    }
    json.close();
}

void put_device(JsonWriter& json, const BlockDevice& device) {
    json.text("device", device.name)
        .text("dev_t", device.devt.str())
        .text_or_null("hctl", device.hctl ? device.hctl->str() : "")
        .count("size_bytes", device.size_sectors * kSectorBytes)
        .count("block_bytes", device.logical_block_size)
        .text_or_null("vendor", device.vendor)
        .text_or_null("product", device.product)
        .text_or_null("revision", device.revision)
        .text_or_null("serial", device.serial)
        .text("protocol", model::protocol_text(device.protocol))
        .text_or_null("adapter", adapter_name(device))
        .text_or_null("pci_address", device.adapter.pci_address)
        .number_or_null("numa_node", known(device.adapter.numa_node));
    put_distances(json, device);
    json.text_or_null("target_port", device.target_port)
        .text_or_null("host_wwnn", device.host_wwnn)
        .text_or_null("host_wwpn", device.host_wwpn)
        .text_or_null("target_wwnn", device.target_wwnn)
        .text_or_null("target_wwpn", device.target_wwpn);
}

void put_settings(JsonWriter& json, const PathView& path) {
    json.open_array("kernel_settings");
    for (const std::shared_ptr<const std::vector<model::SettingView>>& place : path.settings) {
        for (const model::SettingView& setting : *place) {
            json.open_object()
                .text("attribute", setting.attribute)
                .text("wanted", setting.wanted)
                .text_or_null("found", setting.found)
                .text_or_null("problem", setting.problem)
                .text_or_null("note", setting.note)
                .close();
        }
    }
    json.close();
}

// Buckets by their upper bound; the last has none and is called "more".
void put_latency(JsonWriter& json, const model::LatencyHistogram& latency) {
    using Histogram = model::LatencyHistogram;
    bool any = latency.total() > 0;
    const auto quantile = [&](std::uint32_t percent) {
        return any ? std::optional<std::int64_t>(latency.quantile(percent).count()) : std::nullopt;
    };
    json.open_object("latency")
        .count("answers", latency.total())
        .number_or_null("p50_us", quantile(50))
        .number_or_null("p99_us", quantile(99))
        .open_object("up_to_us");
    for (std::size_t i = 0; i < Histogram::kBuckets; ++i) {
        if (latency.counts()[i] > 0) {
            bool last = i + 1 == Histogram::kBuckets;
            json.count(last ? "more" : std::to_string(Histogram::bound(i).count()),
                       latency.counts()[i]);
        }
    }
    json.close().close();
}

void put_path(JsonWriter& json, const PathView& path, Instant now) {
    json.open_object();
    put_device(json, *path.device);
    json.text_or_null("wwid", path.wwid.str())
        .text_or_null("map", path.map_alias)
        .text("state", model::path_state_text(path.state))
        .flag("check_pending", path.check_pending)
        .text("dm_state", model::dm_path_state_text(path.dm_state))
        .text_or_null("device_state", path.offline_word)
        .text("init_state", model::init_state_text(path.init))
        .text_or_null("checker", path.checker)
        .text_or_null("checker_message", path.checker_message)
        .text_or_null("prioritizer", path.prioritizer)
        .number_or_null("priority", known(path.priority))
        .number_or_null("target_port_group", known(path.target_port_group))
        .flag("marginal", path.marginal)
        .text_or_null("held_reason", path.held_reason)
        .number_or_null("held_for_ms", milliseconds_between(now, path.held_until))
        .count("failures", path.failures)
        .flag("monitored", path.monitored)
        .text_or_null("unused_reason", path.unused_reason)
        .number_or_null("last_check_ago_ms", milliseconds_between(path.last_check, now))
        .number_or_null("next_check_in_ms", milliseconds_between(now, path.next_check))
        .number("check_interval_s",
                std::chrono::duration_cast<std::chrono::seconds>(path.check_interval).count())
        .number("latency_us",
                std::chrono::duration_cast<std::chrono::microseconds>(path.last_latency).count());
    put_latency(json, path.latency);
    json.text_or_null("latency_notice", path.latency_notice);
    put_settings(json, path);
    json.close();
}

void put_group(JsonWriter& json, const GroupView& group, std::size_t number, Instant now) {
    json.open_object()
        .count("number", number)
        .text("selector", group.selector)
        .number_or_null("priority", known(group.priority))
        .text("state", model::dm_group_state_text(group.dm_state))
        .flag("marginal", group.marginal);
    if (group.numa) {
        json.open_object("numa_ios")
            .count("local", group.numa->local)
            .count("spilled", group.numa->spilled)
            .count("remote", group.numa->remote)
            .close();
    }
    json.open_array("paths");
    for (const std::shared_ptr<const PathView>& path : group.paths) {
        put_path(json, *path, now);
    }
    json.close().close();
}

void put_map(JsonWriter& json, const MapView& map, Instant now) {
    json.open_object()
        .text("name", map.alias.empty() ? map.wwid.str() : map.alias)
        .text("wwid", map.wwid.str())
        .text("device", "dm-" + std::to_string(map.dm_minor))
        .count("size_bytes", map.size_sectors * kSectorBytes)
        .flag("read_only", map.read_only)
        .flag("suspended", map.suspended)
        .text("features", map.features)
        .text("hwhandler", map.hw_handler)
        .text_or_null("action", map.action)
        .text_or_null("failback", map.failback)
        .number_or_null("failback_in_ms", milliseconds_between(now, map.failback_due))
        .text_or_null("queueing", map.queueing)
        .count("active_paths", map.active_paths);
    json.open_object("counters")
        .count("map_failures", map.map_failures)
        .count("path_faults", map.path_faults)
        .count("group_switches", map.group_switches)
        .count("table_loads", map.table_loads)
        .number("queueing_s",
                std::chrono::duration_cast<std::chrono::seconds>(map.queueing_time).count())
        .count("queueing_timeouts", map.queueing_timeouts)
        .close();
    json.open_array("groups");
    for (std::size_t i = 0; i < map.groups.size(); ++i) {
        put_group(json, map.groups[i], i + 1, now);
    }
    json.close().close();
}

using PathsByName = std::map<std::string, std::vector<const PathView*>>;

void put_members(JsonWriter& json, const std::vector<const PathView*>& paths) {
    std::uint64_t usable = 0;
    json.open_array("paths");
    for (const PathView* path : paths) {
        usable += model::usable(path->state) ? 1 : 0;
        json.text("", path->device->name);
    }
    json.close().count("usable_paths", usable);
}

void put_adapters(JsonWriter& json, const std::vector<const PathView*>& paths) {
    PathsByName adapters;
    PathsByName nexuses;
    for (const PathView* path : paths) {
        std::string adapter = adapter_name(*path->device);
        if (adapter.empty()) {
            continue;
        }
        adapters[adapter].push_back(path);
        if (!path->device->target_port.empty()) {
            nexuses[adapter + "\n" + path->device->target_port].push_back(path);
        }
    }
    json.open_array("adapters");
    for (const auto& [name, members] : adapters) {
        const BlockDevice& device = *members.front()->device;
        json.open_object()
            .text("name", name)
            .text_or_null("pci_address", device.adapter.pci_address)
            .number_or_null("numa_node", known(device.adapter.numa_node));
        put_distances(json, device);
        put_members(json, members);
        json.close();
    }
    json.close().open_array("nexuses");
    for (const auto& [name, members] : nexuses) {
        json.open_object()
            .text("adapter", adapter_name(*members.front()->device))
            .text("target_port", members.front()->device->target_port);
        put_members(json, members);
        model::LatencyHistogram latency;
        for (const PathView* path : members) {
            latency.merge(path->latency);
        }
        put_latency(json, latency);
        json.close();
    }
    json.close();
}

void put_native_maps(JsonWriter& json, const Snapshot& snapshot) {
    json.open_array("native_maps");
    for (const model::NativeMap& map : snapshot.native_maps == nullptr
                                           ? std::vector<model::NativeMap>{}
                                           : *snapshot.native_maps) {
        json.open_object()
            .text("name", map.name)
            .text_or_null("wwid", map.wwid)
            .text("subsystem_nqn", map.subsystem_nqn)
            .text_or_null("product", map.model)
            .text_or_null("revision", map.revision)
            .text_or_null("serial", map.serial)
            .text_or_null("policy", map.policy)
            .count("size_bytes", map.size_sectors * kSectorBytes)
            .flag("read_only", map.read_only)
            .open_array("paths");
        for (const model::NativePath& path : map.paths) {
            json.open_object()
                .text("device", path.name)
                .text("controller", path.controller)
                .text("state", path.state)
                .text_or_null("ana_state", path.ana_state)
                .text("transport", path.transport)
                .text_or_null("address", path.address)
                .flag("usable", path.usable())
                .close();
        }
        json.close().close();
    }
    json.close();
}

}  // namespace

std::string render_topology_json2(const Snapshot& snapshot, Instant now) {
    JsonWriter json = document();
    json.count("generation", snapshot.generation).open_array("maps");
    for (const MapView* map : listed_maps(snapshot)) {
        put_map(json, *map, now);
    }
    std::vector<const PathView*> paths = listed_paths(snapshot);
    json.close().open_array("unused_paths");
    for (const PathView* path : paths) {
        if (path->map_alias.empty()) {
            put_path(json, *path, now);
        }
    }
    json.close();
    put_adapters(json, paths);
    put_native_maps(json, snapshot);
    return json.close().take();
}

std::string render_paths_json(std::span<const PathView* const> paths, Instant now) {
    JsonWriter json = document();
    json.open_array("paths");
    for (const PathView* path : paths) {
        put_path(json, *path, now);
    }
    return json.close().close().take();
}

std::string render_status_json(const Snapshot& snapshot, int pid) {
    std::map<std::string, std::uint64_t> counts;
    std::vector<const PathView*> paths = listed_paths(snapshot);
    for (const PathView* path : paths) {
        ++counts[std::string(path_state_name(path->state))];
    }
    JsonWriter json = document();
    json.number("pid", pid)
        .text("daemon", daemon_state_word(snapshot.daemon))
        .flag("reconfigure_pending", snapshot.reconfigure_pending)
        .flag("busy", snapshot.busy)
        .count("maps", listed_maps(snapshot).size())
        .count("paths", paths.size())
        .open_object("path_states");
    for (const auto& [state, count] : counts) {
        json.count(state, count);
    }
    json.close();
    json.open_object("checks")
        .count("total", snapshot.checks)
        .count("light", snapshot.light_checks)
        .close();
    json.open_object("probing")
        .count("in_flight", snapshot.probing.in_flight)
        .count("stuck", snapshot.probing.stuck)
        .count("workers", snapshot.probing.workers)
        .count("written_off", snapshot.probing.written_off)
        .close();
    return json.close().take();
}

std::string render_devices_json(const Snapshot& snapshot) {
    JsonWriter json = document();
    json.open_array("devices");
    for (const std::shared_ptr<const PathView>& path : snapshot.paths) {
        json.open_object();
        put_device(json, *path->device);
        json.text("status", trim(device_status(snapshot, *path)))
            .flag("monitored", path->monitored)
            .text_or_null("unused_reason", path->unused_reason)
            .close();
    }
    json.close().open_array("other_devices");
    for (const std::string& name : others_of(snapshot)) {
        json.open_object().text("name", name).text("status", device_status(snapshot, name)).close();
    }
    return json.close().close().take();
}

std::string render_text_json(std::string_view name, std::string_view text) {
    return document().text(name, text).close().take();
}

std::string render_wildcards_json() {
    JsonWriter json = document();
    const auto put = [&json](std::string_view key, auto fields) {
        json.open_array(key);
        for (const auto& field : fields) {
            json.open_object()
                .text("wildcard", std::string("%") + field.letter)
                .text("header", field.header)
                .close();
        }
        json.close();
    };
    put("maps", map_fields());
    put("paths", path_fields());
    return json.close().take();
}

}  // namespace mp::api
