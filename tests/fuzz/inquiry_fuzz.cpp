// SPDX-License-Identifier: GPL-2.0-or-later
// Standard INQUIRY data and the pages 0x00 and 0x80 from a hostile device.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "daemon/base/assert.h"
#include "daemon/scsi/inquiry.h"

namespace {

void check_text(const std::string& text, std::size_t limit) {
    MP_ASSERT(text.size() <= limit);
    MP_ASSERT(std::ranges::all_of(text, [](char c) { return c >= 0x20 && c <= 0x7e; }));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    mp::scsi::Bytes bytes(data, size);
    mp::Result<mp::scsi::InquiryData> inquiry = mp::scsi::parse_inquiry(bytes);
    if (inquiry) {
        check_text(inquiry->vendor, 8);
        check_text(inquiry->product, 16);
        check_text(inquiry->revision, 4);
        MP_ASSERT(inquiry->tpgs >= 0 && inquiry->tpgs <= 3);
    }
    mp::Result<std::string> serial = mp::scsi::parse_serial(bytes);
    if (serial) {
        check_text(*serial, size);
        MP_ASSERT(!serial->empty());
    }
    (void)mp::scsi::lists_page(bytes, 0xc9);
    return 0;
}
