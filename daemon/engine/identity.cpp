// SPDX-License-Identifier: GPL-2.0-or-later
// Which disk is behind a path, as far as facts tell? Two steps: a page 0x83 (SPC-5 7.7.6) becomes a
// WWID, and configuration plus udev plus sysfs facts become a decision.
//
// The choice among designators of the logical unit, best first: NAA 6, NAA 5, NAA 2, EUI-64, SCSI
// name string, T10 vendor id, NAA 3, UUID; the first of equals wins. The order and the text forms
// (3, 2, 8 or 1 and the value) are those of the field: names of maps, bindings and boot
// configurations hold them. UUID designators are the project's own addition: "a" and 32 hexadecimal
// digits, after the rule that the first character is the designator type. They come last, so that a
// disk that had an id before keeps it. What breaks the rules of its type (length, characters) is
// skipped. A page that breaks off is used for what precedes the break if that id is unique in the
// world; a T10 id may then be one that many disks share, and is refused.
//
// The decision: the configured udev property first. Without it the fallbacks of the bus, but only
// when the property is the usual one (or none), and not before udev had its chances. No udev data
// at all means a container, where udev will never say anything. For DASD the id is the whole one:
// two z/VM minidisks of one volume share the first four parts; the short one is used only if
// configured.
#include "daemon/engine/identity.h"

#include <algorithm>
#include <array>

#include "daemon/base/strings.h"

namespace mp::engine {
namespace {

using model::BlockDevice;
using model::Bus;
using scsi::Designator;
using scsi::DesignatorType;

constexpr std::size_t kT10VendorChars = 8;
constexpr std::size_t kUuidBytes = 18;
constexpr std::size_t kDasdShortParts = 4;

enum Rank {
    rank_none = 0,
    rank_uuid,
    rank_naa3,
    rank_t10,
    rank_name,
    rank_eui,
    rank_naa2,
    rank_naa5,
    rank_naa6
};

Rank rank_of_naa(scsi::Bytes value) {
    switch (value[0] >> 4U) {
        case 6:
            return value.size() == 16 ? rank_naa6 : rank_none;
        case 5:
            return value.size() == 8 ? rank_naa5 : rank_none;
        case 2:
            return value.size() == 8 ? rank_naa2 : rank_none;
        case 3:
            return value.size() == 8 ? rank_naa3 : rank_none;
        default:
            return rank_none;
    }
}

bool printable(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c <= 0x7e; });
}

// Up to the first NUL: names are NUL-terminated and NUL-padded.
std::string_view terminated(scsi::Bytes value) {
    std::string_view text(reinterpret_cast<const char*>(value.data()), value.size());
    return text.substr(0, text.find('\0'));
}

std::optional<std::string> name_text(scsi::Bytes value) {
    std::string_view name = trim(terminated(value));
    if (name.size() <= 4 || name.find(' ') != std::string_view::npos) {
        return std::nullopt;
    }
    std::string prefix = lower(name.substr(0, 4));
    std::string_view rest = name.substr(4);
    if (prefix == "eui.") {
        return "2" + lower(rest);
    }
    if (prefix == "naa.") {
        return "3" + lower(rest);
    }
    if (prefix == "iqn.") {
        return "8" + std::string(rest);
    }
    return std::nullopt;
}

std::optional<std::string> t10_text(scsi::Bytes value) {
    std::string_view text = terminated(value);
    if (text.size() < kT10VendorChars) {
        return std::nullopt;
    }
    std::string out = "1";
    bool blank = false;
    for (char c : trim(text)) {
        if (c == ' ') {
            blank = true;
            continue;
        }
        if (blank) {
            out += '_';
            blank = false;
        }
        out += c;
    }
    return out.size() > 1 ? std::optional(out) : std::nullopt;
}

struct Candidate {
    Rank rank = rank_none;
    std::string text;
};

Candidate candidate_of(const Designator& designator) {
    if (designator.association != scsi::Association::logical_unit || designator.value.empty()) {
        return {};
    }
    scsi::Bytes value = designator.value;
    Candidate out;
    switch (designator.type) {
        case DesignatorType::naa:
            out = {rank_of_naa(value), "3" + scsi::hex_text(value)};
            break;
        case DesignatorType::eui64: {
            bool sized = value.size() == 8 || value.size() == 12 || value.size() == 16;
            out = {sized ? rank_eui : rank_none, "2" + scsi::hex_text(value)};
            break;
        }
        case DesignatorType::scsi_name_string:
            if (std::optional<std::string> text = name_text(value)) {
                out = {rank_name, *text};
            }
            break;
        case DesignatorType::t10_vendor_id:
            if (std::optional<std::string> text = t10_text(value)) {
                out = {rank_t10, *text};
            }
            break;
        case DesignatorType::uuid:
            if (value.size() == kUuidBytes && value[0] >> 4U == 1) {
                out = {rank_uuid, "a" + scsi::hex_text(value.subspan(2))};
            }
            break;
        case DesignatorType::vendor_specific:
        case DesignatorType::relative_target_port:
        case DesignatorType::target_port_group:
        case DesignatorType::logical_unit_group:
        case DesignatorType::md5:
        case DesignatorType::protocol_specific_port:
            break;
    }
    bool zeros = std::ranges::all_of(value, [](std::uint8_t byte) { return byte == 0; });
    if (out.rank == rank_none || zeros || out.text.size() > kWwidCharsMax || !printable(out.text)) {
        return {};
    }
    return out;
}

