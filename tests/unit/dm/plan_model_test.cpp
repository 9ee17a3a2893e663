// SPDX-License-Identifier: GPL-2.0-or-later
// The model of one map in the kernel refuses what the kernel refuses.
#include <gtest/gtest.h>

#include "daemon/dm/equality.h"
#include "daemon/dm/planner.h"
#include "daemon/dm/table_codec.h"

namespace mp::dm {
namespace {

using model::DmMapState;

constexpr const char* kUuid = "mpath-3600a0b800012345";
constexpr const char* kTwoPaths = "0 0 1 1 service-time 0 2 1 8:16 1 8:32 1";
constexpr const char* kOnePath = "0 0 1 1 service-time 0 1 1 8:16 1";

model::MultipathTable table(std::string_view text, std::uint64_t size = 2048) {
    Result<model::MultipathTable> parsed = parse_table(text, size);
    EXPECT_TRUE(parsed) << text;
    return parsed ? *parsed : model::MultipathTable{};
}

TEST(PlanModel, WhatTheKernelRefusesIsRefused) {
    DmMapState map;
    map.name = "mpatha";
    map.uuid = kUuid;
    map.live_table = true;
    map.table = kernel_view(table(kTwoPaths));
    auto run = [](const std::optional<DmMapState>& actual, std::vector<model::Step> steps) {
        Result<std::optional<DmMapState>> after =
            apply_in_model(actual, {"mpatha", std::move(steps), kUuid});
        return after ? "ok" : std::string(errc_name(after.error().code));
    };
    using namespace model::step;
    EXPECT_EQ(run(std::nullopt, {Message{"fail_path 8:16"}}), errc_name(Errc::gone));
    EXPECT_EQ(run(map, {Create{kUuid, table(kOnePath), {}, false, {}}}), errc_name(Errc::busy));
    EXPECT_EQ(run(map, {Suspend{}, Message{"queue_if_no_path"}}), errc_name(Errc::busy));
    EXPECT_EQ(run(map, {Message{"fail_path 9:99"}}), errc_name(Errc::invalid));
    EXPECT_EQ(run(map, {Message{"fail_path 8:16"}}), "ok");
    EXPECT_EQ(run(map, {Message{"switch_group 1"}}), "ok");
    EXPECT_EQ(run(map, {Message{"do_something"}}), errc_name(Errc::invalid));
    EXPECT_EQ(run(map, {Load{table(kTwoPaths, 1024), false}, Resume{}}), errc_name(Errc::invalid));
    EXPECT_EQ(run(map, {Load{table(kTwoPaths, 1024), false}, Resume{{}, true}}), "ok");
    EXPECT_EQ(run(map, {Load{table("2 queue_mode bio 0 0 0"), false}}), errc_name(Errc::invalid));
    EXPECT_EQ(run(map, {Rename{"mpatha", {}}}), errc_name(Errc::busy));
    map.inactive_table = true;
    EXPECT_EQ(run(map, {Resume{}}), errc_name(Errc::invalid));
    map.uuid = "mpath-other";
    EXPECT_EQ(run(map, {}), errc_name(Errc::gone));
}

}  // namespace
}  // namespace mp::dm
