// SPDX-License-Identifier: GPL-2.0-or-later
// The reply to a probe as the kind that was asked for.
#pragma once

#include "daemon/model/probe.h"

namespace mp::model {

/// The answer, which lives as long as `reply`. Errc::cancelled: it answers another question, so it
/// says nothing about the device.
template <class Answer>
Result<const Answer*> answer_of(const ProbeReply& reply) {
    if (!reply) {
        return tl::unexpected<Error>(reply.error());
    }
    const Answer* answer = std::get_if<Answer>(&*reply);
    if (answer == nullptr) {
        return fail(Errc::cancelled, "the answer is to another question");
    }
    return answer;
}

}  // namespace mp::model
