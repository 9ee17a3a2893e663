// SPDX-License-Identifier: GPL-2.0-or-later
// The FileStore on a scratch folder, and what only real files can do wrong.
#include "daemon/os/file_store.h"

#include <sys/stat.h>

#include "daemon/os/state_file.h"
#include "tests/contract/file_store_contract.h"
#include "tests/contract/os/loop_fixture.h"

namespace mp::contract {
namespace {

class RecordingLog final : public ports::Log {
public:
    void write(const model::effect::Log& record) override { lines.push_back(record.text); }
    std::vector<std::string> lines;
};

class DiskHarness final : public FileStoreHarness {
public:
    explicit DiskHarness(std::size_t jobs_max = 4096) {
        std::filesystem::create_directories(folder_.path("etc"));
        std::filesystem::create_directories(folder_.path("sys"));
        os::DiskFileStore::Options options;
        options.config_file = folder_.path("etc/multipath.conf");
        options.config_dir = folder_.path("etc/multipath/conf.d");
        options.state_dir = folder_.path("etc/multipath");
        options.run_dir = folder_.path("run");
        options.jobs_max = jobs_max;
        port_ = std::make_unique<os::DiskFileStore>(
            *loop_, sink_, log_, *os::SysDir::open(folder_.path("sys")), options);
    }

