// SPDX-License-Identifier: GPL-2.0-or-later
// A status line from the kernel, whatever target wrote it: refused, or taken apart so that what is
// written back reads the same.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "daemon/base/assert.h"
#include "daemon/dm/table_codec.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace mp;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const Result<model::MultipathStatus> status = dm::parse_status(text);
    if (status) {
        const Result<model::MultipathStatus> again = dm::parse_status(dm::render_status(*status));
        MP_ASSERT(again.has_value() && *again == *status);
    }
    return 0;
}
