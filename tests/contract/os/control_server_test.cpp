// SPDX-License-Identifier: GPL-2.0-or-later
// The control socket as clients of all kinds meet it: those of the field, and those that send
// garbage, half a request, or never read.
#include "daemon/os/control_server.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstring>

#include "daemon/os/frame.h"
#include "tests/contract/os/loop_fixture.h"

namespace mp::contract {
namespace {

using ::testing::StartsWith;

/// The address of a path, or with '@' before it of an abstract name.
std::pair<sockaddr_un, socklen_t> address_of(const std::string& name) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    if (name.front() != '@') {
        return {address, sizeof address};
    }
    address.sun_path[0] = '\0';
    return {address, static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size())};
}

/// A client with blocking calls.
class Client {
public:
    explicit Client(const std::string& name)
        : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        const auto [address, length] = address_of(name);
        EXPECT_EQ(::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&address), length), 0)
            << name;
    }
    void send_bytes(std::string_view bytes) const {
        EXPECT_EQ(::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
                  static_cast<ssize_t>(bytes.size()));
    }
    void send_request(std::string_view text) const { send_bytes(os::make_frame(text)); }
    /// The next reply without its NUL; "closed" when the server has closed the connection.
    std::string receive() const {
        std::uint64_t length = 0;
        if (!receive_exactly(&length, sizeof length)) {
            return "closed";
        }
        std::string text(length, 'x');
        EXPECT_TRUE(receive_exactly(text.data(), text.size()));
        EXPECT_EQ(text.back(), '\0');
        text.pop_back();
        return text;
    }
    std::string ask(std::string_view text) const {
        send_request(text);
        return receive();
    }
    void stop_sending() const { ::shutdown(fd_.get(), SHUT_WR); }
    int fd() const { return fd_.get(); }

private:
    bool receive_exactly(void* data, std::size_t size) const {
        std::size_t done = 0;
        while (done < size) {
            pollfd waiting{fd_.get(), POLLIN, 0};
            if (::poll(&waiting, 1, 60000) != 1) {
                ADD_FAILURE() << "no reply";
                return false;
            }
            const ssize_t got = ::recv(fd_.get(), static_cast<char*>(data) + done, size - done, 0);
            if (got <= 0) {
                return false;
            }
            done += static_cast<std::size_t>(got);
        }
        return true;
    }
    os::UniqueFd fd_;
};

class ControlServerTest : public ::testing::Test {
protected:
    void start(os::ControlServer::Options options = {}) {
        options.path = path_;
        options.abstract_name = "";
        options.use_systemd = false;
        Result<std::unique_ptr<os::ControlServer>> server = os::ControlServer::create(
            *loop_, sink_, options,
            [](std::string_view request, bool root) { return handle(request, root); });
        ASSERT_TRUE(server.has_value());
        server_ = std::move(*server);
    }
    // In the query thread.
    static os::ControlServer::Handled handle(std::string_view request, bool root) {
        if (request == "who") {
            return std::string(root ? "root\n" : "not root\n");
        }
        if (request == "huge") {
            return std::string(4U * 1024U * 1024U, 'h');
        }
        if (request == "add path sda") {
            return model::Command{model::Verb::add_path, "sda", ""};
        }
        return "echo " + std::string(request) + "\n";
    }
    model::event::CommandReceived wait_for_command() {
        EXPECT_TRUE(
            run_until(*loop_, [&] { return !sink_.all<model::event::CommandReceived>().empty(); }));
        return sink_.all<model::event::CommandReceived>().front();
    }

    ScratchFolder folder_;
    const std::string path_ = folder_.path("socket");
    std::unique_ptr<os::EventLoop> loop_ = contract::make_loop();
    RecordingSink sink_;
    std::unique_ptr<os::ControlServer> server_;
};

TEST_F(ControlServerTest, AnswersReadersWhileTheReactorStands) {
    start();
    const Client client(path_);
    EXPECT_EQ(client.ask("show maps"), "echo show maps\n");
    EXPECT_EQ(client.ask("show paths"), "echo show paths\n");
    EXPECT_EQ(Client(path_).ask("x"), "echo x\n");
}

