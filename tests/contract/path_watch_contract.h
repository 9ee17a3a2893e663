// SPDX-License-Identifier: GPL-2.0-or-later
// What every PathWatch does: says the device's own state (the first attribute) once, then what
// changes, and nothing else.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/ports/ports.h"

namespace mp::contract {

class PathWatchHarness {
public:
    virtual ~PathWatchHarness() = default;
    virtual ports::PathWatch& port() = 0;
    /// Sets an attribute; unset: removes it. Returns only when a watch that was asked for before
    /// has read the old value.
    virtual void set(const std::string& attribute, const std::optional<std::string>& value) = 0;
    virtual const std::vector<model::event::KernelStateChanged>& changes() = 0;
    virtual bool run_until(const std::function<bool()>& done) = 0;
    /// Lets the watch read everything at least once more.
    virtual void let_a_pass_go_by() = 0;
};

struct PathWatchCase {
    const char* name;
    std::function<std::unique_ptr<PathWatchHarness>()> make;
};

class PathWatchContract : public ::testing::TestWithParam<PathWatchCase> {
protected:
    bool run_until_changes(std::size_t count) {
        return harness_->run_until([&] { return harness_->changes().size() >= count; });
    }
    static model::PathRef path(std::uint64_t id) {
        return {.id = PathId{id}, .devt = {}, .name = {}};
    }

    std::unique_ptr<PathWatchHarness> harness_ = GetParam().make();
    ports::PathWatch& port_ = harness_->port();
};

TEST_P(PathWatchContract, LooksWhenAskedTo) {
    harness_->set("/devices/a/state", "running");
    port_.watch(path(1), {"/devices/a/state"});
    ASSERT_TRUE(run_until_changes(1));
    harness_->set("/devices/a/state", "offline");
    port_.look();
    ASSERT_TRUE(run_until_changes(2));
    harness_->let_a_pass_go_by();
    EXPECT_EQ(harness_->changes().size(), 2U);
}

TEST_P(PathWatchContract, SaysEachChangeOnce) {
    harness_->set("/devices/a/state", "running");
    port_.watch(path(1), {"/devices/a/state"});
    ASSERT_TRUE(run_until_changes(1));
    EXPECT_EQ(harness_->changes()[0].value, "running");
    harness_->set("/devices/a/state", "offline");
    ASSERT_TRUE(run_until_changes(2));
    harness_->let_a_pass_go_by();
    ASSERT_EQ(harness_->changes().size(), 2U);
    EXPECT_EQ(harness_->changes()[1].path, PathId{1});
    EXPECT_EQ(harness_->changes()[1].attribute, "/devices/a/state");
    EXPECT_EQ(harness_->changes()[1].value, "offline");
    harness_->set("/devices/a/state", "running");
    ASSERT_TRUE(run_until_changes(3));
    EXPECT_EQ(harness_->changes()[2].value, "running");
}

TEST_P(PathWatchContract, AnAttributeThatVanishesIsEmptyAndMayComeBack) {
    harness_->set("/devices/a/state", "running");
    port_.watch(path(1), {"/devices/a/state"});
    ASSERT_TRUE(run_until_changes(1));
    harness_->set("/devices/a/state", std::nullopt);
    ASSERT_TRUE(run_until_changes(2));
    EXPECT_EQ(harness_->changes()[1].value, "");
    harness_->set("/devices/a/state", "running");
    ASSERT_TRUE(run_until_changes(3));
    EXPECT_EQ(harness_->changes()[2].value, "running");
}

TEST_P(PathWatchContract, OnlyTheFirstAttributeIsSaidBeforeItChanges) {
    harness_->set("/devices/a/state", "running");
    harness_->set("/devices/r/port_state", "Online");
    port_.watch(path(1), {"/devices/a/state", "/devices/r/port_state"});
    ASSERT_TRUE(run_until_changes(1));
    harness_->let_a_pass_go_by();
    ASSERT_EQ(harness_->changes().size(), 1U);
    EXPECT_EQ(harness_->changes()[0].attribute, "/devices/a/state");
}

TEST_P(PathWatchContract, OnlyTheAttributesOfTheLastCallAreWatched) {
    harness_->set("/devices/a/state", "running");
    harness_->set("/devices/r/port_state", "Online");
    port_.watch(path(1), {"/devices/a/state"});
    ASSERT_TRUE(run_until_changes(1));
    port_.watch(path(1), {"/devices/r/port_state"});
    harness_->set("/devices/a/state", "offline");
    harness_->let_a_pass_go_by();
    harness_->set("/devices/r/port_state", "Blocked");
    ASSERT_TRUE(harness_->run_until([&] { return harness_->changes().back().value == "Blocked"; }));
    for (std::size_t i = 1; i < harness_->changes().size(); ++i) {
        EXPECT_EQ(harness_->changes()[i].attribute, "/devices/r/port_state");
    }
}

TEST_P(PathWatchContract, AForgottenPathIsSilent) {
    harness_->set("/devices/a/state", "running");
    harness_->set("/devices/b/state", "running");
    port_.watch(path(1), {"/devices/a/state"});
    port_.watch(path(2), {"/devices/b/state"});
    port_.watch(path(3), {"/devices/b/state"});
    port_.forget(PathId{1});
    port_.watch(path(2), {});
    port_.forget(PathId{99});
    const auto told_of_path_3 = [&] {
        const std::vector<model::event::KernelStateChanged>& changes = harness_->changes();
        return std::ranges::any_of(changes, [](const model::event::KernelStateChanged& change) {
            return change.path == PathId{3} && change.value == "offline";
        });
    };
    harness_->let_a_pass_go_by();
    const std::size_t before = harness_->changes().size();
    harness_->set("/devices/a/state", "offline");
    harness_->set("/devices/b/state", "offline");
    ASSERT_TRUE(harness_->run_until(told_of_path_3));
    harness_->let_a_pass_go_by();
    for (std::size_t i = before; i < harness_->changes().size(); ++i) {
        EXPECT_EQ(harness_->changes()[i].path, PathId{3});
    }
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(PathWatchContract);

}  // namespace mp::contract
