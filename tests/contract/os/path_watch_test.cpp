// SPDX-License-Identifier: GPL-2.0-or-later
// The thread that re-reads attributes, on a folder in place of sysfs.
#include "daemon/os/path_watch.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "daemon/os/watch_pass.h"
#include "tests/contract/os/loop_fixture.h"
#include "tests/contract/path_watch_contract.h"

namespace mp::contract {
namespace {

class SysfsWatchHarness final : public PathWatchHarness {
public:
    SysfsWatchHarness() {
        write_in_place("devices/beacon", "0");
        port_ = *os::SysfsWatch::create(*loop_, sink_, *os::SysDir::open(folder_.path()),
                                        milliseconds(1));
        port_->watch({.id = kBeacon, .devt = {}, .name = {}}, {"/devices/beacon"});
        let_a_pass_go_by();
    }

    ports::PathWatch& port() override { return *port_; }
    void set(const std::string& attribute, const std::optional<std::string>& value) override {
        let_a_pass_go_by();
        const std::string file = attribute.substr(1);
        if (value.has_value()) {
            write_in_place(file, *value);
        } else {
            // A kept descriptor still reads a file that is unlinked; an empty one reads like an
            // attribute that is gone.
            std::filesystem::resize_file(folder_.path(file), 0);
        }
    }
    const std::vector<model::event::KernelStateChanged>& changes() override {
        changes_.clear();
        for (auto& change : sink_.all<model::event::KernelStateChanged>()) {
            if (change.path != kBeacon) {
                changes_.push_back(change);
            }
        }
        return changes_;
    }
    bool run_until(const std::function<bool()>& done) override {
        return contract::run_until(*loop_, done);
    }
    void let_a_pass_go_by() override {
        // The pass that sees the second sign began after the one that saw the first.
        show_a_sign();
        show_a_sign();
    }

private:
    static constexpr PathId kBeacon{1000000};

    void show_a_sign() {
        const int before = beacon_;
        EXPECT_TRUE(run_until([&] {
            write_in_place("devices/beacon", std::to_string(++beacon_));
            return std::ranges::any_of(sink_.all<model::event::KernelStateChanged>(),
                                       [&](const model::event::KernelStateChanged& change) {
                                           return change.path == kBeacon &&
                                                  std::stoi(change.value) > before;
                                       });
        }));
    }

    // As sysfs: the same file and new bytes, with no moment in which it is empty.
    void write_in_place(const std::string& file, std::string text) {
        if (!std::filesystem::exists(folder_.path(file))) {
            folder_.write(file, std::string(32, ' '));
        }
        text.resize(32, ' ');
        const os::UniqueFd fd(::open(folder_.path(file).c_str(), O_WRONLY | O_CLOEXEC));
        EXPECT_EQ(::pwrite(fd.get(), text.data(), text.size(), 0), 32);
    }

    ScratchFolder folder_;
    std::unique_ptr<os::EventLoop> loop_ = contract::make_loop();
    RecordingSink sink_;
    std::unique_ptr<os::SysfsWatch> port_;
    std::vector<model::event::KernelStateChanged> changes_;
    int beacon_ = 0;
};

INSTANTIATE_TEST_SUITE_P(Os, PathWatchContract,
                         ::testing::Values(PathWatchCase{
                             "Sysfs", [] { return std::make_unique<SysfsWatchHarness>(); }}),
                         [](const auto& test) { return test.param.name; });

class WatchListTest : public ::testing::Test {
protected:
    void SetUp() override {
        for (std::uint64_t id = 1; id <= 8; ++id) {
            folder_.write(file(id), "running\n");
            list_.set(PathId{id}, {"/" + file(id)});
        }
        list_.pass(0, 1);
    }
    static std::string file(std::uint64_t id) { return "d" + std::to_string(id) + "/state"; }

    ScratchFolder folder_;
    os::WatchList list_{*os::SysDir::open(folder_.path())};
};

TEST_F(WatchListTest, ASliceReadsOnlyItsPaths) {
    folder_.write(file(2), "offline\n");
    EXPECT_TRUE(list_.pass(0, 4).empty());
    EXPECT_EQ(list_.pass(1, 4).size(), 1U);
}

TEST_F(WatchListTest, OneChangeMakesThePassReadEverything) {
    folder_.write(file(1), "offline\n");
    folder_.write(file(2), "offline\n");
    folder_.write(file(8), "offline\n");
    EXPECT_EQ(list_.pass(0, 4).size(), 3U);
    EXPECT_TRUE(list_.pass(1, 4).empty());
}

TEST_F(WatchListTest, AnAttributeThatStaysKeepsItsLastValue) {
    folder_.write(file(1), "offline\n");
    list_.set(PathId{1}, {"/" + file(1), "/d1/other"});
    const auto changes = list_.pass(0, 1);
    ASSERT_EQ(changes.size(), 1U);
    EXPECT_EQ(changes[0].value, "offline");
    EXPECT_EQ(list_.attribute_count(), 9U);
    folder_.write("d1/other", "Online\n");
    EXPECT_EQ(list_.pass(0, 1).size(), 1U);
}

TEST_F(WatchListTest, WhatTheKernelHoldsBackIsFollowedWithoutReadingTheRest) {
    EXPECT_FALSE(list_.any_passing());
    folder_.write(file(3), "blocked\n");
    EXPECT_EQ(list_.pass(0, 1).size(), 1U);
    ASSERT_TRUE(list_.any_passing());
    folder_.write(file(5), "offline\n");
    EXPECT_TRUE(list_.passing_pass().empty());
    folder_.write(file(3), "transport-offline\n");
    EXPECT_EQ(list_.passing_pass().size(), 2U);  // and then all the others, once
    EXPECT_FALSE(list_.any_passing());
}

TEST_F(WatchListTest, AForgottenPathIsNoLongerFollowed) {
    folder_.write(file(3), "blocked\n");
    folder_.write(file(4), "blocked\n");
    list_.pass(0, 1);
    list_.set(PathId{3}, {});
    EXPECT_TRUE(list_.any_passing());
    list_.set(PathId{4}, {"/d4/other"});
    EXPECT_FALSE(list_.any_passing());
}

TEST(WatchPace, StaysAtFullPaceWhilePassesAreCheap) {
    const os::WatchPace pace = os::choose_pace(milliseconds(250), microseconds(900));
    EXPECT_EQ(pace.period, milliseconds(250));
    EXPECT_EQ(pace.slices, 1U);
}

TEST(WatchPace, ReadsInPartsBeforeItSlowsDown) {
    const os::WatchPace parts = os::choose_pace(milliseconds(250), milliseconds(3));
    EXPECT_EQ(parts.period, milliseconds(250));
    EXPECT_EQ(parts.slices, 3U);
    const os::WatchPace slow = os::choose_pace(milliseconds(250), milliseconds(8));
    EXPECT_EQ(slow.slices, 4U);
    EXPECT_EQ(slow.period, milliseconds(500));
    const os::WatchPace slowest = os::choose_pace(milliseconds(250), seconds(10));
    EXPECT_EQ(slowest.period, os::WatchPace::kPeriodMax);
}

}  // namespace
}  // namespace mp::contract
