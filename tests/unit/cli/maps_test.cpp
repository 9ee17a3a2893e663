// SPDX-License-Identifier: GPL-2.0-or-later
// What do the changing forms of `multipath` ask the daemon, print and return?
#include "daemon/cli/maps.h"

#include <gmock/gmock.h>

#include "tests/unit/cli/root_folder.h"
#include "tests/unit/cli/tools.h"

namespace {

using namespace mp::cli;
using namespace mp::test;
using testing::ElementsAre;
using testing::HasSubstr;

std::optional<int> flush(const Options& options, Daemon& daemon) {
    return flush_maps(options, daemon, mp::milliseconds(1));
}

TEST(Flush, OneMap) {
    FakeDaemon daemon(answers("ok\n"));
    EXPECT_EQ(run(flush, with(Mode::flush_one, "my map")).code, 0);
    EXPECT_EQ(run(flush, with(Mode::flush_all)).code, 0);
    EXPECT_THAT(daemon.requests(), ElementsAre("del map \"my map\"", "del maps"));
}

TEST(Flush, MapInUseIsSaidInTheKnownWords) {
    FakeDaemon daemon(answers("fail\nmap or partition in use\n"));
    Outcome outcome = run(flush, with(Mode::flush_one, "mpatha"));
    EXPECT_EQ(outcome.code, 1);
    EXPECT_EQ(outcome.output, "");
    EXPECT_THAT(outcome.messages, HasSubstr(" | mpatha: map in use\n"));
}

TEST(Flush, RetriesAsOftenAsAsked) {
    FakeDaemon daemon(answers("fail\nmap or partition in use\n"));
    Options options = with(Mode::flush_one, "mpatha");
    options.retries = 1;
    EXPECT_EQ(run(flush, options).code, 1);
    EXPECT_EQ(daemon.requests().size(), 2U);
}

TEST(Flush, UnknownMapIsNotAValidArgument) {
    FakeDaemon daemon(answers("fail\ndevice not found\n"));
    Outcome outcome = run(flush, with(Mode::flush_one, "x"));
    EXPECT_EQ(outcome.code, 1);
    EXPECT_THAT(outcome.messages, HasSubstr("'x' is not a valid argument\n"));
}

TEST(Flush, ABusyDaemonIsNotDoneWithout) {
    FakeDaemon daemon(answers("fail\ntimeout\n"));
    EXPECT_EQ(run(flush, with(Mode::flush_all)).code, 1);
}

TEST(Update, AsksForAReconfigurationOrAReload) {
    FakeDaemon daemon(answers("ok\n"));
    EXPECT_EQ(run(update_maps, with(Mode::create)).code, 0);
    Options forced = with(Mode::create);
    forced.force_reload = true;
    EXPECT_EQ(run(update_maps, forced).code, 0);
    forced.device = "/dev/dm-0";
    EXPECT_EQ(run(update_maps, forced).code, 0);
    EXPECT_THAT(daemon.requests(),
                ElementsAre("reconfigure", "reconfigure all",
                            "show map \"/dev/dm-0\" raw format %n", "reload map \"mpatha\""));
}

TEST(Update, AMapThatExistsNeedsNothing) {
    FakeDaemon daemon(answers("fail\n"));
    EXPECT_EQ(run(update_maps, with(Mode::create, "mpatha")).code, 0);
    EXPECT_EQ(daemon.requests().size(), 1U);
}

TEST(Update, AnythingElseIsAdded) {
    FakeDaemon daemon(answers("ok\n"));
    EXPECT_EQ(run(update_maps, with(Mode::create, "36001")).code, 0);
    EXPECT_EQ(daemon.requests().back(), "add map \"36001\"");
}

TEST(Update, RefusalIsAMessage) {
    FakeDaemon daemon(answers("fail\nblacklisted\n"));
    Outcome outcome = run(update_maps, with(Mode::create, "36001"));
    EXPECT_EQ(outcome.code, 1);
    EXPECT_THAT(outcome.messages, HasSubstr(" | blacklisted\n"));
}

TEST(CheckMap, UsablePathsDecide) {
    FakeDaemon daemon(answers("ok\n"));
    EXPECT_EQ(run(check_map, with(Mode::check_map, "dm-0")).code, 0);
    EXPECT_EQ(run(check_map, with(Mode::check_map, "nothing")).code, 1);
    FakeDaemon dead([](const std::string&) { return "0 \n"; });
    Outcome outcome = run(check_map, with(Mode::check_map, "dm-0"));
    EXPECT_EQ(outcome.code, 1);
    EXPECT_THAT(outcome.messages, HasSubstr("no usable paths found\n"));
}

TEST(CheckMap, WithoutADaemonTheKernelTells) {
    RootFolder root;
    ::setenv("MULTIPATH_SOCKET_NAME", "@shortpath-test-nobody", 1);
    root.write("/sys/block/dm-2/dm/uuid", "mpath-3600a\n");
    root.write("/sys/block/dm-2/dm/name", "mpatha\n");
    root.folder("/sys/block/dm-2/slaves/sda");
    root.write("/sys/block/sda/device/state", "offline\n");
    EXPECT_EQ(run(check_map, with(Mode::check_map, "dm-2")).code, 1);
    root.write("/sys/block/sda/device/state", "running\n");
    EXPECT_EQ(run(check_map, with(Mode::check_map, "dm-2")).code, 0);
    EXPECT_EQ(run(check_map, with(Mode::check_map, "/dev/mapper/mpatha")).code, 0);
    EXPECT_EQ(run(check_map, with(Mode::check_map, "dm-3")).code, 1);
    ::unsetenv("MULTIPATH_SOCKET_NAME");
}

TEST(Maps, WithoutADaemonThereIsNoAnswer) {
    ::setenv("MULTIPATH_SOCKET_NAME", "@shortpath-test-nobody", 1);
    EXPECT_EQ(run(flush, with(Mode::flush_all)).code, std::nullopt);
    ::unsetenv("MULTIPATH_SOCKET_NAME");
}

}  // namespace
