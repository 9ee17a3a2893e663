// SPDX-License-Identifier: GPL-2.0-or-later
// The length word is untrusted: programs that speak other protocols to this socket exist, and what
// they send first looks like an enormous length. Such a connection is ended at once.
#include "daemon/os/frame.h"

#include <cstdint>
#include <cstring>

namespace mp::os {

Result<std::optional<std::string>> FrameReader::next() {
    std::uint64_t length = 0;
    if (buffer_.size() < sizeof length) {
        return std::optional<std::string>{};
    }
    std::memcpy(&length, buffer_.data(), sizeof length);
    if (length == 0 || length > kRequestBytesMax) {
        return fail(Errc::invalid, "not a frame of the control protocol");
    }
    if (buffer_.size() < sizeof length + length) {
        return std::optional<std::string>{};
    }
    std::string request = buffer_.substr(sizeof length, static_cast<std::size_t>(length));
    buffer_.erase(0, sizeof length + static_cast<std::size_t>(length));
    request.resize(std::strlen(request.c_str()));
    while (!request.empty() && (request.back() == '\n' || request.back() == '\r')) {
        request.pop_back();
    }
    return std::optional<std::string>{std::move(request)};
}

std::string make_frame(std::string_view reply) {
    std::uint64_t length = reply.size() + 1;
    std::string frame(sizeof length, '\0');
    std::memcpy(frame.data(), &length, sizeof length);
    frame.append(reply);
    frame.push_back('\0');
    return frame;
}

}  // namespace mp::os
