// SPDX-License-Identifier: GPL-2.0-or-later
// One command, one answer: when is it asked again, and what is no answer worth? A priority that
// cannot be read is undefined; a number made up instead could move I/O for nothing.
#include "prioritizers/single_question.h"

#include "daemon/model/answer.h"
#include "daemon/scsi/sense.h"

namespace mp::prioritizers {
namespace {

constexpr int kTriesMax = 3;

}  // namespace

NextStep SingleQuestion::begin(const model::BlockDevice&) {
    tries_ = 1;
    return question_;
}

NextStep SingleQuestion::on_reply(const model::ProbeReply& reply) {
    Result<const model::ScsiReply*> answer = model::answer_of<model::ScsiReply>(reply);
    if (!answer) {
        return undefined(answer.error().text());
    }
    scsi::Completion completion = scsi::completion_of(**answer);
    if (scsi::is_passing(completion) && tries_ < kTriesMax) {
        ++tries_;
        return question_;
    }
    return completion.outcome == scsi::Outcome::done ? judge((*answer)->data)
                                                     : undefined(completion.text);
}

Priority SingleQuestion::undefined(const std::string& why) const {
    return Priority{.message = std::string(name_) + " prioritizer: " + why};
}

}  // namespace mp::prioritizers
