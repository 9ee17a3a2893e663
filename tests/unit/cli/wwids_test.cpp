// SPDX-License-Identifier: GPL-2.0-or-later
// Is the wwids file edited as other readers of it expect?
#include "daemon/cli/wwids.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdlib>

#include "daemon/api/answer.h"
#include "daemon/cli/files.h"
#include "tests/unit/api/sample.h"
#include "tests/unit/cli/fake_daemon.h"

namespace {

using namespace mp::cli;
using mp::Wwid;
using mp::test::FakeDaemon;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// A root folder that goes away with its file.
class WwidsFile : public testing::Test {
protected:
    WwidsFile() {
        char name[] = "/tmp/shortpath-wwids-XXXXXX";
        root_ = ::mkdtemp(name);
        ::setenv("SHORTPATH_ROOT", root_.c_str(), 1);
        std::system(("mkdir -p " + root_ + "/etc").c_str());
    }
    ~WwidsFile() override {
        ::unsetenv("SHORTPATH_ROOT");
        std::system(("rm -rf " + root_).c_str());
    }
    std::string file() const { return root_ + kWwidsFile; }
    std::string content() const { return read_file(file()).value_or("(none)"); }

    std::string root_;
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
    struct Case {
        const char* device;
        const char* output;
    };
    for (const Case& c :
         std::vector<Case>{{"mpatha", "wwid '36001405aaaaaaaaaaaaaaaaaaaaaaaaa' added\n"},
                           {"/dev/sdc", "wwid '36001405bbbbbbbbbbbbbbbbbbbbbbbbb' added\n"},
                           {"/dev/sde", "wwid '3600140500000000' added\n"},
                           {"36009999", "wwid '36009999' added\n"}}) {
        Options options;
        options.mode = Mode::add_wwid;
        options.device = c.device;
        Daemon connection(options);
        testing::internal::CaptureStdout();
        EXPECT_EQ(change_wwids(options, connection), 0);
        std::fflush(stdout);
        EXPECT_EQ(testing::internal::GetCapturedStdout(), c.output);
    }
    Options reset;
    reset.mode = Mode::reset_wwids;
    Daemon connection(reset);
    testing::internal::CaptureStdout();
    EXPECT_EQ(change_wwids(reset, connection), 0);
    std::fflush(stdout);
    EXPECT_EQ(testing::internal::GetCapturedStdout(), "successfully reset wwids\n");
    EXPECT_THAT(
        content(),
        EndsWith("/36001405aaaaaaaaaaaaaaaaaaaaaaaaa/\n/36001405bbbbbbbbbbbbbbbbbbbbbbbbb/\n"));
}

TEST_F(WwidsFile, RemovingAnUnknownWwidSaysSo) {
    ::setenv("MULTIPATH_SOCKET_NAME", "@shortpath-test-nobody", 1);
    Options options;
    options.mode = Mode::remove_wwid;
    options.device = "36001";
    Daemon connection(options);
    testing::internal::CaptureStdout();
    EXPECT_EQ(change_wwids(options, connection), 1);
    std::fflush(stdout);
    EXPECT_EQ(testing::internal::GetCapturedStdout(), "wwid '36001' not in wwids file\n");
    ::unsetenv("MULTIPATH_SOCKET_NAME");
}

}  // namespace
