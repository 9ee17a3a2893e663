// SPDX-License-Identifier: GPL-2.0-or-later
// What does a device say of itself? SPC-5 6.6.2 standard INQUIRY data, 7.7 vital product data:
// common header, 7.7.18 supported pages, 7.7.20 unit serial number. The rule for short answers: a
// field that is not wholly there is empty, a page that is not wholly there says so. Nothing is
// guessed from a length byte that promises more than what came. Page 0x83 has a file of its own.
#include "daemon/scsi/inquiry.h"

#include <algorithm>

namespace mp::scsi {
namespace {

constexpr std::size_t kVpdHeader = 4;

std::string whole_field(Bytes bytes, std::size_t at, std::size_t length) {
    Bytes field = slice(bytes, at, length);
    return field.size() == length ? text_field(field) : std::string();
}

}  // namespace

Peripheral peripheral_of(std::uint8_t byte0) {
    return {.qualifier = static_cast<std::uint8_t>(byte0 >> 5U),
            .type = static_cast<std::uint8_t>(byte0 & 0x1fU)};
}

Result<InquiryData> parse_inquiry(Bytes bytes) {
    if (bytes.size() < 8) {
        return fail(Errc::invalid, "standard INQUIRY data shorter than 8 bytes");
    }
    Bytes valid = slice(bytes, 0, static_cast<std::size_t>(bytes[4]) + 5);
    InquiryData data;
    data.peripheral = peripheral_of(bytes[0]);
    data.version = bytes[2];
    data.tpgs = bytes[5] >> 4U & 0x3;
    data.vendor = whole_field(valid, 8, 8);
    data.product = whole_field(valid, 16, 16);
    data.revision = whole_field(valid, 32, 4);
    return data;
}

Result<VpdPage> parse_vpd(Bytes bytes, std::uint8_t wanted) {
    if (bytes.size() < kVpdHeader) {
        return fail(Errc::invalid, "vital product data page shorter than its header");
    }
    if (bytes[1] != wanted) {
        return fail(Errc::invalid, "device answered with another page than the one asked for");
    }
    VpdPage page;
    page.peripheral = peripheral_of(bytes[0]);
    page.page = wanted;
    std::size_t length = *u16_at(bytes, 2);
    page.declared = length + kVpdHeader;
    page.body = slice(bytes, kVpdHeader, length);
    page.cut = page.body.size() < length;
    return page;
}

Result<std::string> parse_serial(Bytes page80) {
    MP_TRY(VpdPage page, parse_vpd(page80, kPageSerial));
    if (page.cut) {
        return fail(Errc::invalid, "serial number page is cut short");
    }
    std::string serial = text_field(page.body);
    if (serial.empty()) {
        return fail(Errc::invalid, "serial number page holds no serial number");
    }
    return serial;
}

Result<bool> lists_page(Bytes page00, std::uint8_t page) {
    MP_TRY(VpdPage list, parse_vpd(page00, kPageSupported));
    return std::ranges::find(list.body, page) != list.body.end();
}

}  // namespace mp::scsi
