// SPDX-License-Identifier: GPL-2.0-or-later
// Names for error codes and the one mapping from errno, so that every adapter reports the same code
// for the same cause and the engine's retry rules need to know nothing of errno.
#include "daemon/base/result.h"

#include <cerrno>
#include <cstring>

namespace mp {

const char* errc_name(Errc code) noexcept {
    switch (code) {
        case Errc::gone:
            return "gone";
        case Errc::busy:
            return "busy";
        case Errc::timeout:
            return "timeout";
        case Errc::cancelled:
            return "cancelled";
        case Errc::io:
            return "io";
        case Errc::denied:
            return "denied";
        case Errc::invalid:
            return "invalid";
        case Errc::unsupported:
            return "unsupported";
        case Errc::limit:
            return "limit";
    }
    return "unknown";
}

Errc errc_of_errno(int sys_errno) noexcept {
    switch (sys_errno) {
        case ENOENT:
        case ENXIO:
        case ENODEV:
            return Errc::gone;
        case EBUSY:
        case EAGAIN:
        case EINTR:
            return Errc::busy;
        case ETIMEDOUT:
            return Errc::timeout;
        case ECANCELED:
            return Errc::cancelled;
        case EPERM:
        case EACCES:
        case EROFS:
            return Errc::denied;
        case EINVAL:
        case EEXIST:
        case ENAMETOOLONG:
            return Errc::invalid;
        case ENOTTY:
        case ENOSYS:
        case EOPNOTSUPP:
            return Errc::unsupported;
        case ENOMEM:
        case ENOSPC:
        case EMFILE:
        case ENFILE:
            return Errc::limit;
        default:
            return Errc::io;
    }
}

std::string Error::text() const {
    std::string out = what;
    if (sys_errno != 0) {
        out += ": ";
        out += std::strerror(sys_errno);
    }
    out += " (";
    out += errc_name(code);
    out += ")";
    return out;
}

}  // namespace mp