    ports::FileStore& port() override { return *port_; }
    void set_config(const std::string& text) override { folder_.write("etc/multipath.conf", text); }
    bool failed_wwid(const std::string& wwid) override {
        return std::filesystem::exists(folder_.path("run/failed_wwids/" + wwid));
    }
    const std::vector<model::event::FileWritten>& written() override {
        written_ = sink_.all<model::event::FileWritten>();
        return written_;
    }
    bool run_until(const std::function<bool()>& done) override {
        return contract::run_until(*loop_, done);
    }
    const ScratchFolder& folder() const { return folder_; }
    const std::vector<std::string>& log() const { return log_.lines; }
    std::vector<model::event::SettingsApplied> applied() const {
        return sink_.all<model::event::SettingsApplied>();
    }

private:
    ScratchFolder folder_;
    std::unique_ptr<os::EventLoop> loop_ = contract::make_loop();
    RecordingSink sink_;
    RecordingLog log_;
    std::unique_ptr<os::DiskFileStore> port_;
    std::vector<model::event::FileWritten> written_;
};

INSTANTIATE_TEST_SUITE_P(Os, FileStoreContract,
                         ::testing::Values(FileStoreCase{
                             "Disk", [] { return std::make_unique<DiskHarness>(); }}),
                         [](const auto& test) { return test.param.name; });

TEST(DiskFileStore, DropInsFollowInTheOrderOfTheirNames) {
    DiskHarness harness;
    harness.set_config("main");
    harness.folder().write("etc/multipath/conf.d/20.conf", "second");
    harness.folder().write("etc/multipath/conf.d/10.conf", "first");
    harness.folder().write("etc/multipath/conf.d/readme.txt", "no");
    harness.folder().write("etc/multipath/conf.d/.hidden.conf", "no");
    std::filesystem::create_directories(harness.folder().path("etc/multipath/conf.d/30.conf"));
    const auto files = harness.port().read_config();
    ASSERT_EQ(files.size(), 4U);
    EXPECT_EQ(files[0].content, "main");
    EXPECT_EQ(files[1].content, "first");
    EXPECT_EQ(files[2].content, "second");
    EXPECT_TRUE(files[3].error.has_value());  // a directory
}

TEST(DiskFileStore, WritesThatDoNotFitTheQueueAreAnsweredToo) {
    DiskHarness harness(0);
    harness.port().replace(OpId{1}, model::StateFile::wwids, "x");
    EXPECT_TRUE(harness.written().empty());
    ASSERT_TRUE(harness.run_until([&] { return harness.written().size() == 1; }));
    EXPECT_EQ(harness.written()[0].outcome.error().code, Errc::limit);
}

TEST(DiskFileStore, AttributesAreWrittenInOrderAndFailuresAreSaid) {
    DiskHarness harness;
    harness.folder().write("sys/rport/dev_loss_tmo", "30\n");
    harness.port().write_attribute("/rport/fast_io_fail_tmo", "5", "transport settings");
    harness.port().write_attribute("/rport/dev_loss_tmo", "11", "transport settings");
    harness.port().write_attribute("/rport/dev_loss_tmo", "22", "transport settings");
    ASSERT_TRUE(harness.run_until(
        [&] { return harness.folder().read("sys/rport/dev_loss_tmo") == "22\n"; }));
    ASSERT_EQ(harness.log().size(), 1U);
    EXPECT_NE(harness.log()[0].find("fast_io_fail_tmo"), std::string::npos);
    EXPECT_NE(harness.log()[0].find("transport settings"), std::string::npos);
}

TEST(DiskFileStore, SettingsAreReadBackAndOneThatStandsIsNotWritten) {
    DiskHarness harness;
    harness.folder().write("sys/rport/dev_loss_tmo", "600\n");
    harness.folder().write("sys/rport/fast_io_fail_tmo", "29\n");
    std::filesystem::permissions(harness.folder().path("sys/rport/dev_loss_tmo"),
                                 std::filesystem::perms::owner_read);
    harness.port().apply(OpId{4}, {{"/rport/dev_loss_tmo", "31", true},
                                   {"/rport/fast_io_fail_tmo", "30"},
                                   {"/rport/dev_loss_tmo", "600"},
                                   {"/rport/roles", "target"}});
    ASSERT_TRUE(harness.run_until([&] { return !harness.applied().empty(); }));
    const model::event::SettingsApplied done = harness.applied()[0];
    EXPECT_EQ(done.op, OpId{4});
    ASSERT_EQ(done.found.size(), 4U);
    EXPECT_EQ(done.found[0], "600");
    EXPECT_EQ(done.found[1], "30");
    EXPECT_EQ(done.found[2], "600");
    ASSERT_FALSE(done.found[3].has_value());
    EXPECT_EQ(done.found[3].error().code, Errc::gone);
    EXPECT_EQ(harness.folder().read("sys/rport/fast_io_fail_tmo"), "30\n");
    EXPECT_TRUE(harness.log().empty());
}

TEST(DiskFileStore, SettingsThatDoNotFitTheQueueAreAnsweredToo) {
    DiskHarness harness(0);
    harness.port().apply(OpId{5}, {{"/rport/dev_loss_tmo", "31"}});
    EXPECT_TRUE(harness.applied().empty());
    ASSERT_TRUE(harness.run_until([&] { return !harness.applied().empty(); }));
    EXPECT_EQ(harness.applied()[0].found.at(0).error().code, Errc::limit);
}

TEST(DiskFileStore, AWwidThatIsNoFileNameIsRefused) {
    DiskHarness harness;
    harness.port().mark_failed_wwid("../../etc/passwd", true);
    ASSERT_TRUE(harness.run_until([&] { return !harness.log().empty(); }));
    EXPECT_FALSE(std::filesystem::exists(harness.folder().path("run/failed_wwids")));
}

TEST(DiskFileStore, WhatWasAskedForBeforeTheEndIsStillWritten) {
    const ScratchFolder folder;
    {
        const auto loop = contract::make_loop();
        RecordingSink sink;
        RecordingLog log;
        os::DiskFileStore::Options options;
        options.state_dir = folder.path("state");
        os::DiskFileStore store(*loop, sink, log, *os::SysDir::open(folder.path()), options);
        for (std::uint64_t i = 1; i <= 3; ++i) {
            store.replace(OpId{i}, model::StateFile::bindings, std::to_string(i));
        }
    }
    EXPECT_EQ(folder.read("state/bindings"), "3");
}

TEST(StateFile, AFailedReplacementLeavesTheOldFile) {
    const ScratchFolder folder;
    folder.write("bindings", "old");
    // The temporary file cannot be made: its name is taken by a directory with content.
    folder.write("bindings.new/in the way", "");
    EXPECT_FALSE(os::replace_file(folder.path("bindings"), "new").has_value());
    EXPECT_EQ(folder.read("bindings"), "old");
}

TEST(StateFile, IsPrivateAndLeavesNoTemporaryFile) {
    const ScratchFolder folder;
    ASSERT_TRUE(os::replace_file(folder.path("state/bindings"), "x").has_value());
    struct stat status {};
    ASSERT_EQ(::stat(folder.path("state/bindings").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0600U);
    EXPECT_FALSE(std::filesystem::exists(folder.path("state/bindings.new")));
}

TEST(StateFile, AnAppendEndsATornLineFirst) {
    const ScratchFolder folder;
    folder.write("wwids", "# header\n/one/\n/tor");
    ASSERT_TRUE(os::append_to_file(folder.path("wwids"), "# header\n", "/two/\n").has_value());
    EXPECT_EQ(folder.read("wwids"), "# header\n/one/\n/tor\n/two/\n");
}

TEST(StateFile, AbsurdFilesAreRefused) {
    const ScratchFolder folder;
    folder.write("big", "");
    std::filesystem::resize_file(folder.path("big"), os::kFileMax + 1);
    EXPECT_EQ(os::read_file(folder.path("big")).error().code, Errc::limit);
    EXPECT_EQ(os::read_file(folder.path("none")).error().code, Errc::gone);
}

}  // namespace
}  // namespace mp::contract
