// SPDX-License-Identifier: GPL-2.0-or-later
// Which target port groups are there and in which state? SPC-5 6.36: a 4-byte length, in the
// extended format followed by a 4-byte header (format type 1, implicit transition time), then
// descriptors of 8 bytes plus 4 per port. Both formats are told apart by the format type field,
// which in the plain format is the first byte of a descriptor: PREF is bit 7 there and the state
// bits 0..3, so the value 0x1x of the extended header would be a descriptor with a reserved bit
// set.
#include "daemon/scsi/rtpg.h"

#include <array>
#include <utility>

namespace mp::scsi {
namespace {

constexpr std::size_t kLengthField = 4;
constexpr std::size_t kExtendedHeader = 8;
constexpr std::size_t kGroupHeader = 8;
constexpr std::size_t kPortDescriptor = 4;
constexpr std::uint8_t kExtendedFormat = 0x10;
constexpr std::uint8_t kFormatMask = 0x70;

constexpr std::array<std::pair<AccessState, std::string_view>, 7> kStateWords = {{
    {AccessState::active_optimized, "active/optimized"},
    {AccessState::active_non_optimized, "active/non-optimized"},
    {AccessState::standby, "standby"},
    {AccessState::unavailable, "unavailable"},
    {AccessState::lba_dependent, "lba-dependent"},
    {AccessState::offline, "offline"},
    {AccessState::transitioning, "transitioning"},
}};

}  // namespace

std::string_view access_state_text(AccessState state) {
    for (const std::pair<AccessState, std::string_view>& entry : kStateWords) {
        if (entry.first == state) {
            return entry.second;
        }
    }
    return "reserved";
}

std::optional<AccessState> access_state_of_text(std::string_view text) {
    for (const std::pair<AccessState, std::string_view>& entry : kStateWords) {
        if (entry.second == text) {
            return entry.first;
        }
    }
    return std::nullopt;
}

Result<TargetPortGroups> parse_target_port_groups(Bytes data) {
    std::optional<std::uint32_t> length = u32_at(data, 0);
    if (!length) {
        return fail(Errc::invalid, "target port group answer shorter than its header");
    }
    if (*length > UINT32_MAX - kLengthField) {
        return fail(Errc::invalid, "target port group answer with an absurd length");
    }
    TargetPortGroups out;
    out.declared = *length + static_cast<std::uint32_t>(kLengthField);
    Bytes valid = slice(data, 0, out.declared);
    out.cut = valid.size() < out.declared;
    std::size_t at = kLengthField;
    if ((u8_at(valid, at).value_or(0) & kFormatMask) == kExtendedFormat) {
        out.implicit_transition_s = u8_at(valid, at + 1).value_or(0);
        at = kExtendedHeader;
    }
    while (at < valid.size()) {
        Bytes header = slice(valid, at, kGroupHeader);
        std::size_t ports = u8_at(header, 7).value_or(0);
        Bytes list = slice(valid, at + kGroupHeader, ports * kPortDescriptor);
        if (header.size() < kGroupHeader || list.size() < ports * kPortDescriptor) {
            if (out.cut) {
                return out;
            }
            return fail(Errc::invalid, "target port group descriptor runs past the answer");
        }
        TargetPortGroup group{.id = *u16_at(header, 2),
                              .state = static_cast<AccessState>(header[0] & 0xfU),
                              .preferred = (header[0] & 0x80U) != 0,
                              .supported_states = header[1],
                              .status_code = header[5]};
        for (std::size_t i = 0; i < ports; ++i) {
            group.ports.push_back(*u16_at(list, i * kPortDescriptor + 2));
        }
        out.groups.push_back(std::move(group));
        at += kGroupHeader + ports * kPortDescriptor;
    }
    return out;
}

const TargetPortGroup* find_group(const TargetPortGroups& groups, std::uint16_t id) {
    for (const TargetPortGroup& group : groups.groups) {
        if (group.id == id) {
            return &group;
        }
    }
    return nullptr;
}

}  // namespace mp::scsi
