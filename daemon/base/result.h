// SPDX-License-Identifier: GPL-2.0-or-later
// Expected failures are values. An Error is small and allocates nothing; context is added where it
// is logged, not at each hop. Errc lists what a caller can act on, and nothing else.
#pragma once

#include <tl/expected.hpp>

#include <string>
#include <utility>

#include "daemon/base/assert.h"

namespace mp {

enum class Errc {
    gone,         ///< the device, map or file does not exist (any more)
    busy,         ///< in use; trying again later may work
    timeout,      ///< a deadline passed
    cancelled,    ///< the caller withdrew the operation
    io,           ///< the device or kernel reported an I/O error
    denied,       ///< not permitted
    invalid,      ///< the input is malformed
    unsupported,  ///< the kernel or device cannot do this
    limit,        ///< a bounded queue or table is full
};

/// Short lower-case name of a code, for logs.
const char* errc_name(Errc code) noexcept;

struct SourceLine {
    const char* file = "";
    int line = 0;
    static constexpr SourceLine here(const char* file = __builtin_FILE(),
                                     int line = __builtin_LINE()) noexcept {
        return {file, line};
    }
};

struct Error {
    Errc code = Errc::invalid;
    int sys_errno = 0;      ///< errno behind it, 0 when there is none
    const char* what = "";  ///< static string: what was attempted or found
    SourceLine where = {};

    /// "what: <errno text> (code)" for a log line.
    std::string text() const;
};

/// Maps an errno to the code a caller can act on (ENOENT, ENXIO, ENODEV: gone; EBUSY: busy; ...).
Errc errc_of_errno(int sys_errno) noexcept;

inline tl::unexpected<Error> fail(Errc code, const char* what,
                                  SourceLine where = SourceLine::here()) {
    return tl::unexpected<Error>(Error{code, 0, what, where});
}
inline tl::unexpected<Error> fail_errno(int sys_errno, const char* what,
                                        SourceLine where = SourceLine::here()) {
    return tl::unexpected<Error>(Error{errc_of_errno(sys_errno), sys_errno, what, where});
}

/// A value or an Error. Derived from tl::expected only to be [[nodiscard]].
template <class T = void>
class [[nodiscard]] Result : public tl::expected<T, Error> {
public:
    using tl::expected<T, Error>::expected;
};

}  // namespace mp

#define MP_CONCAT_INNER(a, b) a##b
#define MP_CONCAT(a, b) MP_CONCAT_INNER(a, b)
#define MP_TRY_INNER(hidden, decl, expr)                    \
    auto hidden = (expr);                                   \
    if (!hidden) {                                          \
        return tl::unexpected<::mp::Error>(hidden.error()); \
    }                                                       \
    decl = std::move(*hidden)
/// MP_TRY(int n, parse(text)); declares n or returns the error.
#define MP_TRY(decl, expr) MP_TRY_INNER(MP_CONCAT(mp_try_, __COUNTER__), decl, expr)
/// MP_CHECK(expr); returns the error of a Result<void>.
#define MP_CHECK(expr)                                                   \
    do {                                                                 \
        auto mp_check_result = (expr);                                   \
        if (!mp_check_result) {                                          \
            return tl::unexpected<::mp::Error>(mp_check_result.error()); \
        }                                                                \
    } while (false)
