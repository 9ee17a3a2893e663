// SPDX-License-Identifier: GPL-2.0-or-later
// Standard INQUIRY data and the simple vital product data pages.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/result.h"
#include "daemon/scsi/bytes.h"

namespace mp::scsi {

constexpr std::uint8_t kPageSupported = 0x00;
constexpr std::uint8_t kPageSerial = 0x80;
constexpr std::uint8_t kPageIdentification = 0x83;

/// First byte of every INQUIRY answer.
struct Peripheral {
    std::uint8_t qualifier = 0;  ///< 0 connected, 1 not connected now, 3 no such logical unit
    std::uint8_t type = 0;       ///< 0 direct access block device
    bool connected() const { return qualifier == 0; }
    auto operator<=>(const Peripheral&) const = default;
};
Peripheral peripheral_of(std::uint8_t byte0);

struct InquiryData {
    Peripheral peripheral;
    std::uint8_t version = 0;
    int tpgs = 0;        ///< 0 none, 1 implicit, 2 explicit, 3 both
    std::string vendor;  ///< trimmed; empty when the data end before the field
    std::string product;
    std::string revision;
};
/// Errors: invalid when not even byte 7 is there.
Result<InquiryData> parse_inquiry(Bytes bytes);

/// A vital product data page after its header has been checked.
struct VpdPage {
    Peripheral peripheral;
    std::uint8_t page = 0;
    std::size_t declared = 0;  ///< bytes of the whole page by its header, header included
    Bytes body;                ///< what is there of it, without the 4-byte header
    bool cut = false;          ///< fewer bytes came than the header declares
};
/// Errors: invalid: shorter than its header, or another page than `wanted`. A page code that
/// differs is how devices without vital product data answer (they send standard data).
Result<VpdPage> parse_vpd(Bytes bytes, std::uint8_t wanted);

/// Unit serial number, trimmed. Errors: as parse_vpd; invalid also when the page is cut or empty.
Result<std::string> parse_serial(Bytes page80);

/// Does the list of supported pages (page 0x00) name `page`? Errors: as parse_vpd.
Result<bool> lists_page(Bytes page00, std::uint8_t page);

}  // namespace mp::scsi