TEST_F(ControlServerTest, TakesRequestsThatEndInNulNewlineOrNothing) {
    start();
    const Client client(path_);
    for (const std::string_view text :
         {std::string_view("list\0", 5), std::string_view("list\n", 5), std::string_view("list")}) {
        const std::uint64_t length = text.size();
        std::string frame(reinterpret_cast<const char*>(&length), sizeof length);
        frame += text;
        client.send_bytes(frame);
        EXPECT_EQ(client.receive(), "echo list\n");
    }
}

TEST_F(ControlServerTest, TakesRequestsInPiecesAndSeveralAtOnce) {
    start();
    const Client client(path_);
    const std::string frames = os::make_frame("one") + os::make_frame("two");
    for (const char byte : frames) {
        client.send_bytes({&byte, 1});
    }
    EXPECT_EQ(client.receive(), "echo one\n");
    EXPECT_EQ(client.receive(), "echo two\n");
    client.send_bytes(os::make_frame("three") + os::make_frame("four"));
    EXPECT_EQ(client.receive(), "echo three\n");
    EXPECT_EQ(client.receive(), "echo four\n");
}

TEST_F(ControlServerTest, KnowsWhoAsks) {
    start();
    EXPECT_EQ(Client(path_).ask("who"), ::geteuid() == 0 ? "root\n" : "not root\n");
}

TEST_F(ControlServerTest, ClosesOnLengthsThatCannotBe) {
    start();
    for (const std::string_view garbage :
         {std::string_view("0000000009show maps"), std::string_view("\0\0\0\0\0\0\0\0", 8),
          std::string_view("\xff\xff\xff\xff\xff\xff\xff\xff", 8),
          std::string_view("\x01\x00\x01\x00\x00\x00\x00\x00", 8)}) {
        const Client client(path_);
        client.send_bytes(garbage);
        EXPECT_EQ(client.receive(), "closed");
    }
    EXPECT_EQ(Client(path_).ask("still there"), "echo still there\n");
}

TEST_F(ControlServerTest, ACommandGoesToTheReactorAndItsReplyComesBack) {
    start();
    const Client client(path_);
    client.send_request("add path sda");
    const model::event::CommandReceived received = wait_for_command();
    EXPECT_EQ(received.command.verb, model::Verb::add_path);
    EXPECT_EQ(received.command.target, "sda");
    EXPECT_EQ(Client(path_).ask("others go on"), "echo others go on\n");
    server_->reply(ClientId{999999}, "nobody\n");
    server_->reply(received.client, "ok\n");
    server_->reply(received.client, "twice\n");
    EXPECT_EQ(client.receive(), "ok\n");
    EXPECT_EQ(client.ask("next"), "echo next\n");
}

TEST_F(ControlServerTest, RepliesOfOneConnectionKeepTheOrderOfItsRequests) {
    start();
    const Client client(path_);
    client.send_bytes(os::make_frame("add path sda") + os::make_frame("show"));
    server_->reply(wait_for_command().client, "ok\n");
    EXPECT_EQ(client.receive(), "ok\n");
    EXPECT_EQ(client.receive(), "echo show\n");
}

TEST_F(ControlServerTest, AClientThatStopsSendingStillGetsItsReply) {
    start();
    const Client client(path_);
    client.send_request("add path sda");
    client.stop_sending();
    server_->reply(wait_for_command().client, "ok\n");
    EXPECT_EQ(client.receive(), "ok\n");
    EXPECT_EQ(client.receive(), "closed");
}

TEST_F(ControlServerTest, AClientThatLeavesBeforeItsReplyIsForgotten) {
    start();
    ClientId gone;
    {
        const Client client(path_);
        client.send_request("add path sda");
        gone = wait_for_command().client;
    }
    server_->reply(gone, "ok\n");
    EXPECT_EQ(Client(path_).ask("x"), "echo x\n");
}

TEST_F(ControlServerTest, AnUnfinishedRequestTimesOut) {
    os::ControlServer::Options options;
    options.request_timeout = milliseconds(50);
    start(options);
    const Client client(path_);
    client.send_bytes(os::make_frame("show maps").substr(0, 11));
    EXPECT_EQ(client.receive(), "fail\ntimeout\n");
    EXPECT_EQ(client.receive(), "closed");
}

