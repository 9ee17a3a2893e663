// SPDX-License-Identifier: GPL-2.0-or-later
// Faults of older implementations of this configuration language that must not come back. The
// number is that of the fault in the list that the field keeps; each test shows the effect that a
// user would see.
#include <gtest/gtest.h>

#include "conf/config.h"

namespace mp::conf {
namespace {

std::shared_ptr<const Config> read(const std::string& text, const Environment& environment = {}) {
    return Config::build({{"multipath.conf", text}}, environment);
}

std::string defaults(const std::string& line) {
    return "defaults {\n " + line + "\n}\n";
}

bool complains_of(const Config& config, const std::string& part) {
    for (const Diagnostic& diagnostic : config.diagnostics()) {
        if (diagnostic.render().find(part) != std::string::npos) {
            return true;
        }
    }
    return false;
}

TEST(KnownFaults, D01PollingIntervalOfZeroIsRefusedAndDividesNothing) {
    std::shared_ptr<const Config> config = read(defaults("polling_interval 0"));
    EXPECT_EQ(config->globals().polling_interval, seconds(5));
    EXPECT_EQ(config->globals().max_polling_interval, seconds(20));
    EXPECT_TRUE(complains_of(*config, "polling_interval must be at least 1"));
}

TEST(KnownFaults, D02PartitionDelimitersWithASlashEndNobody) {
    EXPECT_TRUE(complains_of(*read(defaults("partition_delimiter a/b")), "must not hold a '/'"));
    EXPECT_EQ(read(defaults("partition_delimiter /UNSET/"))->globals().partition_delimiter, "");
}

TEST(KnownFaults, D03BuiltInRequestSizeReachesTheMap) {
    model::BlockDevice device;
    device.vendor = "PURE";
    device.product = "FlashArray";
    EXPECT_EQ(read("")->map_policy(Wwid("3600a"), device).max_sectors_kb, 4096U);
}

TEST(KnownFaults, D28BadExpressionsAndKeysCostTheirLineOnly) {
    std::shared_ptr<const Config> config = read(
        "blacklist {\n devnode \"(\"\n wwid bad\n}\n"
        "defaults {\n reservation_key xyz\n verbosity 3\n}\n"
        "devices {\n device {\n  vendor \"(\"\n  product x\n }\n}\n");
    EXPECT_EQ(config->globals().verbosity, 3);
    EXPECT_FALSE(config->filter_wwid(Wwid("bad")).accepted);
    EXPECT_TRUE(complains_of(*config, "multipath.conf:2:"));
    EXPECT_TRUE(complains_of(*config, "multipath.conf:6:"));
    EXPECT_TRUE(complains_of(*config, "multipath.conf:11:"));
}

TEST(KnownFaults, D29GroupsAreLookedUpAmongGroups) {
    Environment environment;
    environment.accounts = {{{"anna", 1000}}, {{"disk", 6}}};
    EXPECT_EQ(read(defaults("gid disk"), environment)->map_policy(Wwid("a"), {}).gid, 6U);
    std::shared_ptr<const Config> config = read(defaults("gid anna"), environment);
    EXPECT_EQ(config->map_policy(Wwid("a"), {}).gid, std::nullopt);
    EXPECT_TRUE(complains_of(*config, "no group is called 'anna'"));
}

TEST(KnownFaults, D46LongLinesStayWholeAndValuesCountWhole) {
    std::string wwid(3000, 'a');
    EXPECT_FALSE(
        read("blacklist {\n wwid \"" + wwid + "\"\n}\n")->filter_wwid(Wwid(wwid)).accepted);
    EXPECT_TRUE(complains_of(*read(defaults("path_grouping_policy multibusfoo")), "multibusfoo"));
    EXPECT_EQ(
        read(defaults("path_grouping_policy multibusfoo"))->map_policy(Wwid("a"), {}).grouping,
        GroupPolicy::failover);
    EXPECT_TRUE(complains_of(*read(defaults("dev_loss_tmo 30x")), "30x"));
    EXPECT_EQ(read(defaults("dev_loss_tmo 30x"))->path_policy({}).dev_loss_tmo.kind,
              TransportTimeout::Kind::unset);
}

}  // namespace
}  // namespace mp::conf
