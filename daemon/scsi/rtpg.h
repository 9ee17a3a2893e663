// SPDX-License-Identifier: GPL-2.0-or-later
// Parameter data of REPORT TARGET PORT GROUPS: asymmetric access states.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "daemon/base/result.h"
#include "daemon/scsi/bytes.h"

namespace mp::scsi {

/// Values as sent; 0x4..0xd are reserved and kept as they are.
enum class AccessState : std::uint8_t {
    active_optimized = 0x0,
    active_non_optimized = 0x1,
    standby = 0x2,
    unavailable = 0x3,
    lba_dependent = 0x4,
    offline = 0xe,
    transitioning = 0xf,
};
/// The kernel's words ("active/optimized", "lba-dependent"); "reserved" for others.
std::string_view access_state_text(AccessState state);
std::optional<AccessState> access_state_of_text(std::string_view text);

struct TargetPortGroup {
    std::uint16_t id = 0;
    AccessState state = AccessState::unavailable;
    bool preferred = false;
    std::uint8_t supported_states = 0;  ///< byte 1 of the descriptor
    std::uint8_t status_code = 0;       ///< 0 none, 1 changed by command, 2 changed implicitly
    std::vector<std::uint16_t> ports;   ///< relative target port identifiers
    auto operator<=>(const TargetPortGroup&) const = default;
};

struct TargetPortGroups {
    std::vector<TargetPortGroup> groups;
    std::uint32_t declared = 0;  ///< bytes of the whole answer by its header, header included
    std::uint8_t implicit_transition_s = 0;  ///< 0 unknown
    bool cut = false;  ///< fewer bytes came than declared: ask again with a larger allocation
};
/// Errors: invalid: shorter than the header, or a descriptor that runs past the declared length.
/// A cut answer is not an error: its whole groups are returned.
Result<TargetPortGroups> parse_target_port_groups(Bytes data);

/// Null when the group is not in the answer.
const TargetPortGroup* find_group(const TargetPortGroups& groups, std::uint16_t id);

}  // namespace mp::scsi
