// SPDX-License-Identifier: GPL-2.0-or-later
// Does a logical drive of a Smart Array controller (cciss) answer TEST UNIT READY? Good is up,
// anything else is down; the controller hides unit attentions and access states. The command goes
// the ordinary way of SCSI commands, which the driver takes on its block devices.
#include "checkers/cciss_tur.h"

#include "checkers/verdict.h"
#include "daemon/model/answer.h"
#include "daemon/scsi/cdb.h"

namespace mp::checkers {
namespace {

constexpr std::string_view kName = "cciss_tur";

class CcissTur final : public Checker {
public:
    NextStep begin(const model::BlockDevice&) override { return scsi::test_unit_ready(); }

    NextStep on_reply(const model::ProbeReply& reply) override {
        Result<const model::ScsiReply*> answer = model::answer_of<model::ScsiReply>(reply);
        if (!answer) {
            return verdict_of_error(kName, answer.error());
        }
        scsi::Completion completion = scsi::completion_of(**answer);
        bool good = completion.outcome == scsi::Outcome::done;
        return verdict_of(kName, good ? model::PathState::up : model::PathState::down,
                          completion.text);
    }
};

std::unique_ptr<Checker> create() {
    return std::make_unique<CcissTur>();
}

}  // namespace

const CheckerType kCcissTur{.name = kName,
                            .doc = "Sends TEST UNIT READY to a Smart Array logical drive.",
                            .create = create};

}  // namespace mp::checkers
