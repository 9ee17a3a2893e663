// SPDX-License-Identifier: GPL-2.0-or-later
// Which controller of an RDAC array owns the volume, and which should? The volume access control
// page, vital product data 0xC9, known by the letters "vac" at byte 4. Byte 8: bit 0 says that the
// controller we came to owns the volume, bit 5 that both controllers serve it (I/O shipping). Byte
// 9, low half: 1 this path is preferred, 2 it is secondary. Owned counts 2, preferred 4, secondary
// 1, shipping 8, and the priority is their sum.
#include "prioritizers/rdac.h"

#include "daemon/scsi/cdb.h"
#include "prioritizers/single_question.h"

namespace mp::prioritizers {
namespace {

constexpr std::uint8_t kPage = 0xc9;
constexpr std::size_t kSignature = 4;
constexpr std::size_t kAccess = 8;
constexpr std::size_t kPreference = 9;

class Rdac final : public SingleQuestion {
public:
    Rdac() : SingleQuestion("rdac", scsi::inquiry_vpd(kPage, 128)) {}

private:
    Priority judge(scsi::Bytes data) const override {
        if (data.size() <= kPreference || data[1] != kPage ||
            scsi::text_field(scsi::slice(data, kSignature, 3)) != "vac") {
            return undefined("page 0xc9 has an unknown form");
        }
        int value = (data[kAccess] & 0x01) != 0 ? 2 : 0;
        int preference = data[kPreference] & 0x0f;
        value += preference == 1 ? 4 : preference == 2 ? 1 : 0;
        value += (data[kAccess] & 0x20) != 0 ? 8 : 0;
        return Priority{.value = value};
    }
};

Result<std::unique_ptr<Prioritizer>> create(std::string_view) {
    return std::unique_ptr<Prioritizer>(std::make_unique<Rdac>());
}

}  // namespace

const PrioritizerType kRdac{
    .name = "rdac", .doc = "Owning and preferred controller of RDAC arrays.", .create = create};

}  // namespace mp::prioritizers