TEST_F(ControlServerTest, D04AClientThatNeverReadsIsDroppedAndDelaysNobody) {
    os::ControlServer::Options options;
    options.write_patience = milliseconds(200);
    start(options);
    const Client lazy(path_);
    lazy.send_request("huge");
    EXPECT_EQ(Client(path_).ask("x"), "echo x\n");
    pollfd hung_up{lazy.fd(), 0, 0};
    EXPECT_EQ(::poll(&hung_up, 1, 60000), 1);
    EXPECT_NE(hung_up.revents & POLLHUP, 0);
}

TEST_F(ControlServerTest, RepliesThatNobodyTakesDoNotFillTheMemory) {
    os::ControlServer::Options options;
    options.queued_bytes_max = 10U * 1024U * 1024U;
    start(options);
    const Client first(path_);
    first.send_request("huge");
    pollfd readable{first.fd(), POLLIN, 0};
    ASSERT_EQ(::poll(&readable, 1, 60000), 1);  // so it was the first
    const Client second(path_);
    second.send_request("huge");
    ASSERT_EQ(::poll((readable.fd = second.fd(), &readable), 1, 60000), 1);
    const Client third(path_);
    EXPECT_EQ(third.ask("huge").size(), 4U * 1024U * 1024U);
    EXPECT_EQ(second.receive().size(), 4U * 1024U * 1024U);
    pollfd hung_up{first.fd(), 0, 0};
    EXPECT_EQ(::poll(&hung_up, 1, 60000), 1);
}

TEST_F(ControlServerTest, MoreClientsThanAllowedAreClosedAtOnce) {
    os::ControlServer::Options options;
    options.clients_max = 2;
    options.clients_kept_for_root = 0;
    start(options);
    const Client first(path_);
    const Client second(path_);
    EXPECT_EQ(first.ask("1"), "echo 1\n");
    EXPECT_EQ(second.ask("2"), "echo 2\n");
    const Client third(path_);
    EXPECT_EQ(third.receive(), "closed");
    EXPECT_EQ(first.ask("1"), "echo 1\n");
}

TEST_F(ControlServerTest, TheSocketIsForEveryoneAndIsReplacedWhenStale) {
    folder_.write("socket", "left by a killed daemon");
    start();
    EXPECT_EQ(std::filesystem::status(path_).permissions(), std::filesystem::perms(0666));
    EXPECT_EQ(Client(path_).ask("x"), "echo x\n");
    server_.reset();
    EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(ControlServerTest, WhoAskedForTheEndIsToldSo) {
    start();
    const Client client(path_);
    client.send_request("add path sda");
    const ClientId waiting = wait_for_command().client;
    server_->reply(waiting, "ok\n");
    server_.reset();
    EXPECT_EQ(client.receive(), "ok\n");
    EXPECT_EQ(client.receive(), "closed");
}

/// Descriptors 3 and 4 as a service manager passes them. What they were before they are again
/// afterwards, so this must be made before and end after everything else of a test.
class Passed {
public:
    Passed() {
        for (std::size_t i = 0; i < saved_.size(); ++i) {
            saved_[i] = os::UniqueFd(::fcntl(number(i), F_DUPFD_CLOEXEC, 100));
        }
    }
    ~Passed() {
        for (std::size_t i = 0; i < saved_.size(); ++i) {
            ::close(number(i));
            if (saved_[i]) {
                ::dup2(saved_[i].get(), number(i));
            }
        }
        for (const char* name : {"LISTEN_PID", "LISTEN_FDS"}) {
            ::unsetenv(name);
        }
    }
    Passed(const Passed&) = delete;
    Passed& operator=(const Passed&) = delete;

    void listener(std::size_t i, const std::string& name) const {
        os::UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        const auto [address, length] = address_of(name);
        ASSERT_EQ(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), length), 0);
        ASSERT_EQ(::listen(fd.get(), 8), 0);
        put(std::move(fd), i);
    }
    void no_listener(std::size_t i) const {
        put(os::UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)), i);
    }
    static void say(const std::string& pid, const std::string& count) {
        ::setenv("LISTEN_PID", pid.c_str(), 1);
        ::setenv("LISTEN_FDS", count.c_str(), 1);
    }

