// SPDX-License-Identifier: GPL-2.0-or-later
// How does a tool talk to the daemon? A frame is a native size_t and that many bytes, the last one
// a NUL, in both directions. The socket never blocks for good: each wait ends after the timeout,
// and waiting starts anew only when bytes have moved. The length of a reply is checked before
// memory is taken for it.
#include "daemon/cli/client.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "daemon/base/strings.h"
#include "daemon/cli/files.h"

namespace mp::cli {
namespace {

constexpr std::string_view kPathSocket = "/run/multipathd.socket";
constexpr std::string_view kAbstractSocket = "@/org/kernel/linux/storage/multipathd";

/// Connected descriptor; `name` with '@' first is abstract.
Result<int> connect_to(std::string_view name, Duration timeout) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (name.empty() || name.size() >= sizeof(address.sun_path)) {
        return fail(Errc::invalid, "socket name is empty or too long");
    }
    std::memcpy(address.sun_path, name.data(), name.size());
    std::size_t length = offsetof(sockaddr_un, sun_path) + name.size();
    if (name.front() == '@') {
        address.sun_path[0] = '\0';
    } else {
        ++length;
    }
    int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return fail_errno(errno, "socket");
    }
    // A full backlog makes connect() wait; the send timeout bounds that too.
    timeval limit{timeout.count() / 1000000, timeout.count() % 1000000};
    (void)::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&address),
                  static_cast<socklen_t>(length)) != 0) {
        int code = errno;
        ::close(fd);
        return code == ECONNREFUSED || code == ENOENT
                   ? Result<int>(fail(Errc::gone, "nobody listens on the control socket"))
                   : Result<int>(fail_errno(code, "connect to the control socket"));
    }
    return fd;
}

Result<> wait_for(int fd, short events, Duration timeout) {
    pollfd entry{fd, events, 0};
    while (true) {
        int got = ::poll(&entry, 1, static_cast<int>(timeout.count() / 1000));
        if (got > 0) {
            return {};
        }
        if (got == 0) {
            return fail(Errc::timeout, "the daemon did not answer in time");
        }
        if (errno != EINTR) {
            return fail_errno(errno, "poll");
        }
    }
}

}  // namespace

Result<Client> Client::connect(Duration timeout) {
    const char* chosen = std::getenv("MULTIPATH_SOCKET_NAME");
    if (chosen != nullptr && *chosen != '\0') {
        MP_TRY(int fd, connect_to(chosen, timeout));
        return Client(fd, timeout);
    }
    Result<int> fd = connect_to(kPathSocket, timeout);
    if (!fd) {
        fd = connect_to(kAbstractSocket, timeout);
    }
    if (!fd && fd.error().code == Errc::gone) {
        // The abstract one is out of a container's reach: what can be missing there is the file.
        return ::access(kPathSocket.data(), F_OK) == 0
                   ? fail(Errc::gone, "nobody listens on /run/multipathd.socket")
                   : fail(Errc::gone, "there is no /run/multipathd.socket");
    }
    if (!fd) {
        return tl::unexpected<Error>(fd.error());
    }
    return Client(*fd, timeout);
}

Client::~Client() {
    if (fd_ >= 0) {
        ::close(fd_);
    }
}

Client& Client::operator=(Client&& other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(timeout_, other.timeout_);
    return *this;
}

Result<> Client::send_all(const std::string& bytes) {
    std::size_t done = 0;
    while (done < bytes.size()) {
        ssize_t sent =
            ::send(fd_, bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent >= 0) {
            done += static_cast<std::size_t>(sent);
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            MP_CHECK(wait_for(fd_, POLLOUT, timeout_));
        } else if (errno != EINTR) {
            return fail_errno(errno, "send a request");
        }
    }
    return {};
}

Result<> Client::receive_all(char* out, std::size_t size) {
    std::size_t done = 0;
    while (done < size) {
        MP_CHECK(wait_for(fd_, POLLIN, timeout_));
        ssize_t got = ::recv(fd_, out + done, size - done, MSG_DONTWAIT);
        if (got > 0) {
            done += static_cast<std::size_t>(got);
        } else if (got == 0) {
            return fail(Errc::gone, "the daemon closed the connection");
        } else if (errno != EINTR && errno != EAGAIN) {
            return fail_errno(errno, "receive a reply");
        }
    }
    return {};
}

Result<std::string> Client::ask(std::string_view request) {
    std::size_t length = request.size() + 1;
    std::string frame(reinterpret_cast<const char*>(&length), sizeof(length));
    frame += request;
    frame += '\0';
    MP_CHECK(send_all(frame));
    std::array<char, sizeof(std::size_t)> head{};
    MP_CHECK(receive_all(head.data(), head.size()));
    std::memcpy(&length, head.data(), head.size());
    if (length > kReplyMaxBytes) {
        return fail(Errc::limit, "the reply is larger than 32 MiB");
    }
    std::string reply(length, '\0');
    MP_CHECK(receive_all(reply.data(), length));
    while (!reply.empty() && reply.back() == '\0') {
        reply.pop_back();
    }
    return reply;
}

Duration configured_timeout() {
    constexpr Duration kMargin = milliseconds(100);
    Duration timeout = kDefaultTimeout;
    for (const ConfigText& file : read_config_files()) {
        for (std::string_view line : split(file.content, '\n')) {
            std::vector<std::string_view> words = split_words(line);
            if (words.size() < 2 || words[0] != "uxsock_timeout") {
                continue;
            }
            std::string_view value = words[1];
            if (value.size() > 2 && value.front() == '"') {
                value = value.substr(1, value.size() - 2);
            }
            Result<std::uint64_t> number = parse_u64(value);
            if (number && *number <= 3600 * 1000) {
                timeout = std::max(kDefaultTimeout,
                                   Duration(milliseconds(static_cast<std::int64_t>(*number))));
            }
        }
    }
    return timeout + kMargin;
}

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (char c : text) {
        out += c;
        if (c == '"') {
            out += c;
        }
    }
    return out + "\"";
}

}  // namespace mp::cli