bool unique(Rank rank) {
    return rank >= rank_name || rank == rank_uuid;
}

// What the kernel itself puts into a uevent; udev's own work is anything else.
bool has_udev_data(const BlockDevice& device) {
    constexpr std::array<std::string_view, 11> kKernelKeys = {
        "ACTION", "DEVMODE", "DEVNAME", "DEVPATH", "DEVTYPE",  "DISKSEQ",
        "MAJOR",  "MINOR",   "PARTN",   "SEQNUM",  "SUBSYSTEM"};
    if (device.udev_initialized) {
        return true;
    }
    return std::ranges::any_of(device.properties, [&](const auto& entry) {
        return std::ranges::find(kKernelKeys, entry.first) == kKernelKeys.end();
    });
}

struct Attribute {
    std::string name;
    bool usual = false;       ///< the one that everybody uses on this bus: fallback is allowed
    bool configured = false;  ///< somebody wrote it into a configuration file
};

bool usual_attribute(std::string_view name, Bus bus) {
    switch (bus) {
        case Bus::nvme:
            return name == "ID_WWN";
        case Bus::ccw:
            return name == "ID_UID" || name == "ID_XUID";
        case Bus::scsi:
        case Bus::cciss:
        case Bus::unknown:
        case Bus::other:
            break;
    }
    return name == "ID_SERIAL";
}

Attribute attribute_for(const BlockDevice& device, const conf::PathPolicy& policy,
                        const conf::Globals& globals) {
    Attribute out{.name = policy.uid_attribute, .configured = !policy.uid_attribute_built_in};
    std::size_t longest = 0;
    for (const std::pair<const std::string, std::string>& entry : globals.uid_attrs) {
        if (starts_with(device.name, entry.first) && entry.first.size() >= longest) {
            longest = entry.first.size();
            out = {.name = entry.second, .configured = true};
        }
    }
    // Built-in tables say ID_UID for DASD, which two minidisks of one volume share.
    if (device.bus == Bus::ccw && !out.configured && out.name == "ID_UID") {
        out.name = "ID_XUID";
    }
    out.usual = out.name.empty() || (!out.configured && policy.uid_attribute_is_default) ||
                usual_attribute(out.name, device.bus);
    return out;
}

// NVMe ids of the form nvme.<vendor>-<serial>-<model>-<namespace> carry serial and model in
// hexadecimal, which some kernels pad with blanks or zeros far beyond the limit.
std::string without_nvme_padding(const std::string& text) {
    if (!starts_with(text, "nvme.") || text.size() <= kWwidCharsMax) {
        return text;
    }
    std::vector<std::string> parts;
    for (std::string_view part : split(text, '-')) {
        while (part.size() > 2 && (ends_with(part, "00") || ends_with(part, "20")) &&
               !parts.empty() && parts.size() < 3) {
            part.remove_suffix(2);
        }
        parts.emplace_back(part);
    }
    return join(parts, "-");
}

WwidDecision none(std::string reason) {
    return {.kind = WwidDecision::Kind::none, .reason = std::move(reason)};
}

WwidDecision known(std::string_view raw, std::string source) {
    std::string text = without_nvme_padding(std::string(trim(raw)));
    if (text.empty()) {
        return none(source + " is empty");
    }
    if (text.size() > kWwidCharsMax) {
        return none(source + " is too long for a WWID (" + std::to_string(text.size()) +
                    " characters)");
    }
    if (!printable(text)) {
        return none(source + " holds characters that a WWID cannot have");
    }
    return {.kind = WwidDecision::Kind::known, .wwid = Wwid(text), .source = std::move(source)};
}

std::string short_dasd_uid(const std::string& uid) {
    std::vector<std::string> parts;
    for (std::string_view part : split(uid, '.')) {
        if (parts.size() < kDasdShortParts) {
            parts.emplace_back(part);
        }
    }
    return join(parts, ".");
}

WwidDecision from_sysfs(const BlockDevice& device, const Attribute& attribute) {
    switch (device.bus) {
        case Bus::scsi:
        case Bus::cciss: {
            if (device.vpd_pg83.empty()) {
                return {.kind = WwidDecision::Kind::need_inquiry,
                        .reason = "sysfs has no vpd_pg83"};
            }
            Result<Wwid> wwid = wwid_of_vpd83(device.vpd_pg83);
            if (!wwid) {
                return {.kind = WwidDecision::Kind::need_inquiry,
                        .reason = std::string("sysfs vpd_pg83: ") + wwid.error().what};
            }
            return known(wwid->str(), "sysfs vpd_pg83");
        }
        case Bus::nvme:
            return device.sysfs_wwid.empty() ? none("sysfs has no wwid for this namespace")
                                             : known(device.sysfs_wwid, "sysfs wwid");
        case Bus::ccw:
            if (device.ccw_uid.empty()) {
                return none("the device has no uid");
            }
            return attribute.name == "ID_UID" ? known(short_dasd_uid(device.ccw_uid), "sysfs uid")
                                              : known(device.ccw_uid, "sysfs uid");
        case Bus::unknown:
        case Bus::other:
            break;
    }
    return none("the kernel gives no identity for this kind of device: configure uid_attrs");
}

}  // namespace

