// SPDX-License-Identifier: GPL-2.0-or-later
// Are events printed once, from now on, and lost ones counted?
#include "daemon/cli/monitor.h"

#include <gmock/gmock.h>

#include "daemon/cli/client.h"
#include "tests/unit/cli/fake_daemon.h"

namespace {

using mp::test::FakeDaemon;
using testing::ElementsAre;

std::string event(int number) {
    return "{\"number\": " + std::to_string(number) + ", \"text\": \"x\"}\n";
}

std::string printed(int expected_code, int rounds) {
    testing::internal::CaptureStdout();
    EXPECT_EQ(mp::cli::run_monitor(mp::seconds(5), mp::Duration{0}, rounds), expected_code);
    return testing::internal::GetCapturedStdout();
}

TEST(Monitor, PrintsWhatHappensFromNowOn) {
    int question = 0;
    FakeDaemon daemon([&question](const std::string&) {
        ++question;
        return question == 1   ? event(3) + event(4)
               : question == 2 ? std::string("ok\n")
               : question == 3 ? event(5) + event(6)
                               : event(9);
    });
    EXPECT_EQ(printed(0, 3), event(5) + event(6) + "{\"lost\": 2}\n" + event(9));
    EXPECT_THAT(daemon.requests(), ElementsAre("show events since 0", "show events since 4",
                                               "show events since 4", "show events since 6"));
}

TEST(Monitor, DaemonsThatCannotTellAreAFailure) {
    FakeDaemon daemon([](const std::string&) { return "fail\nshow events: not found\n"; });
    EXPECT_EQ(printed(1, 3), "");
}

TEST(Monitor, WithoutADaemonNothingIsPrinted) {
    ::setenv("MULTIPATH_SOCKET_NAME", "@shortpath-test-nobody", 1);
    EXPECT_EQ(printed(1, 1), "");
    ::unsetenv("MULTIPATH_SOCKET_NAME");
}

}  // namespace
