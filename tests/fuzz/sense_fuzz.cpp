// SPDX-License-Identifier: GPL-2.0-or-later
// Sense data from a hostile device, and whole replies made of the same bytes.
#include <cstddef>
#include <cstdint>

#include "daemon/base/assert.h"
#include "daemon/scsi/sense.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    mp::scsi::Bytes bytes(data, size);
    mp::Result<mp::scsi::Sense> sense = mp::scsi::parse_sense(bytes);
    if (sense) {
        MP_ASSERT(sense->text().size() == 7);
        MP_ASSERT(!mp::scsi::is_capacity_changed(*sense) || mp::scsi::is_identity_suspect(*sense));
    }
    mp::model::ScsiReply reply{.status = 2, .sense = {bytes.begin(), bytes.end()}};
    mp::scsi::Completion completion = mp::scsi::completion_of(reply);
    MP_ASSERT(completion.outcome == mp::scsi::Outcome::done || !completion.text.empty());
    if (size >= 3) {
        reply.status = data[0];
        reply.host_status = data[1];
        reply.driver_status = data[2];
        (void)mp::scsi::completion_of(reply);
    }
    return 0;
}
