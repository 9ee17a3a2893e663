// SPDX-License-Identifier: GPL-2.0-or-later
// The reply to a probe as the kind that was asked for, and whether it has any complaint in it.
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

/// Answered without complaint: what was foreseen to follow may be asked.
inline bool is_plain(const ProbeReply& reply) {
    if (!reply) {
        return false;
    }
    const ScsiReply* scsi = std::get_if<ScsiReply>(&*reply);
    return scsi == nullptr ||
           (scsi->status == 0 && scsi->host_status == 0 && scsi->driver_status == 0);
}

}  // namespace mp::model
