// SPDX-License-Identifier: GPL-2.0-or-later
// Does the logical unit answer TEST UNIT READY (SPC-5 6.47)? The default checker of SCSI devices.
//
// A unit attention, a busy target and a host error that may pass are tried again, five tries in
// all: a device may hold several unit attentions and gives one per command. A reservation conflict
// is an answer, so the path works. Asymmetric access: standby is ghost, transitioning is pending;
// unavailable is down, as no command but a few would be accepted (SPC-5 5.18.2.4.5). A logical unit
// that is not supported (5/25/00) is not mapped to us any more. Unit attentions that put identity
// or capacity in doubt are passed on even when the path is up in the end.
#include "checkers/tur.h"

#include "checkers/verdict.h"
#include "daemon/model/answer.h"
#include "daemon/scsi/cdb.h"

namespace mp::checkers {
namespace {

constexpr std::string_view kName = "tur";
constexpr int kTriesMax = 5;

class Tur final : public Checker {
public:
    NextStep begin(const model::BlockDevice&) override {
        tries_ = 1;
        attentions_ = {};
        return scsi::test_unit_ready();
    }

    NextStep on_reply(const model::ProbeReply& reply) override {
        Result<const model::ScsiReply*> answer = model::answer_of<model::ScsiReply>(reply);
        if (!answer) {
            return finish(verdict_of_error(kName, answer.error()));
        }
        scsi::Completion completion = scsi::completion_of(**answer);
        attentions_.note(completion);
        if (worth_another_try(completion) && tries_ < kTriesMax) {
            ++tries_;
            return scsi::test_unit_ready();
        }
        return finish(verdict_of(kName, state_of(completion), completion.text));
    }

private:
    static model::PathState state_of(const scsi::Completion& completion) {
        if (completion.outcome == scsi::Outcome::done ||
            completion.outcome == scsi::Outcome::reservation_conflict) {
            return model::PathState::up;
        }
        if (completion.outcome == scsi::Outcome::sense) {
            if (scsi::is_alua_standby(completion.sense)) {
                return model::PathState::ghost;
            }
            if (scsi::is_alua_transitioning(completion.sense)) {
                return model::PathState::pending;
            }
            if (scsi::is_lun_not_supported(completion.sense)) {
                return model::PathState::disconnected;
            }
        }
        return model::PathState::down;
    }

    NextStep finish(Verdict verdict) const { return attentions_.put_into(verdict); }

    int tries_ = 0;
    Attentions attentions_;
};

std::unique_ptr<Checker> create() {
    return std::make_unique<Tur>();
}

}  // namespace

const CheckerType kTur{
    .name = kName, .doc = "Sends TEST UNIT READY; the default for SCSI devices.", .create = create};

}  // namespace mp::checkers
