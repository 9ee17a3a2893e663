// SPDX-License-Identifier: GPL-2.0-or-later
// Which controller of an active/passive array owns the logical unit? For old HP arrays (EVA, MSA,
// HSV): INQUIRY of the serial number page first, which every controller answers when it works at
// all, then TEST UNIT READY, which the passive one refuses as not ready. Not ready is ghost,
// whatever the additional code: these arrays say it in several ways. A unit attention or a busy
// target is tried again, three tries per command. A device that refuses the page as an illegal
// request is none of these arrays.
#include "checkers/hp_sw.h"

#include "checkers/verdict.h"
#include "daemon/model/answer.h"
#include "daemon/scsi/cdb.h"
#include "daemon/scsi/inquiry.h"

namespace mp::checkers {
namespace {

using model::PathState;

constexpr std::string_view kName = "hp_sw";
constexpr int kTriesMax = 3;

class HpSw final : public Checker {
public:
    NextStep begin(const model::BlockDevice&) override {
        attentions_ = {};
        ready_ = false;
        return ask();
    }

    NextStep on_reply(const model::ProbeReply& reply) override {
        Result<const model::ScsiReply*> answer = model::answer_of<model::ScsiReply>(reply);
        if (!answer) {
            return finish(verdict_of_error(kName, answer.error()));
        }
        scsi::Completion completion = scsi::completion_of(**answer);
        attentions_.note(completion);
        bool sense = completion.outcome == scsi::Outcome::sense;
        if (scsi::is_passing(completion) && tries_ < kTriesMax) {
            ++tries_;
            return question();
        }
        if (completion.outcome == scsi::Outcome::done) {
            if (ready_) {
                return finish(verdict_of(kName, PathState::up));
            }
            ready_ = true;
            return ask();
        }
        bool illegal = sense && completion.sense.key == scsi::SenseKey::illegal_request;
        bool not_ready = sense && completion.sense.key == scsi::SenseKey::not_ready;
        PathState state = !ready_ && illegal    ? PathState::wild
                          : ready_ && not_ready ? PathState::ghost
                                                : PathState::down;
        return finish(verdict_of(kName, state, completion.text));
    }

private:
    NextStep ask() {
        tries_ = 1;
        return question();
    }
    NextStep question() const {
        return ready_ ? scsi::test_unit_ready() : scsi::inquiry_vpd(scsi::kPageSerial);
    }
    NextStep finish(Verdict verdict) const { return attentions_.put_into(verdict); }

    bool ready_ = false;  ///< the question is TEST UNIT READY
    int tries_ = 0;
    Attentions attentions_;
};

std::unique_ptr<Checker> create() {
    return std::make_unique<HpSw>();
}

}  // namespace

const CheckerType kHpSw{
    .name = kName,
    .doc = "Reads the serial number page, then sends TEST UNIT READY; old HP arrays.",
    .create = create};

}  // namespace mp::checkers
