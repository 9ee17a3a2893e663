// SPDX-License-Identifier: GPL-2.0-or-later
// A daemon to talk to: listens on an abstract socket of its own, answers each request by a function
// and remembers what it was asked.
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <future>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace mp::test {

class FakeDaemon {
public:
    using Answer = std::function<std::string(const std::string& request)>;

    /// The reply is sent as a frame, a NUL added.
    explicit FakeDaemon(Answer answer) : answer_(std::move(answer)) { listen(); }
    ~FakeDaemon() {
        ::shutdown(listener_, SHUT_RDWR);
        thread_.join();
        ::close(listener_);
        ::unsetenv("MULTIPATH_SOCKET_NAME");
    }
    FakeDaemon(const FakeDaemon&) = delete;
    FakeDaemon& operator=(const FakeDaemon&) = delete;

    std::vector<std::string> requests() {
        std::lock_guard<std::mutex> hold(lock_);
        return requests_;
    }
    /// Bytes to send in place of a frame, for peers that misbehave.
    void send_raw(std::string bytes) {
        std::lock_guard<std::mutex> hold(lock_);
        raw_ = std::move(bytes);
    }

private:
    void listen() {
        static std::atomic<int> counter{0};
        std::string name =
            "@shortpath-test-" + std::to_string(::getpid()) + "-" + std::to_string(counter++);
        ::setenv("MULTIPATH_SOCKET_NAME", name.c_str(), 1);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path + 1, name.data() + 1, name.size() - 1);
        listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        socklen_t length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
        EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), length), 0);
        EXPECT_EQ(::listen(listener_, 8), 0);
        thread_ = std::thread([this] { serve(); });
    }

    static bool receive(int fd, char* out, std::size_t size) {
        while (size > 0) {
            ssize_t got = ::recv(fd, out, size, 0);
            if (got <= 0) {
                return false;
            }
            out += got;
            size -= static_cast<std::size_t>(got);
        }
        return true;
    }

    void serve() {
        int fd = -1;
        while ((fd = ::accept(listener_, nullptr, nullptr)) >= 0) {
            std::size_t length = 0;
            while (receive(fd, reinterpret_cast<char*>(&length), sizeof(length)) &&
                   length < 100000) {
                std::string request(length, '\0');
                if (!receive(fd, request.data(), length)) {
                    break;
                }
                request.pop_back();
                std::string raw;
                {
                    std::lock_guard<std::mutex> hold(lock_);
                    requests_.push_back(request);
                    raw = raw_;
                }
                std::string reply = answer_(request);
                std::size_t size = reply.size() + 1;
                std::string frame(reinterpret_cast<const char*>(&size), sizeof(size));
                frame += reply + std::string(1, '\0');
                if (!raw.empty()) {
                    frame = raw;
                }
                if (::send(fd, frame.data(), frame.size(), MSG_NOSIGNAL) < 0 || !raw.empty()) {
                    break;
                }
            }
            ::close(fd);
        }
    }

    Answer answer_;
    std::string raw_;
    int listener_ = -1;
    std::mutex lock_;
    std::vector<std::string> requests_;
    std::thread thread_;
};

}  // namespace mp::test
