// SPDX-License-Identifier: GPL-2.0-or-later
// Events of FC hosts with whatever the fabric has put into them.
#include <cstddef>
#include <cstdint>

#include "daemon/base/assert.h"
#include "daemon/facts/transport_notice.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    for (const mp::model::event::TransportNotice& notice :
         mp::facts::parse_fc_event({data, size})) {
        MP_ASSERT(notice.adapter.size() > 4 && notice.adapter.size() <= 9);
        MP_ASSERT(notice.ports.size() <= 257);
    }
    return 0;
}
