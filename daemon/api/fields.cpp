// SPDX-License-Identifier: GPL-2.0-or-later
// What does each format letter print? The table of letters stands in three arrays; every value
// comes from one view and the time of the request. What is not known prints the word that scripts
// have always seen for it ("##", "[undef]", "(null)"), never an empty cell where a word is
// expected, so that columns stay countable. Values from devices are cleaned of control bytes: a
// vendor string with a newline must not become a row of its own.
//
// Vendor VPD data (%g) and foreign maps (%G) are not known to this daemon and print as absent.
#include "daemon/api/fields.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

namespace mp::api {
namespace {

using model::BlockDevice;
using model::GroupView;
using model::MapView;
using model::PathView;

void put_number(std::string& out, std::uint64_t value) {
    std::array<char, 24> digits;
    std::to_chars_result end = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    out.append(digits.data(), end.ptr);
}

void put_signed(std::string& out, std::int64_t value) {
    if (value < 0) {
        out += '-';
        put_number(out, 0 - static_cast<std::uint64_t>(value));
    } else {
        put_number(out, static_cast<std::uint64_t>(value));
    }
}

void put_hex(std::string& out, std::uint64_t value, int digits) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    out += "0x";
    for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) {
        out += kDigits[(value >> shift) & 0xf];
    }
}

void put_text(std::string& out, std::string_view text) {
    for (char c : text) {
        out += static_cast<unsigned char>(c) < ' ' || c == 0x7f ? '?' : c;
    }
}

void put_or(std::string& out, std::string_view text, std::string_view absent) {
    put_text(out, text.empty() ? absent : text);
}

std::uint64_t seconds_of(Duration duration) {
    return duration <= Duration{0} ? 0
                                   : static_cast<std::uint64_t>(
                                         std::chrono::ceil<std::chrono::seconds>(duration).count());
}

std::uint64_t seconds_until(Instant when, Instant now) {
    return when == kNever || when <= now ? 0 : seconds_of(when - now);
}

// ---- maps

const BlockDevice* first_named_device(const MapView& map) {
    for (const model::GroupView& group : map.groups) {
        for (const std::shared_ptr<const PathView>& path : group.paths) {
            if (!path->device->vendor.empty() && !path->device->product.empty()) {
                return path->device.get();
            }
        }
    }
    return nullptr;
}

void map_name(std::string& out, const MapView& map, Instant) {
    put_text(out, map.alias.empty() ? map.wwid.str() : map.alias);
}

void map_uuid(std::string& out, const MapView& map, Instant) {
    put_text(out, map.wwid.str());
}

void map_sysfs(std::string& out, const MapView& map, Instant) {
    if (!map.exists) {
        out += "undef";
        return;
    }
    out += "dm-";
    put_number(out, map.dm_minor);
}

void map_failback(std::string& out, const MapView& map, Instant now) {
    if (map.failback_due != kNever && map.failback_delay > Duration{0}) {
        out += progress_text(seconds_until(map.failback_due, now), seconds_of(map.failback_delay));
    } else {
        put_or(out, map.failback, "undef");
    }
}

void map_queueing(std::string& out, const MapView& map, Instant) {
    put_or(out, map.queueing, "-");
}
void map_paths(std::string& out, const MapView& map, Instant) {
    put_number(out, map.active_paths);
}

void map_write_prot(std::string& out, const MapView& map, Instant) {
    out += !map.exists ? "undef" : map.read_only ? "ro" : "rw";
}

void map_dm_state(std::string& out, const MapView& map, Instant) {
    out += !map.exists ? "undef" : map.suspended ? "suspend" : "active";
}

void map_size(std::string& out, const MapView& map, Instant) {
    out += size_text(map.size_sectors);
}
void map_features(std::string& out, const MapView& map, Instant) {
    put_or(out, map.features, "0");
}

void map_failures(std::string& out, const MapView& map, Instant) {
    put_number(out, map.map_failures);
}

void map_hw_handler(std::string& out, const MapView& map, Instant) {
    put_or(out, map.hw_handler, "0");
}

void map_action(std::string& out, const MapView& map, Instant) {
    put_text(out, map.action);
}

void map_path_faults(std::string& out, const MapView& map, Instant) {
    put_number(out, map.path_faults);
}

void map_switches(std::string& out, const MapView& map, Instant) {
    put_number(out, map.group_switches);
}

void map_loads(std::string& out, const MapView& map, Instant) {
    put_number(out, map.table_loads);
}

