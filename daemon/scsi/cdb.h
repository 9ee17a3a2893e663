// SPDX-License-Identifier: GPL-2.0-or-later
// Builders of the commands that checkers, prioritizers and identity checks send. Each returns the
// command with its allocation length as transfer length, so that the two can never differ.
#pragma once

#include <cstdint>

#include "daemon/model/probe.h"

namespace mp::scsi {

/// Fits the one-byte ALLOCATION LENGTH of devices older than SPC-3, and is a multiple of four.
constexpr std::uint16_t kShortAllocation = 252;
/// The largest transfer that model::ScsiCommand allows.
constexpr std::uint32_t kTransferMax = 64U * 1024U;

model::ScsiCommand test_unit_ready();
/// Standard INQUIRY data; `allocation` of at least 36 gives vendor, product and revision.
model::ScsiCommand inquiry(std::uint16_t allocation = 96);
model::ScsiCommand inquiry_vpd(std::uint8_t page, std::uint16_t allocation = kShortAllocation);

/// Parameter data with the extended header carry the implicit transition time.
enum class RtpgHeader { length_only, extended };
/// `allocation` is at most kTransferMax (asserted).
model::ScsiCommand report_target_port_groups(RtpgHeader header, std::uint32_t allocation);

/// `blocks * block_size` is at most kTransferMax and not 0 (asserted).
model::ScsiCommand read_10(std::uint32_t lba, std::uint16_t blocks, std::uint32_t block_size);
model::ScsiCommand read_16(std::uint64_t lba, std::uint32_t blocks, std::uint32_t block_size);
model::ScsiCommand read_capacity_10();
model::ScsiCommand read_capacity_16();

}  // namespace mp::scsi
