// SPDX-License-Identifier: GPL-2.0-or-later
// Does a client survive every kind of daemon?
#include "daemon/cli/client.h"

#include <gmock/gmock.h>

#include "tests/unit/cli/fake_daemon.h"

namespace {

using mp::Errc;
using mp::milliseconds;
using mp::Result;
using mp::cli::Client;
using mp::test::FakeDaemon;
using testing::ElementsAre;

constexpr mp::Duration kShort = milliseconds(50);

std::string frame_head(std::size_t length) {
    return std::string(reinterpret_cast<const char*>(&length), sizeof(length));
}

TEST(Client, AsksAnyNumberOfTimesOverOneConnection) {
    FakeDaemon daemon([](const std::string& request) { return "you said " + request + "\n"; });
    Result<Client> client = Client::connect(milliseconds(5000));
    ASSERT_TRUE(client);
    EXPECT_EQ(*client->ask("a"), "you said a\n");
    EXPECT_EQ(*client->ask("show maps"), "you said show maps\n");
    EXPECT_THAT(daemon.requests(), ElementsAre("a", "show maps"));
}

TEST(Client, LargeRepliesArriveWhole) {
    std::string large(5000000, 'x');
    FakeDaemon daemon([&](const std::string&) { return large; });
    Result<Client> client = Client::connect(milliseconds(5000));
    ASSERT_TRUE(client);
    EXPECT_EQ(*client->ask("a"), large);
}

TEST(Client, NobodyListeningIsGone) {
    ::setenv("MULTIPATH_SOCKET_NAME", "@shortpath-test-nobody", 1);
    EXPECT_EQ(Client::connect(kShort).error().code, Errc::gone);
    ::setenv("MULTIPATH_SOCKET_NAME", "/nonexistent/socket", 1);
    EXPECT_EQ(Client::connect(kShort).error().code, Errc::gone);
    ::unsetenv("MULTIPATH_SOCKET_NAME");
}

TEST(Client, NamesThatDoNotFitAreRefused) {
    ::setenv("MULTIPATH_SOCKET_NAME", std::string(500, 'x').c_str(), 1);
    EXPECT_EQ(Client::connect(kShort).error().code, Errc::invalid);
    ::unsetenv("MULTIPATH_SOCKET_NAME");
}

TEST(Client, ReplyLargerThanTheLimitIsRefusedBeforeMemoryIsTaken) {
    FakeDaemon daemon([](const std::string&) { return ""; });
    daemon.send_raw(frame_head(~std::size_t{0}));
    Result<Client> client = Client::connect(milliseconds(5000));
    ASSERT_TRUE(client);
    EXPECT_EQ(client->ask("a").error().code, Errc::limit);
}

TEST(Client, ConnectionClosedWithinAReplyIsGone) {
    FakeDaemon daemon([](const std::string&) { return ""; });
    for (const std::string& bytes : {frame_head(10) + "abc", std::string("\x01\x02")}) {
        daemon.send_raw(bytes);
        Result<Client> client = Client::connect(milliseconds(5000));
        ASSERT_TRUE(client);
        EXPECT_EQ(client->ask("a").error().code, Errc::gone);
    }
}

TEST(Client, SilentDaemonIsATimeout) {
    std::promise<void> release;
    std::shared_future<void> released = release.get_future().share();
    FakeDaemon daemon([released](const std::string&) {
        released.wait();
        return std::string();
    });
    Result<Client> client = Client::connect(kShort);
    ASSERT_TRUE(client);
    EXPECT_EQ(client->ask("a").error().code, Errc::timeout);
    release.set_value();
}

TEST(Quoted, DoublesQuotes) {
    EXPECT_EQ(mp::cli::quoted("a b"), "\"a b\"");
    EXPECT_EQ(mp::cli::quoted("a\"b"), "\"a\"\"b\"");
}

}  // namespace
