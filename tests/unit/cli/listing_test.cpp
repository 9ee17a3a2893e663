// SPDX-License-Identifier: GPL-2.0-or-later
// What does `multipath -l` ask the daemon, print and return?
#include "daemon/cli/listing.h"

#include <gmock/gmock.h>

#include "tests/unit/cli/tools.h"

namespace {

using namespace mp::cli;
using namespace mp::test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

TEST(Listing, TreeTakesOneRequest) {
    FakeDaemon daemon(answers("ok\n"));
    Outcome outcome = run(list_maps, with(Mode::list));
    EXPECT_EQ(outcome.code, 0);
    EXPECT_THAT(outcome.output,
                StartsWith("mpatha (36001405aaaaaaaaaaaaaaaaaaaaaaaaa) dm-0 LIO-ORG,disk\nsize="));
    EXPECT_THAT(daemon.requests(), ElementsAre("show topology"));
}

TEST(Listing, NoMapsPrintNothing) {
    FakeDaemon daemon([](const std::string&) { return "ok\n"; });
    Outcome outcome = run(list_maps, with(Mode::list));
    EXPECT_EQ(outcome.code, 0);
    EXPECT_EQ(outcome.output + outcome.messages, "");
}

TEST(Listing, OneMapByItsPath) {
    FakeDaemon daemon(answers("ok\n"));
    Outcome outcome = run(list_maps, with(Mode::list, "/dev/sda"));
    EXPECT_THAT(outcome.output, StartsWith("mpatha "));
    EXPECT_EQ(outcome.output.find("sdc"), std::string::npos);
}

TEST(Listing, UnknownDeviceIsAMessageAndNoOutput) {
    FakeDaemon daemon(answers("ok\n"));
    Outcome outcome = run(list_maps, with(Mode::list, "nothing"));
    EXPECT_EQ(outcome.code, 1);
    EXPECT_EQ(outcome.output, "");
    EXPECT_THAT(outcome.messages, HasSubstr(" | 'nothing' is not a valid argument\n"));
}

TEST(Listing, VerbosityOneNamesOnly) {
    FakeDaemon daemon(answers("ok\n"));
    Options options = with(Mode::list);
    options.verbosity = 1;
    EXPECT_EQ(run(list_maps, options).output, "mpatha\n36001405bbbbbbbbbbbbbbbbbbbbbbbbb\n");
    options.device = "sda";
    EXPECT_EQ(run(list_maps, options).output, "mpatha\n");
    options.verbosity = 0;
    EXPECT_EQ(run(list_maps, options).output, "");
}

TEST(Listing, VerbosityThreePrintsPathsFirst) {
    FakeDaemon daemon(answers("ok\n"));
    Options options = with(Mode::list);
    options.verbosity = 3;
    std::string output = run(list_maps, options).output;
    EXPECT_THAT(output, StartsWith("===== paths list =====\nuuid "));
    EXPECT_LT(output.find("sdaa"), output.find("mpatha ("));
}

TEST(Listing, BusyDaemonIsNoAnswer) {
    FakeDaemon daemon([](const std::string&) { return "fail\ntimeout\n"; });
    EXPECT_EQ(run(list_maps, with(Mode::list)).code, std::nullopt);
}

TEST(Listing, OnlyHeaderLinesAreBold) {
    EXPECT_EQ(embolden("a (3) dm-0 V,P\nsize=1G x\n|-+- p\n| `- 1\n`-+- p\n  `- 1\n"),
              "\033[1ma (3) dm-0 V,P\033[0m\nsize=1G x\n|-+- p\n| `- 1\n`-+- p\n  `- 1\n");
}

TEST(Listing, WithoutADaemonThereIsNoAnswer) {
    ::setenv("MULTIPATH_SOCKET_NAME", "@shortpath-test-nobody", 1);
    EXPECT_EQ(run(list_maps, with(Mode::list)).code, std::nullopt);
    ::unsetenv("MULTIPATH_SOCKET_NAME");
}

}  // namespace
