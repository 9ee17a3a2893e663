// SPDX-License-Identifier: GPL-2.0-or-later
// Which bytes make which command? Layouts: SPC-5 6.6 INQUIRY, 6.36 REPORT TARGET PORT GROUPS (a
// service action of MAINTENANCE IN), 6.47 TEST UNIT READY; SBC-4 5.15 READ(10), 5.17 READ(16), 5.20
// READ CAPACITY(10), 5.21 READ CAPACITY(16). Fields not named by a builder are zero: no protection
// information, no cache hints, no group numbers. There is no builder that writes to a medium.
#include "daemon/scsi/cdb.h"

#include "daemon/base/assert.h"
#include "daemon/scsi/bytes.h"

namespace mp::scsi {
namespace {

constexpr std::uint8_t kTestUnitReady = 0x00;
constexpr std::uint8_t kInquiry = 0x12;
constexpr std::uint8_t kReadCapacity10 = 0x25;
constexpr std::uint8_t kRead10 = 0x28;
constexpr std::uint8_t kRead16 = 0x88;
constexpr std::uint8_t kServiceActionIn16 = 0x9e;
constexpr std::uint8_t kMaintenanceIn = 0xa3;
constexpr std::uint8_t kSaReadCapacity16 = 0x10;
constexpr std::uint8_t kSaReportTargetPortGroups = 0x0a;
constexpr std::uint8_t kExtendedHeaderFormat = 0x20;

}  // namespace

model::ScsiCommand test_unit_ready() {
    return {.cdb = {kTestUnitReady, 0, 0, 0, 0, 0}};
}

model::ScsiCommand inquiry(std::uint16_t allocation) {
    return {.cdb = {kInquiry, 0, 0, byte_of(allocation, 8), byte_of(allocation, 0), 0},
            .transfer_length = allocation};
}

model::ScsiCommand inquiry_vpd(std::uint8_t page, std::uint16_t allocation) {
    return {.cdb = {kInquiry, 1, page, byte_of(allocation, 8), byte_of(allocation, 0), 0},
            .transfer_length = allocation};
}

model::ScsiCommand report_target_port_groups(RtpgHeader header, std::uint32_t allocation) {
    MP_ASSERT(allocation <= kTransferMax);
    std::uint8_t format = header == RtpgHeader::extended ? kExtendedHeaderFormat : std::uint8_t{0};
    return {.cdb = {kMaintenanceIn, static_cast<std::uint8_t>(kSaReportTargetPortGroups | format),
                    0, 0, 0, 0, byte_of(allocation, 24), byte_of(allocation, 16),
                    byte_of(allocation, 8), byte_of(allocation, 0), 0, 0},
            .transfer_length = allocation};
}

model::ScsiCommand read_10(std::uint32_t lba, std::uint16_t blocks, std::uint32_t block_size) {
    std::uint64_t bytes = static_cast<std::uint64_t>(blocks) * block_size;
    MP_ASSERT(bytes > 0 && bytes <= kTransferMax);
    return {.cdb = {kRead10, 0, byte_of(lba, 24), byte_of(lba, 16), byte_of(lba, 8),
                    byte_of(lba, 0), 0, byte_of(blocks, 8), byte_of(blocks, 0), 0},
            .transfer_length = static_cast<std::uint32_t>(bytes)};
}

model::ScsiCommand read_16(std::uint64_t lba, std::uint32_t blocks, std::uint32_t block_size) {
    std::uint64_t bytes = static_cast<std::uint64_t>(blocks) * block_size;
    MP_ASSERT(bytes > 0 && bytes <= kTransferMax);
    return {.cdb = {kRead16, 0, byte_of(lba, 56), byte_of(lba, 48), byte_of(lba, 40),
                    byte_of(lba, 32), byte_of(lba, 24), byte_of(lba, 16), byte_of(lba, 8),
                    byte_of(lba, 0), byte_of(blocks, 24), byte_of(blocks, 16), byte_of(blocks, 8),
                    byte_of(blocks, 0), 0, 0},
            .transfer_length = static_cast<std::uint32_t>(bytes)};
}

model::ScsiCommand read_capacity_10() {
    return {.cdb = {kReadCapacity10, 0, 0, 0, 0, 0, 0, 0, 0, 0}, .transfer_length = 8};
}

model::ScsiCommand read_capacity_16() {
    return {
        .cdb = {kServiceActionIn16, kSaReadCapacity16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 32, 0, 0},
        .transfer_length = 32};
}

}  // namespace mp::scsi
