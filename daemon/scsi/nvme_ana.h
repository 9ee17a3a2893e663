// SPDX-License-Identifier: GPL-2.0-or-later
// Asymmetric namespace access of NVMe: the commands that ask for it and the pages that answer.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "daemon/model/probe.h"
#include "daemon/scsi/bytes.h"

namespace mp::scsi {

/// Codes of the log page; a device may send others.
enum class AnaState : std::uint8_t {
    optimized = 1,
    non_optimized = 2,
    inaccessible = 3,
    persistent_loss = 4,
    change = 15,
};
/// The kernel's word for it, empty for a code that has none.
std::string_view ana_word(AnaState state);

/// Identify Controller, 4096 bytes.
model::NvmeRead identify_controller();
/// Whether the controller reports asymmetric access at all; unset when the answer is too short.
std::optional<bool> reports_ana(Bytes identify_data);

constexpr std::uint32_t kAnaLogLength = 4096;  ///< to begin with
constexpr std::uint32_t kAnaLogLengthMax = 64 * 1024;
/// The log page of all groups with their namespaces; its event stays for the kernel to see.
model::NvmeRead ana_log(std::uint32_t length);

struct AnaFound {
    std::optional<AnaState> state;  ///< of the group that has the namespace
    bool cut = false;               ///< not seen, and there is more than was read
};
AnaFound find_in_ana_log(Bytes log, std::uint32_t nsid);

}  // namespace mp::scsi
