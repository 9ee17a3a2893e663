// SPDX-License-Identifier: GPL-2.0-or-later
// The configuration as a whole: bytes in, policies out.
#include "conf/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mp::conf {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::shared_ptr<const Config> build(const std::string& text) {
    return Config::build({{"multipath.conf", text}});
}

model::BlockDevice disk(const std::string& vendor, const std::string& product) {
    model::BlockDevice device;
    device.name = "sda";
    device.bus = model::Bus::scsi;
    device.protocol = model::Protocol::scsi_fcp;
    device.vendor = vendor;
    device.product = product;
    device.properties = {{"ID_SERIAL", "3600"}, {"ID_WWN", "0x600"}};
    return device;
}

const Wwid kWwid("3600140500000000000000000000000001");

TEST(Config, EmptyConfigurationGivesTheBuiltInValues) {
    const std::shared_ptr<const Config> config = build("");
    EXPECT_THAT(config->diagnostics(), IsEmpty());
    EXPECT_EQ(config->globals().polling_interval, seconds(5));
    EXPECT_EQ(config->globals().max_polling_interval, seconds(20));
    EXPECT_EQ(config->globals().find_multipaths, FindMultipaths::strict);
    EXPECT_EQ(config->globals().find_multipaths_timeout_s, -10);
    EXPECT_EQ(config->globals().enable_foreign, "NONE");

    const PathPolicy path = config->path_policy(disk("ACME", "Disk"));
    EXPECT_EQ(path.uid_attribute, "ID_SERIAL");
    EXPECT_TRUE(path.uid_attribute_is_default);
    EXPECT_EQ(path.checker, "tur");
    EXPECT_FALSE(path.checker_configured);
    EXPECT_EQ(path.prio, "const");
    EXPECT_EQ(path.checker_timeout, seconds(30));
    EXPECT_EQ(path.fast_io_fail_tmo, (TransportTimeout{TransportTimeout::Kind::value, 5}));
    EXPECT_EQ(path.dev_loss_tmo, TransportTimeout{});

    const MapPolicy map = config->map_policy(kWwid, disk("ACME", "Disk"));
    EXPECT_EQ(map.alias, "");
    EXPECT_EQ(map.alias_prefix, "mpath");
    EXPECT_EQ(map.grouping, GroupPolicy::failover);
    EXPECT_EQ(map.selector, "service-time");
    EXPECT_THAT(map.selector_args, IsEmpty());
    EXPECT_THAT(map.features, IsEmpty());
    EXPECT_THAT(map.hw_handler, IsEmpty());
    EXPECT_EQ(map.failback, Failback{});
    EXPECT_EQ(map.no_path_retry, NoPathRetry{});
    EXPECT_EQ(map.rr_min_io, 1000U);
    EXPECT_EQ(map.rr_min_io_rq, 1U);
    EXPECT_EQ(map.flush_on_last_del, FlushOnLastDel::unused);
    EXPECT_FALSE(map.ghost_delay.has_value());
}

TEST(Config, HardwareEntryOfTheArrayIsUsed) {
    const std::shared_ptr<const Config> config = build("");
    const PathPolicy path = config->path_policy(disk("LIO-ORG", "disk01"));
    EXPECT_EQ(path.checker, "directio");
    EXPECT_TRUE(path.checker_configured);
    EXPECT_FALSE(path.detect_checker);
    EXPECT_EQ(path.prio, "alua");
    const MapPolicy map = config->map_policy(kWwid, disk("LIO-ORG", "disk01"));
    EXPECT_EQ(map.grouping, GroupPolicy::group_by_prio);
    EXPECT_EQ(map.no_path_retry, (NoPathRetry{NoPathRetry::Kind::retries, 12}));
    EXPECT_EQ(map.failback.kind, Failback::Kind::immediate);
}

TEST(Config, MoreSpecificLevelsWin) {
    const std::shared_ptr<const Config> config = build(
        "defaults {\n no_path_retry 1\n failback 10\n}\n"
        "devices {\n device {\n vendor \"LIO\"\n product \"disk\"\n no_path_retry 2\n }\n}\n"
        "overrides {\n no_path_retry 3\n protocol {\n type scsi:fcp\n fast_io_fail_tmo off\n }\n}\n"
        "multipaths {\n multipath {\n wwid " +
        kWwid.str() +
        "\n no_path_retry queue\n"
        " alias data\n prio random\n }\n}\n");
    EXPECT_THAT(config->diagnostics(), IsEmpty());
    const model::BlockDevice device = disk("LIO-ORG", "disk01");
    EXPECT_EQ(config->map_policy(Wwid("other"), device).no_path_retry.retries, 3U);
    EXPECT_EQ(config->map_policy(kWwid, device).no_path_retry.kind, NoPathRetry::Kind::queue);
    EXPECT_EQ(config->map_policy(kWwid, device).alias, "data");
    EXPECT_EQ(config->map_policy(kWwid, device).failback.kind, Failback::Kind::immediate);
    EXPECT_EQ(config->map_policy(kWwid, disk("A", "B")).failback,
              (Failback{Failback::Kind::after, seconds(10)}));
    EXPECT_EQ(config->path_policy(device).fast_io_fail_tmo.kind, TransportTimeout::Kind::off);
    EXPECT_EQ(config->path_policy(device).prio, "alua");
    EXPECT_EQ(config->path_policy(device, kWwid).prio, "random");
}

TEST(Config, OutputCanBeReadAgainAndIsTheSame) {
    const std::string text = build(
                                 "blacklist {\n wwid \"a\"\"b\"\n}\n"
                                 "multipaths {\n multipath {\n wwid 3\n mode 0640\n }\n}\n")
                                 ->render();
    const std::shared_ptr<const Config> again = build(text);
    EXPECT_THAT(again->diagnostics(), IsEmpty());
}

}  // namespace
}  // namespace mp::conf