private:
    static void put(os::UniqueFd fd, std::size_t i) {
        if (fd.get() == number(i)) {
            fd.release();
        } else {
            ::dup2(fd.get(), number(i));
        }
    }
    static int number(std::size_t i) { return static_cast<int>(i) + 3; }
    std::array<os::UniqueFd, 2> saved_;
};

class PassedSockets : public ::testing::Test {
protected:
    void start() {
        os::ControlServer::Options options;
        options.path = path_;
        options.abstract_name = abstract_.substr(1);
        Result<std::unique_ptr<os::ControlServer>> server =
            os::ControlServer::create(*loop_, sink_, options, [](std::string_view request, bool) {
                return os::ControlServer::Handled("echo " + std::string(request) + "\n");
            });
        ASSERT_TRUE(server.has_value());
        server_ = std::move(*server);
    }
    void expect_own_sockets() {
        EXPECT_EQ(Client(path_).ask("x"), "echo x\n");
        EXPECT_EQ(Client(abstract_).ask("x"), "echo x\n");
        server_.reset();
        EXPECT_FALSE(std::filesystem::exists(path_)) << "what it made it removes";
    }

    Passed passed_;
    ScratchFolder folder_;
    const std::string path_ = folder_.path("socket");
    const std::string abstract_ = "@" + folder_.path("abstract");
    std::unique_ptr<os::EventLoop> loop_;
    RecordingSink sink_;
    std::unique_ptr<os::ControlServer> server_;
};

TEST_F(PassedSockets, BothAreTakenOverAndStayWhenTheServerEnds) {
    passed_.listener(0, abstract_);
    passed_.listener(1, path_);
    Passed::say(std::to_string(::getpid()), "2");
    const Client early(path_);  // before anybody listens: what starts the daemon
    loop_ = make_loop();
    start();
    EXPECT_EQ(early.ask("first"), "echo first\n");
    EXPECT_EQ(Client(abstract_).ask("x"), "echo x\n");
    EXPECT_TRUE(server_->problems().empty());
    EXPECT_EQ(::getenv("LISTEN_FDS"), nullptr) << "a child would take them too";
    EXPECT_EQ(::fcntl(3, F_GETFD), FD_CLOEXEC);
    server_.reset();
    EXPECT_TRUE(std::filesystem::exists(path_));
}

TEST_F(PassedSockets, WordsThatMakeNoSenseAreSaidAndOwnSocketsAreMade) {
    const std::string pid = std::to_string(::getpid());
    const std::pair<std::string, std::string> cases[] = {
        {"x", "2"}, {pid, "two"}, {pid, "-1"}, {pid, "99999999999"}};
    loop_ = make_loop();
    for (const auto& [said, count] : cases) {
        Passed::say(said, count);
        start();
        ASSERT_EQ(server_->problems().size(), 1U) << said << " " << count;
        EXPECT_THAT(server_->problems()[0], StartsWith("LISTEN_PID and LISTEN_FDS make no sense"));
        expect_own_sockets();
    }
}

TEST_F(PassedSockets, WhatWasMeantForAnotherProcessIsNotTaken) {
    Passed::say(std::to_string(::getppid()), "2");
    loop_ = make_loop();
    start();
    EXPECT_TRUE(server_->problems().empty());
    expect_own_sockets();
}

TEST_F(PassedSockets, ADescriptorThatDoesNotListenIsSaidAndClosed) {
    passed_.no_listener(0);
    passed_.listener(1, path_);
    Passed::say(std::to_string(::getpid()), "2");
    loop_ = make_loop();
    start();
    ASSERT_EQ(server_->problems().size(), 1U);
    EXPECT_THAT(server_->problems()[0], StartsWith("descriptor 3 was passed and is not"));
    EXPECT_EQ(Client(path_).ask("x"), "echo x\n");
}

}  // namespace
}  // namespace mp::contract
