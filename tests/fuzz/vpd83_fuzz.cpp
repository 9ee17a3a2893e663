// SPDX-License-Identifier: GPL-2.0-or-later
// Page 0x83 from a hostile device. Whatever the bytes: parsing stays within them, a WWID is
// printable and of bounded length, a page agrees with itself, and a shorter part of the page never
// becomes another disk that the whole page does not name.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "daemon/base/assert.h"
#include "daemon/engine/identity.h"

using mp::engine::IdentityVerdict;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    mp::scsi::Bytes page(data, size);
    mp::Result<mp::scsi::DesignatorList> list = mp::scsi::parse_designators(page);
    if (list) {
        MP_ASSERT(list->designators.size() + list->skipped <= mp::scsi::kDesignatorsMax);
        (void)mp::scsi::target_port_group_of(*list);
        (void)mp::scsi::relative_target_port_of(*list);
    }
    mp::Result<mp::Wwid> wwid = mp::engine::wwid_of_vpd83(page);
    if (!wwid) {
        return 0;
    }
    MP_ASSERT(!wwid->empty() && wwid->str().size() <= mp::engine::kWwidCharsMax);
    MP_ASSERT(std::ranges::all_of(wwid->str(), [](char c) { return c >= 0x20 && c <= 0x7e; }));
    mp::engine::IdentityBaseline base = *mp::engine::baseline_of_vpd83(page, *wwid);
    MP_ASSERT(!base.key.empty());
    IdentityVerdict verdict = mp::engine::compare_identity(base, *wwid, page);
    MP_ASSERT(verdict.kind == IdentityVerdict::Kind::same || !list->peripheral.connected());
    for (std::size_t part = 0; part < size; part += 1 + size / 16) {
        verdict = mp::engine::compare_identity(base, *wwid, page.first(part));
        MP_ASSERT(list->defect || verdict.kind != IdentityVerdict::Kind::changed);
    }
    return 0;
}
