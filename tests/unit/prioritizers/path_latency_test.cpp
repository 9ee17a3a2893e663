// SPDX-License-Identifier: GPL-2.0-or-later
#include "prioritizers/path_latency.h"

#include <gtest/gtest.h>

namespace mp::prioritizers {
namespace {

struct Rated {
    explicit Rated(std::string_view args = "") : prioritizer(*kPathLatency.create(args)) {}
    /// The priority after a read that took so long.
    int after(Duration latency) {
        NextStep step = prioritizer->begin(device);
        prioritizer->hear_latency(latency);
        const model::ReadBlocks read =
            std::get<model::ReadBlocks>(std::get<model::Probe>(std::move(step)));
        step = prioritizer->on_reply(
            model::ProbeAnswer{model::BytesReply{std::vector<std::uint8_t>(read.length)}});
        return std::get<Priority>(step).value;
    }
    model::BlockDevice device;
    std::unique_ptr<Prioritizer> prioritizer;
};

TEST(PathLatency, ItsReadIsAskedByItself) {
    EXPECT_TRUE(Rated().prioritizer->measures());
}

TEST(PathLatency, StepsOfTheBaseBelowAHundredSeconds) {
    struct Case {
        const char* args;
        Duration latency;
        int priority;
    };
    const Case cases[] = {
        {"base_num=10", microseconds(1), 8},
        {"base_num=10", milliseconds(2), 4},
        {"base_num=10", milliseconds(9), 4},
        {"base_num=10", milliseconds(11), 3},
        {"base_num=10", seconds(100), 0},
        {"base_num=10", seconds(500), 0},
        {"base_num=10", Duration{0}, 8},
        {"", milliseconds(1), 20},
        {"base_num=1.1 io_num=20", milliseconds(1), 120},
    };
    for (const Case& each : cases) {
        EXPECT_EQ(Rated(each.args).after(each.latency), each.priority) << each.args;
    }
}

TEST(PathLatency, TheAverageIsOfTheLastReadsOnly) {
    Rated rated("io_num=20 base_num=10");
    for (int i = 0; i < 30; ++i) {
        rated.after(seconds(1));
    }
    int priority = 0;
    for (int i = 0; i < 19; ++i) {
        priority = rated.after(milliseconds(1));
    }
    EXPECT_EQ(priority, 3);  // one of the old ones is left: 51 ms on average
    EXPECT_EQ(rated.after(milliseconds(1)), 5);
}

TEST(PathLatency, AReadThatFailsIsUndefinedAndForgotten) {
    Rated rated("base_num=10");
    rated.after(milliseconds(2));
    std::ignore = rated.prioritizer->begin(rated.device);
    rated.prioritizer->hear_latency(seconds(30));
    const Priority failed = std::get<Priority>(rated.prioritizer->on_reply(fail(Errc::io, "read")));
    EXPECT_EQ(failed.value, kUndefinedPriority);
    EXPECT_NE(failed.message, "");
    EXPECT_EQ(rated.after(milliseconds(2)), 4);
}

TEST(PathLatency, WrongArgumentsAreRefused) {
    for (const char* args : {"io_num=19", "io_num=201", "io_num", "base_num=1", "base_num=10.5",
                             "base_num=nan", "base_num=2x", "speed=1", "20"}) {
        EXPECT_FALSE(kPathLatency.create(args).has_value()) << args;
    }
}

}  // namespace
}  // namespace mp::prioritizers
