// SPDX-License-Identifier: GPL-2.0-or-later
// Is the wwids file edited as other readers of it expect?
#include "daemon/cli/wwids.h"

#include <gmock/gmock.h>

#include <cstdio>

#include "daemon/api/answer.h"
#include "daemon/cli/files.h"
#include "tests/unit/api/sample.h"
#include "tests/unit/cli/fake_daemon.h"
#include "tests/unit/cli/root_folder.h"

namespace {

using namespace mp::cli;
using mp::Wwid;
using mp::test::FakeDaemon;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class WwidsFile : public testing::Test {
protected:
    WwidsFile() { root_.folder("/etc"); }
    std::string file() const { return root_.path() + kWwidsFile; }
    std::string content() const { return read_file(file()).value_or("(none)"); }
    std::string changed(Mode mode, const std::string& device, int expected_code) {
        Options options;
        options.mode = mode;
        options.device = device;
        Daemon connection(options);
        testing::internal::CaptureStdout();
        EXPECT_EQ(change_wwids(options, connection), expected_code);
        std::fflush(stdout);
        return testing::internal::GetCapturedStdout();
    }

    mp::test::RootFolder root_;
};

TEST_F(WwidsFile, FirstWwidMakesFolderFileAndHeader) {
    ASSERT_TRUE(add_wwid(file(), Wwid("3600a")));
    EXPECT_THAT(content(), StartsWith("# Multipath wwids, Version : 1.0\n"));
    EXPECT_THAT(content(), EndsWith("\n/3600a/\n"));
}

TEST_F(WwidsFile, AddingTwiceChangesNothing) {
    ASSERT_TRUE(add_wwid(file(), Wwid("3600a")));
    std::string before = content();
    ASSERT_TRUE(add_wwid(file(), Wwid("3600a")));
    EXPECT_EQ(content(), before);
}

TEST_F(WwidsFile, RemovedWwidIsNotValidAnyMoreAndOthersStay) {
    ASSERT_TRUE(add_wwid(file(), Wwid("3600a")));
    ASSERT_TRUE(add_wwid(file(), Wwid("3600b")));
    EXPECT_TRUE(*remove_wwid(file(), Wwid("3600a")));
    EXPECT_THAT(content(), Not(HasSubstr("\n/3600a/")));
    EXPECT_THAT(content(), HasSubstr("\n/3600b/\n"));
    EXPECT_FALSE(*remove_wwid(file(), Wwid("3600a")));
}

TEST_F(WwidsFile, ResetKeepsOnlyTheGiven) {
    ASSERT_TRUE(add_wwid(file(), Wwid("3600a")));
    ASSERT_TRUE(reset_wwids(file(), {Wwid("3600c"), Wwid("3600d")}));
    EXPECT_THAT(content(), Not(HasSubstr("3600a")));
    EXPECT_THAT(content(), EndsWith("/3600c/\n/3600d/\n"));
}

TEST_F(WwidsFile, WhatIsNoWwidIsRefused) {
    EXPECT_FALSE(add_wwid(file(), Wwid("")));
    EXPECT_FALSE(add_wwid(file(), Wwid("a/b")));
}

TEST_F(WwidsFile, OptionsFindTheWwidOfWhatWasNamed) {
    FakeDaemon daemon([](const std::string& request) {
        return std::get<std::string>(mp::api::answer(
            request, mp::api::Caller{true, mp::test::kSampleTime, 1}, mp::test::sample()));
    });
    EXPECT_EQ(changed(Mode::add_wwid, "mpatha", 0),
              "wwid '36001405aaaaaaaaaaaaaaaaaaaaaaaaa' added\n");
    EXPECT_EQ(changed(Mode::add_wwid, "/dev/sdc", 0),
              "wwid '36001405bbbbbbbbbbbbbbbbbbbbbbbbb' added\n");
    EXPECT_EQ(changed(Mode::add_wwid, "36009999", 0), "wwid '36009999' added\n");
    EXPECT_EQ(changed(Mode::add_wwid, "/dev/nothing", 1), "");
    EXPECT_EQ(changed(Mode::reset_wwids, "", 0), "successfully reset wwids\n");
    EXPECT_THAT(
        content(),
        EndsWith("/36001405aaaaaaaaaaaaaaaaaaaaaaaaa/\n/36001405bbbbbbbbbbbbbbbbbbbbbbbbb/\n"));
}

TEST_F(WwidsFile, WithoutADaemonSysfsTellsWwids) {
    ::setenv("MULTIPATH_SOCKET_NAME", "@shortpath-test-nobody", 1);
    root_.write("/sys/block/dm-2/dm/uuid", "mpath-3600map\n");
    root_.write("/sys/block/dm-2/dm/name", "mpatha\n");
    root_.write("/sys/block/dm-1/dm/uuid", "LVM-abc\n");
    root_.write("/sys/block/sdq/dev", "65:0\n");
    root_.write("/run/udev/data/b65:0", "I:1\nE:ID_SERIAL=3600disk\n");
    EXPECT_EQ(changed(Mode::add_wwid, "/dev/mapper/mpatha", 0), "wwid '3600map' added\n");
    EXPECT_EQ(changed(Mode::add_wwid, "/dev/sdq", 0), "wwid '3600disk' added\n");
    EXPECT_EQ(changed(Mode::remove_wwid, "3600disk", 0), "wwid '3600disk' removed\n");
    EXPECT_EQ(changed(Mode::remove_wwid, "3600disk", 1), "wwid '3600disk' not in wwids file\n");
    EXPECT_EQ(changed(Mode::reset_wwids, "", 0), "successfully reset wwids\n");
    EXPECT_THAT(content(), EndsWith("\n/3600map/\n"));
    ::unsetenv("MULTIPATH_SOCKET_NAME");
}

}  // namespace
