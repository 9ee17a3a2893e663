// SPDX-License-Identifier: GPL-2.0-or-later
// A connection to the daemon's control socket: one request, one reply, any number of times.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "daemon/base/result.h"
#include "daemon/base/time.h"

namespace mp::cli {

constexpr std::size_t kReplyMaxBytes = 32 * 1024 * 1024;
constexpr Duration kDefaultTimeout = milliseconds(4000);

class Client {
public:
    /// MULTIPATH_SOCKET_NAME alone when it is set ('@' first: abstract), else the socket under
    /// /run, else the abstract one. Errc::gone: nobody listens.
    static Result<Client> connect(Duration timeout);
    ~Client();
    Client(Client&& other) noexcept : fd_(std::exchange(other.fd_, -1)), timeout_(other.timeout_) {}
    Client& operator=(Client&& other) noexcept;
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// The reply without its NUL. Errc::timeout: nothing moved for as long as `timeout`. After an
    /// error the connection is of no more use.
    Result<std::string> ask(std::string_view request);

private:
    Client(int fd, Duration timeout) : fd_(fd), timeout_(timeout) {}
    Result<> send_all(const std::string& bytes);
    Result<> receive_all(char* out, std::size_t size);
    int fd_ = -1;
    Duration timeout_;
};

/// uxsock_timeout of the configuration plus a little, so that the daemon's own "timeout" arrives.
Duration configured_timeout();

/// `text` as one word of a request.
std::string quoted(std::string_view text);

}  // namespace mp::cli
