// SPDX-License-Identifier: GPL-2.0-or-later
// A table line from the kernel, whatever target wrote it: refused, or taken apart so that it can be
// written back, and compared with itself without a difference.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "daemon/base/assert.h"
#include "daemon/dm/equality.h"
#include "daemon/dm/table_codec.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace mp;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const Result<model::MultipathTable> table = dm::parse_table(text, 2048);
    if (table) {
        const Result<model::MultipathTable> again = dm::parse_table(dm::render_table(*table), 2048);
        MP_ASSERT(again.has_value() && *again == *table);
        MP_ASSERT(dm::same_table(*table, *table));
        MP_ASSERT(dm::kernel_view(dm::kernel_view(*table)) == dm::kernel_view(*table));
    }
    return 0;
}
