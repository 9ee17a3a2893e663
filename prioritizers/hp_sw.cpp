// SPDX-License-Identifier: GPL-2.0-or-later
// Is this the controller that owns the logical unit? For old HP active/passive arrays: a unit that
// answers TEST UNIT READY is worth 4, one that needs a start command (not ready, 2/04/02) is the
// standby one and worth 2, anything else 0.
#include "prioritizers/hp_sw.h"

#include "daemon/model/answer.h"
#include "daemon/scsi/cdb.h"
#include "daemon/scsi/sense.h"

namespace mp::prioritizers {
namespace {

class HpSw final : public Prioritizer {
public:
    NextStep begin(const model::BlockDevice&) override { return scsi::test_unit_ready(); }

    NextStep on_reply(const model::ProbeReply& reply) override {
        Result<const model::ScsiReply*> answer = model::answer_of<model::ScsiReply>(reply);
        if (!answer) {
            return Priority{.message = "hp_sw prioritizer: " + answer.error().text()};
        }
        scsi::Completion completion = scsi::completion_of(**answer);
        if (completion.outcome == scsi::Outcome::done) {
            return Priority{.value = 4};
        }
        bool standby = completion.outcome == scsi::Outcome::sense &&
                       completion.sense.is(scsi::SenseKey::not_ready, 0x04, 0x02);
        return Priority{.value = standby ? 2 : 0};
    }
};

Result<std::unique_ptr<Prioritizer>> create(std::string_view) {
    return std::unique_ptr<Prioritizer>(std::make_unique<HpSw>());
}

}  // namespace

const PrioritizerType kHpSw{.name = "hp_sw",
                            .doc = "Owner or standby by TEST UNIT READY; old HP arrays.",
                            .create = create};

}  // namespace mp::prioritizers