void map_queueing_time(std::string& out, const MapView& map, Instant) {
    put_signed(out, std::chrono::duration_cast<std::chrono::seconds>(map.queueing_time).count());
}

void map_queueing_timeouts(std::string& out, const MapView& map, Instant) {
    put_number(out, map.queueing_timeouts);
}

void map_vendor(std::string& out, const MapView& map, Instant) {
    const BlockDevice* device = first_named_device(map);
    put_or(out, device != nullptr ? device->vendor : "", "##");
}

void map_product(std::string& out, const MapView& map, Instant) {
    const BlockDevice* device = first_named_device(map);
    put_or(out, device != nullptr ? device->product : "", "##");
}

void map_revision(std::string& out, const MapView& map, Instant) {
    const BlockDevice* device = first_named_device(map);
    put_or(out, device != nullptr ? device->revision : "", "##");
}

void map_vendor_product(std::string& out, const MapView& map, Instant now) {
    map_vendor(out, map, now);
    out += ',';
    map_product(out, map, now);
}

void map_foreign(std::string& out, const MapView&, Instant) {
    out += "--";
}
void map_vpd_data(std::string& out, const MapView&, Instant) {
    out += "[undef]";
}

void put_sectors_kb(std::string& out, std::int64_t value) {
    if (value < 0) {
        out += "n/a";
    } else {
        put_signed(out, value);
    }
}

void map_max_sectors(std::string& out, const MapView& map, Instant) {
    put_sectors_kb(out, map.max_sectors_kb);
}

/// I/Os to near paths, spilled over to farther ones, and to farther ones for lack of near ones.
void map_numa_ios(std::string& out, const MapView& map, Instant) {
    model::NumaShares sum;
    bool any = false;
    for (const GroupView& group : map.groups) {
        if (group.numa) {
            any = true;
            sum.local += group.numa->local;
            sum.spilled += group.numa->spilled;
            sum.remote += group.numa->remote;
        }
    }
    out += any ? std::to_string(sum.local) + "/" + std::to_string(sum.spilled) + "/" +
                     std::to_string(sum.remote)
               : "[undef]";
}

constexpr std::array<MapField, 26> kMapFields = {{
    {'n', "name", map_name},
    {'w', "uuid", map_uuid},
    {'d', "sysfs", map_sysfs},
    {'F', "failback", map_failback},
    {'Q', "queueing", map_queueing},
    {'N', "paths", map_paths},
    {'r', "write_prot", map_write_prot},
    {'t', "dm-st", map_dm_state},
    {'S', "size", map_size},
    {'f', "features", map_features},
    {'x', "failures", map_failures},
    {'h', "hwhandler", map_hw_handler},
    {'A', "action", map_action},
    {'0', "path_faults", map_path_faults},
    {'1', "switch_grp", map_switches},
    {'2', "map_loads", map_loads},
    {'3', "total_q_time", map_queueing_time},
    {'4', "q_timeouts", map_queueing_timeouts},
    {'s', "vend/prod", map_vendor_product},
    {'v', "vend", map_vendor},
    {'p', "prod", map_product},
    {'e', "rev", map_revision},
    {'G', "foreign", map_foreign},
    {'g', "vpd page data", map_vpd_data},
    {'k', "max_sectors_kb", map_max_sectors},
    {'l', "near/spill/far", map_numa_ios},
}};

// ---- paths

bool mapped(const PathView& path) {
    return !path.map_alias.empty();
}
bool over_fc(const PathView& path) {
    return path.device->protocol == model::Protocol::scsi_fcp;
}

void path_uuid(std::string& out, const PathView& path, Instant) {
    put_text(out, path.wwid.str());
}

void path_hcil(std::string& out, const PathView& path, Instant) {
    const BlockDevice& device = *path.device;
    if (!device.hctl) {
        out += "#:#:#:#";
        return;
    }
    put_number(out, device.hctl->host);
    out += ':';
    put_number(out, device.hctl->channel);
    out += ':';
    put_number(out, device.hctl->target);
    out += ':';
    put_number(out, device.hctl->lun);
}

void path_dev(std::string& out, const PathView& path, Instant) {
    put_or(out, path.device->name, "-");
}

void path_dev_t(std::string& out, const PathView& path, Instant) {
    const DevT& devt = path.device->devt;
    if (devt == DevT{}) {
        out += "#:#";
        return;
    }
    put_number(out, devt.major);
    out += ':';
    put_number(out, devt.minor);
}

void path_dm_state(std::string& out, const PathView& path, Instant) {
    out += model::dm_path_state_text(path.dm_state);
}

