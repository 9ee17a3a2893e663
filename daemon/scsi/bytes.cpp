// SPDX-License-Identifier: GPL-2.0-or-later
// Text out of device bytes. SPC-5 4.3.1 wants ASCII data fields to hold only 0x20..0x7e, left
// aligned and padded with blanks; devices also pad with NUL. What else they put there must never
// reach a terminal, a log or a device-mapper name as it is.
#include "daemon/scsi/bytes.h"

#include "daemon/base/strings.h"

namespace mp::scsi {

std::string text_field(Bytes field) {
    std::string out;
    for (std::uint8_t byte : field) {
        if (byte == 0) {
            break;
        }
        bool blank = byte >= '\t' && byte <= '\r';
        bool plain = byte >= 0x20 && byte <= 0x7e;
        out += blank ? ' ' : plain ? static_cast<char>(byte) : '?';
    }
    return std::string(trim(out));
}

std::string hex_text(Bytes bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string out;
    out.reserve(bytes.size() * 2);
    for (std::uint8_t byte : bytes) {
        out += kDigits[byte >> 4U];
        out += kDigits[byte & 0xfU];
    }
    return out;
}

}  // namespace mp::scsi
