// SPDX-License-Identifier: GPL-2.0-or-later
// Which storage processor of a CLARiiON owns the logical unit? The unit path report, vital product
// data page 0xC0: byte 4 is the state of the unit behind this path (0 not bound, 1 bound to the
// other processor, 2 owned by this one), byte 5 the processor that should own it, byte 8 the one we
// came to. The priority is the state, and 2 more where the unit belongs by default.
#include "prioritizers/emc.h"

#include "daemon/scsi/cdb.h"
#include "prioritizers/single_question.h"

namespace mp::prioritizers {
namespace {

constexpr std::uint8_t kPage = 0xc0;
constexpr std::size_t kLunState = 4;
constexpr std::size_t kDefaultProcessor = 5;
constexpr std::size_t kThisProcessor = 8;
constexpr std::size_t kRevision = 9;
constexpr int kStateMax = 2;

class Emc final : public SingleQuestion {
public:
    Emc() : SingleQuestion("emc", scsi::inquiry_vpd(kPage, 128)) {}

private:
    Priority judge(scsi::Bytes data) const override {
        if (data.size() <= kRevision || data[1] != kPage || data[kRevision] != 0) {
            return undefined("page 0xc0 has an unknown form");
        }
        if (data[kLunState] > kStateMax) {
            return undefined("page 0xc0 has an unknown state of the logical unit");
        }
        bool home = data[kDefaultProcessor] == data[kThisProcessor];
        return Priority{.value = data[kLunState] + (home ? 2 : 0)};
    }
};

Result<std::unique_ptr<Prioritizer>> create(std::string_view) {
    return std::unique_ptr<Prioritizer>(std::make_unique<Emc>());
}

}  // namespace

const PrioritizerType kEmc{
    .name = "emc", .doc = "Owning storage processor of EMC CLARiiON arrays.", .create = create};

}  // namespace mp::prioritizers
