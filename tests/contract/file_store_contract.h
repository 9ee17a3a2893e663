// SPDX-License-Identifier: GPL-2.0-or-later
// What every FileStore does: whole files, in the order of the calls, with an answer for each.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/ports/ports.h"

namespace mp::contract {

class FileStoreHarness {
public:
    virtual ~FileStoreHarness() = default;
    virtual ports::FileStore& port() = 0;
    virtual void set_config(const std::string& text) = 0;
    virtual bool failed_wwid(const std::string& wwid) = 0;
    virtual const std::vector<model::event::FileWritten>& written() = 0;
    virtual bool run_until(const std::function<bool()>& done) = 0;
};

struct FileStoreCase {
    const char* name;
    std::function<std::unique_ptr<FileStoreHarness>()> make;
};

class FileStoreContract : public ::testing::TestWithParam<FileStoreCase> {
protected:
    static constexpr model::StateFile kBindings = model::StateFile::bindings;
    static constexpr model::StateFile kWwids = model::StateFile::wwids;

    bool run_until_written(std::size_t count) {
        return harness_->run_until([&] { return harness_->written().size() >= count; });
    }

    std::unique_ptr<FileStoreHarness> harness_ = GetParam().make();
    ports::FileStore& port_ = harness_->port();
};

TEST_P(FileStoreContract, TheMainConfigurationComesFirst) {
    harness_->set_config("defaults {\n}\n");
    const std::vector<ports::FileStore::Loaded> files = port_.read_config();
    ASSERT_FALSE(files.empty());
    EXPECT_EQ(files[0].content, "defaults {\n}\n");
    EXPECT_FALSE(files[0].error.has_value());
}

TEST_P(FileStoreContract, AFileThatDoesNotExistHasNoContentAndNoError) {
    const ports::FileStore::Loaded file = port_.read_state(model::StateFile::prkeys);
    EXPECT_FALSE(file.content.has_value());
    EXPECT_FALSE(file.error.has_value());
}

TEST_P(FileStoreContract, ReplacesTheWholeFile) {
    port_.replace(OpId{1}, kBindings, "a long first version\n");
    EXPECT_TRUE(harness_->written().empty());
    ASSERT_TRUE(run_until_written(1));
    port_.replace(OpId{2}, kBindings, "short\n");
    ASSERT_TRUE(run_until_written(2));
    EXPECT_EQ(harness_->written()[0].op, OpId{1});
    EXPECT_TRUE(harness_->written()[0].outcome.has_value());
    EXPECT_EQ(harness_->written()[1].op, OpId{2});
    EXPECT_EQ(port_.read_state(kBindings).content, "short\n");
    EXPECT_FALSE(port_.read_state(kWwids).content.has_value());
}

TEST_P(FileStoreContract, AppendsAndWritesTheHeaderOnce) {
    port_.append(OpId{1}, kWwids, "# header\n", "/one/\n");
    ASSERT_TRUE(run_until_written(1));
    port_.append(OpId{2}, kWwids, "# header\n", "/two/\n");
    ASSERT_TRUE(run_until_written(2));
    EXPECT_EQ(port_.read_state(kWwids).content, "# header\n/one/\n/two/\n");
}

TEST_P(FileStoreContract, MarksAndUnmarksAFailedWwid) {
    port_.mark_failed_wwid("360000000000000000e00000000010001", true);
    ASSERT_TRUE(harness_->run_until(
        [&] { return harness_->failed_wwid("360000000000000000e00000000010001"); }));
    port_.mark_failed_wwid("360000000000000000e00000000010001", false);
    ASSERT_TRUE(harness_->run_until(
        [&] { return !harness_->failed_wwid("360000000000000000e00000000010001"); }));
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(FileStoreContract);

}  // namespace mp::contract
