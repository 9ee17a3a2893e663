// SPDX-License-Identifier: GPL-2.0-or-later
// The one place where the process gives up. It prints to stderr with write-like calls only, because
// the heap may be what broke, runs the hook once, and aborts so that the service manager restarts
// us.
#include "daemon/base/assert.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>

namespace mp {
namespace {
std::atomic<AssertHook> g_hook{nullptr};
}  // namespace

void set_assert_hook(AssertHook hook) noexcept {
    g_hook.store(hook);
}

void assert_failed(const char* condition, const char* file, int line) noexcept {
    std::fprintf(stderr, "%s:%d: assertion failed: %s\n", file, line, condition);
    AssertHook hook = g_hook.exchange(nullptr);
    if (hook != nullptr) {
        hook(condition, file, line);
    }
    std::abort();
}

}  // namespace mp
