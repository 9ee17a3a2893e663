// SPDX-License-Identifier: GPL-2.0-or-later
// Programmer errors end the process, in production too: a multipath daemon that goes on with broken
// invariants can corrupt a disk, while one that dies is restarted and adopts the maps that stand.
#pragma once

namespace mp {

/// Called before abort with the failed condition; the daemon installs its flight recorder dump
/// here.
using AssertHook = void (*)(const char* condition, const char* file, int line) noexcept;
void set_assert_hook(AssertHook hook) noexcept;

[[noreturn]] void assert_failed(const char* condition, const char* file, int line) noexcept;

}  // namespace mp

#define MP_ASSERT(condition)                                     \
    do {                                                         \
        if (!(condition)) {                                      \
            ::mp::assert_failed(#condition, __FILE__, __LINE__); \
        }                                                        \
    } while (false)
