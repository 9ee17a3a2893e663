// SPDX-License-Identifier: GPL-2.0-or-later
// Shared libraries that only the daemon needs and that `multipathd show ...` must not pay for.
#pragma once

#include <span>

#include "daemon/base/result.h"

namespace mp::os {

struct LateSymbol {
    const char* name;
    void* slot;  ///< the function pointer of that name
};

/// Loads the library for good and fills the slots. Errors: unsupported (no such library, or one
/// without a symbol), with the loader's words.
Result<> load_late(const char* soname, std::span<const LateSymbol> symbols);

}  // namespace mp::os
