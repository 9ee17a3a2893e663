// SPDX-License-Identifier: GPL-2.0-or-later
// Frames of the control socket: a native 8-byte length, then that many bytes. Requests come with or
// without a trailing NUL or newline; replies carry a NUL that the length counts.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/base/result.h"

namespace mp::os {

/// A longer request is refused; the field's clients send at most 512 bytes.
constexpr std::size_t kRequestBytesMax = 64U * 1024U;

/// Collects bytes of one connection and yields whole requests. Nothing is allocated for a length
/// that was only announced.
class FrameReader {
public:
    void feed(std::string_view bytes) { buffer_.append(bytes); }
    /// The next whole request, without trailing NUL and newline; unset: more bytes are needed.
    /// Errors: invalid (length 0 or above kRequestBytesMax): the connection cannot be trusted any
    /// more.
    Result<std::optional<std::string>> next();
    bool empty() const { return buffer_.empty(); }
    std::size_t buffered() const { return buffer_.size(); }

private:
    std::string buffer_;
};

std::string make_frame(std::string_view reply);

}  // namespace mp::os