std::optional<std::string> wwid_text_of(const scsi::Designator& designator) {
    Candidate candidate = candidate_of(designator);
    return candidate.rank == rank_none ? std::nullopt : std::optional(candidate.text);
}

Result<Wwid> wwid_of_vpd83(scsi::Bytes page) {
    MP_TRY(scsi::DesignatorList list, scsi::parse_designators(page));
    Candidate best;
    for (const Designator& designator : list.designators) {
        Candidate candidate = candidate_of(designator);
        if (candidate.rank > best.rank) {
            best = std::move(candidate);
        }
    }
    if (list.defect && !unique(best.rank)) {
        return tl::unexpected<Error>(*list.defect);
    }
    if (best.rank == rank_none) {
        return fail(Errc::invalid, "identification page names no logical unit");
    }
    return Wwid(best.text);
}

WwidDecision decide_wwid(const BlockDevice& device, const conf::PathPolicy& policy,
                         const conf::Globals& globals, bool udev_retries_used_up) {
    Attribute attribute = attribute_for(device, policy, globals);
    bool other_bus = device.bus == Bus::other || device.bus == Bus::unknown;
    if (other_bus && !attribute.configured) {
        return none("this kind of device has no identity of its own: configure uid_attrs");
    }
    if (!attribute.name.empty()) {
        std::map<std::string, std::string>::const_iterator found =
            device.properties.find(attribute.name);
        if (found != device.properties.end() && !trim(found->second).empty()) {
            return known(found->second, "udev property " + attribute.name);
        }
        std::string missing = "udev property " + attribute.name + " is missing";
        bool udev = has_udev_data(device);
        // An older udev rule set knows only the short id; the kernel has the whole one at once.
        bool dasd_whole = device.bus == Bus::ccw && attribute.name == "ID_XUID" &&
                          !device.ccw_uid.empty() && device.properties.contains("ID_UID");
        if (udev && !udev_retries_used_up && !dasd_whole) {
            return {.kind = WwidDecision::Kind::wait_udev, .reason = missing};
        }
        if (!attribute.usual) {
            return none(missing + " and it is configured, so nothing else is used");
        }
    }
    return from_sysfs(device, attribute);
}

Result<IdentityBaseline> baseline_of_vpd83(scsi::Bytes page, const Wwid& wwid) {
    MP_TRY(scsi::DesignatorList list, scsi::parse_designators(page));
    IdentityBaseline out;
    if (!list.defect && list.peripheral.connected()) {
        out.page.assign(page.begin(), page.end());
    }
    Candidate best;
    std::string key_of_wwid;
    for (const Designator& designator : list.designators) {
        bool names_unit = designator.type != DesignatorType::logical_unit_group &&
                          designator.type != DesignatorType::relative_target_port &&
                          designator.type != DesignatorType::target_port_group;
        if (designator.association != scsi::Association::logical_unit || !names_unit) {
            continue;
        }
        Candidate candidate = candidate_of(designator);
        std::string id = candidate.text;
        if (unique(candidate.rank)) {
            out.unique_ids.push_back(id);
        } else {
            std::array<std::uint8_t, 1> type{static_cast<std::uint8_t>(designator.type)};
            id = scsi::hex_text(type) + ":" + scsi::hex_text(designator.value);
            out.weak_ids.push_back(id);
        }
        if (candidate.rank != rank_none && candidate.text == wwid.str()) {
            key_of_wwid = id;
        }
        if (candidate.rank > best.rank) {
            best = {candidate.rank, id};
        }
    }
    for (std::vector<std::string>* ids : {&out.unique_ids, &out.weak_ids}) {
        std::ranges::sort(*ids);
        ids->erase(std::unique(ids->begin(), ids->end()), ids->end());
    }
    out.key = key_of_wwid.empty() ? best.text : key_of_wwid;
    if (out.key.empty() && !out.weak_ids.empty()) {
        out.key = out.weak_ids.front();
    }
    return out;
}

bool identities_contradict(const IdentityBaseline& one, const IdentityBaseline& other) {
    bool same_kind = false;
    for (const std::string& id : one.unique_ids) {
        for (const std::string& theirs : other.unique_ids) {
            if (id == theirs) {
                return false;
            }
            same_kind = same_kind || (id[0] == theirs[0] && id.size() == theirs.size());
        }
    }
    return same_kind;
}

}  // namespace mp::engine