void path_dev_state(std::string& out, const PathView& path, Instant) {
    put_or(out, mapped(path) ? path.offline_word : "", "unknown");
}

void path_check_state(std::string& out, const PathView& path, Instant) {
    out += mapped(path) ? model::path_state_text(path.state) : "undef";
}

void path_vendor_product(std::string& out, const PathView& path, Instant) {
    put_or(out, path.device->vendor, "##");
    out += ',';
    put_or(out, path.device->product, "##");
    out += ',';
    put_or(out, path.device->revision, "##");
}

void path_checker(std::string& out, const PathView& path, Instant) {
    put_or(out, path.checker, "(null)");
}

void path_next_check(std::string& out, const PathView& path, Instant now) {
    if (!mapped(path)) {
        out += "orphan";
    } else {
        out += progress_text(seconds_until(path.next_check, now), seconds_of(path.check_interval));
    }
}

void path_priority(std::string& out, const PathView& path, Instant) {
    put_signed(out, path.priority);
}

void path_size(std::string& out, const PathView& path, Instant) {
    out += size_text(path.device->size_sectors);
}

void path_serial(std::string& out, const PathView& path, Instant) {
    put_text(out, path.device->serial);
}

void put_marginal(std::string& out, bool marginal) {
    out += marginal ? "marginal" : "normal";
}

void path_marginal(std::string& out, const PathView& path, Instant) {
    put_marginal(out, path.marginal);
}

void path_map(std::string& out, const PathView& path, Instant) {
    put_or(out, path.map_alias, path.offline_word == "offline" ? "[offline]" : "[orphan]");
}

void put_fc(std::string& out, const PathView& path, std::string_view value) {
    put_or(out, over_fc(path) ? value : "", over_fc(path) ? "[unknown]" : "[undef]");
}

void path_host_wwnn(std::string& out, const PathView& path, Instant) {
    put_fc(out, path, path.device->host_wwnn);
}

/// FC: the node name. iSCSI: the target's name, which is the target port without its portal group.
void path_target_wwnn(std::string& out, const PathView& path, Instant) {
    std::string_view name = path.device->target_wwnn;
    if (name.empty() && path.device->protocol == model::Protocol::scsi_iscsi) {
        name = path.device->target_port;
        name = name.substr(0, name.find(','));
    }
    put_or(out, name, "[undef]");
}

void path_host_wwpn(std::string& out, const PathView& path, Instant) {
    put_fc(out, path, path.device->host_wwpn);
}

void path_target_wwpn(std::string& out, const PathView& path, Instant) {
    put_fc(out, path, path.device->target_wwpn);
}

void path_host_adapter(std::string& out, const PathView& path, Instant) {
    put_or(out, path.device->adapter.pci_address, "[undef]");
}

void path_foreign(std::string& out, const PathView&, Instant) {
    out += "--";
}
void path_vpd_data(std::string& out, const PathView&, Instant) {
    out += "[undef]";
}
void path_failures(std::string& out, const PathView& path, Instant) {
    put_number(out, path.failures);
}

void path_protocol(std::string& out, const PathView& path, Instant) {
    out += model::protocol_text(path.device->protocol);
}

void path_init(std::string& out, const PathView& path, Instant) {
    out += model::init_state_text(path.init);
}

void path_lun(std::string& out, const PathView& path, Instant) {
    out += path.device->hctl ? lun_text(path.device->hctl->lun) : "0xffffffffffffffff";
}

void path_target_group(std::string& out, const PathView& path, Instant) {
    if (path.target_port_group < 0) {
        out += "[undef]";
    } else {
        put_hex(out, static_cast<std::uint64_t>(path.target_port_group), 4);
    }
}

void path_max_sectors(std::string& out, const PathView& path, Instant) {
    put_sectors_kb(out, path.device->max_sectors_kb);
}

void path_node(std::string& out, const PathView& path, Instant) {
    if (path.device->adapter.numa_node < 0) {
        out += "[undef]";
    } else {
        put_signed(out, path.device->adapter.numa_node);
    }
}

/// Half of the checks, and 99 of a hundred, are answered within so many ms.
void path_latency(std::string& out, const PathView& path, Instant) {
    if (path.latency.total() == 0) {
        out += "[undef]";
        return;
    }
    constexpr std::int64_t kUsPerTenth = 100;
    const auto put_ms = [&out](Duration latency) {
        std::int64_t tenths = (latency.count() + kUsPerTenth - 1) / kUsPerTenth;
        put_signed(out, tenths / 10);
        out += '.';
        put_signed(out, tenths % 10);
    };
    put_ms(path.latency.quantile(50));
    out += '/';
    put_ms(path.latency.quantile(99));
}

