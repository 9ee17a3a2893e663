// SPDX-License-Identifier: GPL-2.0-or-later
// Which names does a page 0x83 hold? SPC-5 7.7.6: a list of descriptors, each with a 4-byte header
// (code set and protocol; PIV, association and type; reserved; length) and a value. The rule for a
// bad page: a descriptor without a value is skipped; a length that runs past the page, or a page
// that runs past the bytes that came, ends the scan and is reported beside what was read before it.
// The values are not judged here: which of them names a disk is the engine's business.
#include "daemon/scsi/designator.h"

namespace mp::scsi {
namespace {

constexpr std::size_t kHeader = 4;

std::optional<std::uint16_t> port_number(const DesignatorList& list, DesignatorType type) {
    for (const Designator& designator : list.designators) {
        // Both are 4 bytes: 2 reserved, 2 of number (SPC-5 7.7.6.7, 7.7.6.8).
        if (designator.type == type && designator.association == Association::target_port &&
            designator.value.size() == 4) {
            return u16_at(designator.value, 2);
        }
    }
    return std::nullopt;
}

Error defect(const char* what) {
    return {.code = Errc::invalid, .what = what};
}

}  // namespace

Result<DesignatorList> parse_designators(Bytes page83) {
    MP_TRY(VpdPage page, parse_vpd(page83, kPageIdentification));
    DesignatorList list;
    list.peripheral = page.peripheral;
    list.declared = page.declared;
    std::size_t at = 0;
    while (at < page.body.size()) {
        if (list.designators.size() + list.skipped >= kDesignatorsMax) {
            list.defect = defect("identification page has too many descriptors");
            return list;
        }
        Bytes header = slice(page.body, at, kHeader);
        if (header.size() < kHeader) {
            list.defect =
                defect(page.cut ? "identification page is cut short inside a descriptor header"
                                : "identification page ends inside a descriptor header");
            return list;
        }
        std::size_t length = header[3];
        Bytes value = slice(page.body, at + kHeader, length);
        if (value.size() < length) {
            list.defect = defect(page.cut ? "identification page is cut short inside a descriptor"
                                          : "descriptor length runs past the identification page");
            return list;
        }
        if (value.empty()) {
            ++list.skipped;
        } else {
            list.designators.push_back(
                {.association = static_cast<Association>(header[1] >> 4U & 0x3U),
                 .type = static_cast<DesignatorType>(header[1] & 0xfU),
                 .code_set = static_cast<CodeSet>(header[0] & 0xfU),
                 .value = {value.begin(), value.end()}});
        }
        at += kHeader + length;
    }
    if (page.cut) {
        list.defect = defect("identification page is cut short");
    }
    return list;
}

std::optional<std::uint16_t> target_port_group_of(const DesignatorList& list) {
    return port_number(list, DesignatorType::target_port_group);
}

std::optional<std::uint16_t> relative_target_port_of(const DesignatorList& list) {
    return port_number(list, DesignatorType::relative_target_port);
}

}  // namespace mp::scsi
