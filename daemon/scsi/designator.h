// SPDX-License-Identifier: GPL-2.0-or-later
// Device identification, vital product data page 0x83: the names that a logical unit, the port we
// came through and its groups have.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <vector>

#include "daemon/base/result.h"
#include "daemon/scsi/bytes.h"
#include "daemon/scsi/inquiry.h"

namespace mp::scsi {

/// More descriptors than this in one page is nonsense; the scan ends there.
constexpr std::size_t kDesignatorsMax = 1024;

enum class DesignatorType : std::uint8_t {
    vendor_specific = 0x0,
    t10_vendor_id = 0x1,
    eui64 = 0x2,
    naa = 0x3,
    relative_target_port = 0x4,
    target_port_group = 0x5,
    logical_unit_group = 0x6,
    md5 = 0x7,
    scsi_name_string = 0x8,
    protocol_specific_port = 0x9,
    uuid = 0xa,
};  // 0xb..0xf are reserved and kept as they are

enum class CodeSet : std::uint8_t { reserved = 0, binary = 1, ascii = 2, utf8 = 3 };  // others kept
enum class Association : std::uint8_t {
    logical_unit = 0,
    target_port = 1,
    target_device = 2,
    reserved = 3
};

struct Designator {
    Association association = Association::logical_unit;
    DesignatorType type = DesignatorType::vendor_specific;
    CodeSet code_set = CodeSet::reserved;
    std::vector<std::uint8_t> value;  ///< 1 to 255 bytes
    auto operator<=>(const Designator&) const = default;
};

struct DesignatorList {
    Peripheral peripheral;
    std::vector<Designator> designators;  ///< in page order; well-formed ones only
    std::size_t declared = 0;  ///< bytes of the whole page by its header, header included
    std::size_t skipped = 0;   ///< descriptors without a value
    /// Set when the page could not be read to its end: what was wrong. What follows that point is
    /// unknown, so the absence of a designator proves nothing.
    std::optional<Error> defect;
};
/// Errors: as parse_vpd. A defect inside the list is not an error of the whole: what precedes it is
/// good and is returned beside it.
Result<DesignatorList> parse_designators(Bytes page83);

/// Target port group of the port that the page came through. Unset when the page names none.
std::optional<std::uint16_t> target_port_group_of(const DesignatorList& list);
std::optional<std::uint16_t> relative_target_port_of(const DesignatorList& list);

}  // namespace mp::scsi