void path_latency_notice(std::string& out, const PathView& path, Instant) {
    out += path.latency.total() == 0 ? "[undef]" : path.latency_notice.empty() ? "usual" : "slow";
}

/// Distances of the adapter's node to node 0, 1, ..., with commas.
void path_node_distance(std::string& out, const PathView& path, Instant) {
    if (path.device->adapter.node_distance.empty()) {
        out += "[undef]";
        return;
    }
    std::string_view comma;
    for (const int distance : path.device->adapter.node_distance) {
        out += comma;
        put_signed(out, distance);
        comma = ",";
    }
}

constexpr std::array<PathField, 32> kPathFields = {{
    {'w', "uuid", path_uuid},
    {'i', "hcil", path_hcil},
    {'d', "dev", path_dev},
    {'D', "dev_t", path_dev_t},
    {'t', "dm_st", path_dm_state},
    {'o', "dev_st", path_dev_state},
    {'T', "chk_st", path_check_state},
    {'s', "vend/prod/rev", path_vendor_product},
    {'c', "checker", path_checker},
    {'C', "next_check", path_next_check},
    {'p', "pri", path_priority},
    {'S', "size", path_size},
    {'z', "serial", path_serial},
    {'M', "marginal_st", path_marginal},
    {'m', "multipath", path_map},
    {'N', "host WWNN", path_host_wwnn},
    {'n', "target WWNN", path_target_wwnn},
    {'R', "host WWPN", path_host_wwpn},
    {'r', "target WWPN", path_target_wwpn},
    {'a', "host adapter", path_host_adapter},
    {'G', "foreign", path_foreign},
    {'g', "vpd page data", path_vpd_data},
    {'0', "failures", path_failures},
    {'P', "protocol", path_protocol},
    {'I', "init_st", path_init},
    {'L', "LUN hex", path_lun},
    {'A', "TPG", path_target_group},
    {'k', "max_sectors_kb", path_max_sectors},
    {'e', "node", path_node},
    {'E', "node_distance", path_node_distance},
    {'l', "ms 50%/99%", path_latency},
    {'q', "latency", path_latency_notice},
}};

// ---- path groups

void group_selector(std::string& out, const GroupView& group, Instant) {
    put_text(out, group.selector);
}

void group_priority(std::string& out, const GroupView& group, Instant) {
    put_signed(out, group.priority);
}

void group_state(std::string& out, const GroupView& group, Instant) {
    out += model::dm_group_state_text(group.dm_state);
}

void group_marginal(std::string& out, const GroupView& group, Instant) {
    put_marginal(out, group.marginal);
}

constexpr std::array<GroupField, 4> kGroupFields = {{
    {'s', "selector", group_selector},
    {'p', "pri", group_priority},
    {'t', "dm_st", group_state},
    {'M', "marginal_st", group_marginal},
}};

}  // namespace

std::span<const MapField> map_fields() {
    return kMapFields;
}
std::span<const PathField> path_fields() {
    return kPathFields;
}
std::span<const GroupField> group_fields() {
    return kGroupFields;
}

std::string size_text(std::uint64_t sectors) {
    constexpr std::string_view kUnits = "KMGTP";
    double size = static_cast<double>(sectors / 2);
    std::size_t unit = 0;
    while (size >= 1024 && unit + 1 < kUnits.size()) {
        size /= 1024;
        ++unit;
    }
    std::array<char, 40> text;
    int length =
        std::snprintf(text.data(), text.size(), "%.*f%c", size < 10 ? 1 : 0, size, kUnits[unit]);
    return std::string(text.data(), static_cast<std::size_t>(std::max(length, 0)));
}

std::string progress_text(std::uint64_t current, std::uint64_t total) {
    constexpr std::uint64_t kCells = 10;
    current = std::min(current, total);
    std::uint64_t filled = total == 0 ? 0 : kCells * current / total;
    std::string out(filled, 'X');
    out.append(kCells - filled, '.');
    out += ' ';
    put_number(out, current);
    out += '/';
    put_number(out, total);
    return out;
}

std::string lun_text(std::uint64_t lun) {
    std::uint64_t layout = 0;
    for (int level = 0; level < 4; ++level) {
        layout |= ((lun >> (16 * level)) & 0xffff) << (48 - 16 * level);
    }
    std::string out;
    put_hex(out, layout, 16);
    return out;
}

}  // namespace mp::api
