// SPDX-License-Identifier: GPL-2.0-or-later
// What every PathIo does: answers each probe once, later, by its deadline; a command that hangs
// costs its path only.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/ports/ports.h"

namespace mp::contract {

/// One adapter with devices that behave as asked.
class PathIoHarness {
public:
    enum class Device {
        healthy,   ///< answers at once
        hangs,     ///< holds each probe until let_go()
        missing,   ///< there is no such device
        replaced,  ///< the name belongs to another device
    };
    virtual ~PathIoHarness() = default;
    virtual ports::PathIo& port() = 0;
    virtual model::PathRef add_device(Device kind) = 0;
    /// A probe that the devices above understand.
    virtual model::Probe probe() = 0;
    virtual void let_go() = 0;
    /// All answers so far, in order of arrival.
    virtual const std::vector<model::event::ProbeDone>& answers() = 0;
    /// Lets time pass until `done` or, to end a failed test, for a long while.
    virtual bool run_until(const std::function<bool()>& done) = 0;
};

using PathIoFactory = std::function<std::unique_ptr<PathIoHarness>()>;
struct PathIoCase {
    const char* name;
    PathIoFactory make;
};

class PathIoContract : public ::testing::TestWithParam<PathIoCase> {
protected:
    using Device = PathIoHarness::Device;
    static constexpr Duration kLong = seconds(3600);
    /// Long enough for any machine to begin the command, which the cases with kShort rely on.
    static constexpr Duration kShort = milliseconds(300);

    bool run_until_answers(std::size_t count) {
        return harness_->run_until([&] { return harness_->answers().size() >= count; });
    }
    const model::event::ProbeDone& answer(std::size_t index) { return harness_->answers()[index]; }
    Errc code(std::size_t index) {
        EXPECT_FALSE(answer(index).reply.has_value());
        return answer(index).reply.has_value() ? Errc::invalid : answer(index).reply.error().code;
    }

    std::unique_ptr<PathIoHarness> harness_ = GetParam().make();
    ports::PathIo& port_ = harness_->port();
};

TEST_P(PathIoContract, AnswersOnceAndNeverFromInsideTheCall) {
    const model::PathRef path = harness_->add_device(Device::healthy);
    port_.start(OpId{7}, path, harness_->probe(), kLong);
    EXPECT_TRUE(harness_->answers().empty());
    EXPECT_EQ(port_.usage().in_flight, 1U);
    ASSERT_TRUE(run_until_answers(1));
    EXPECT_EQ(answer(0).op, OpId{7});
    EXPECT_EQ(answer(0).path, path.id);
    EXPECT_TRUE(answer(0).reply.has_value());
    EXPECT_EQ(port_.usage().in_flight, 0U);
}

TEST_P(PathIoContract, APathIsAskedAgainAndAgain) {
    const model::PathRef path = harness_->add_device(Device::healthy);
    for (std::size_t i = 0; i < 5; ++i) {
        port_.start(OpId{i + 1}, path, harness_->probe(), kLong);
        ASSERT_TRUE(run_until_answers(i + 1));
        EXPECT_EQ(answer(i).op, OpId{i + 1});
        EXPECT_TRUE(answer(i).reply.has_value());
    }
}

TEST_P(PathIoContract, AMissingDeviceIsGone) {
    port_.start(OpId{1}, harness_->add_device(Device::missing), harness_->probe(), kLong);
    ASSERT_TRUE(run_until_answers(1));
    EXPECT_EQ(code(0), Errc::gone);
}

TEST_P(PathIoContract, AnotherDeviceUnderTheSameNameIsNotAsked) {
    port_.start(OpId{1}, harness_->add_device(Device::replaced), harness_->probe(), kLong);
    ASSERT_TRUE(run_until_answers(1));
    EXPECT_EQ(code(0), Errc::gone);
}

TEST_P(PathIoContract, ACommandThatHangsTimesOutAndItsPathIsBusyUntilItEnds) {
    const model::PathRef path = harness_->add_device(Device::hangs);
    port_.start(OpId{1}, path, harness_->probe(), kShort);
    ASSERT_TRUE(run_until_answers(1));
    EXPECT_EQ(code(0), Errc::timeout);
    EXPECT_EQ(port_.usage().in_flight, 0U);
    EXPECT_EQ(port_.usage().stuck, 1U);

    port_.start(OpId{2}, path, harness_->probe(), kShort);
    EXPECT_EQ(harness_->answers().size(), 1U);
    ASSERT_TRUE(run_until_answers(2));
    EXPECT_EQ(code(1), Errc::busy);

    harness_->let_go();
    ASSERT_TRUE(harness_->run_until([&] { return port_.usage().stuck == 0; }));
    port_.start(OpId{3}, path, harness_->probe(), kLong);
    ASSERT_TRUE(run_until_answers(3));
    EXPECT_EQ(answer(2).op, OpId{3});
    EXPECT_TRUE(answer(2).reply.has_value());
}

TEST_P(PathIoContract, ManyHangingPathsDoNotDelayAHealthyOne) {
    constexpr std::size_t kHanging = 40;
    for (std::size_t i = 0; i < kHanging; ++i) {
        port_.start(OpId{i + 1}, harness_->add_device(Device::hangs), harness_->probe(), kLong);
    }
    const model::PathRef healthy = harness_->add_device(Device::healthy);
    port_.start(OpId{1000}, healthy, harness_->probe(), kLong);
    ASSERT_TRUE(run_until_answers(1));
    EXPECT_EQ(answer(0).op, OpId{1000});
    EXPECT_TRUE(answer(0).reply.has_value());
    EXPECT_EQ(port_.usage().in_flight, kHanging);
    harness_->let_go();
    ASSERT_TRUE(run_until_answers(kHanging + 1));
}

TEST_P(PathIoContract, ReleaseCancelsWhatIsInFlight) {
    const model::PathRef path = harness_->add_device(Device::hangs);
    port_.start(OpId{1}, path, harness_->probe(), kLong);
    port_.release(path.id);
    EXPECT_TRUE(harness_->answers().empty());
    ASSERT_TRUE(run_until_answers(1));
    EXPECT_EQ(answer(0).op, OpId{1});
    EXPECT_EQ(code(0), Errc::cancelled);
    harness_->let_go();
    ASSERT_TRUE(harness_->run_until([&] { return port_.usage().stuck == 0; }));
    EXPECT_EQ(harness_->answers().size(), 1U);
}

TEST_P(PathIoContract, AReleasedPathMayComeBackUnderANewId) {
    model::PathRef path = harness_->add_device(Device::healthy);
    port_.start(OpId{1}, path, harness_->probe(), kLong);
    ASSERT_TRUE(run_until_answers(1));
    port_.release(path.id);
    port_.release(path.id);  // knows nothing of it any more
    path.id = PathId{path.id.value + 1000};
    port_.start(OpId{2}, path, harness_->probe(), kLong);
    ASSERT_TRUE(run_until_answers(2));
    EXPECT_TRUE(answer(1).reply.has_value());
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(PathIoContract);

}  // namespace mp::contract
