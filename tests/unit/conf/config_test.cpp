// SPDX-License-Identifier: GPL-2.0-or-later
// The configuration as a whole: bytes in, policies out.
#include "conf/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace mp::conf {
namespace {

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
    EXPECT_FALSE(config->globals().show_native_nvme);

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

TEST(Config, ShippedExamplesAreCorrect) {
    for (const char* name : {"minimal.conf", "full.conf"}) {
        const std::string path = std::string(MP_TESTS_DIR) + "/../conf/examples/" + name;
        std::ifstream in(path);
        const std::string text{std::istreambuf_iterator<char>(in), {}};
        ASSERT_FALSE(text.empty()) << path;
        const std::shared_ptr<const Config> config = build(text);
        for (const Diagnostic& message : config->diagnostics()) {
            ADD_FAILURE() << name << ": " << message.render();
        }
    }
}

TEST(Config, KnownHardwareHasAnEntry) {
    const std::shared_ptr<const Config> config =
        build("devices {\n device {\n vendor ACME\n product Disk\n }\n}\n");
    EXPECT_TRUE(config->known_hardware(disk("IBM", "2145")));
    EXPECT_TRUE(config->known_hardware(disk("ACME", "Disk 5")));
    EXPECT_FALSE(config->known_hardware(disk("ACME", "Tape")));
}

TEST(Config, FiltersAnswerForDevicesAndWwids) {
    const std::shared_ptr<const Config> config =
        build("blacklist {\n wwid ^3600\n devnode ^sdb\n}\n");
    EXPECT_TRUE(config->filter_device(disk("A", "B"), "ID_SERIAL").accepted);
    model::BlockDevice other = disk("A", "B");
    other.name = "sdb";
    EXPECT_FALSE(config->filter_device(other, "ID_SERIAL").accepted);
    EXPECT_FALSE(config->filter_wwid(kWwid).accepted);
    EXPECT_TRUE(config->filter_wwid(Wwid("1")).accepted);
}

TEST(Config, LocalTextHoldsOnlyWhatIsUsed) {
    const std::string text =
        build("")->render_local({disk("IBM", "2145"), disk("IBM", "2145")}, {{kWwid, "mpatha"}});
    const std::size_t devices = text.find("\ndevices {\n");
    const std::size_t first = text.find("\tdevice {\n", devices);
    EXPECT_NE(first, std::string::npos);
    EXPECT_EQ(text.find("\tdevice {\n", first + 1), std::string::npos);
    EXPECT_NE(text.find("product \"^2145\""), std::string::npos);
    EXPECT_NE(text.find("# alias \"mpatha\""), std::string::npos);
}

TEST(Config, TenMegabytesOfAnythingAreRead) {
    const std::string units[] = {"a b\n",
                                 "defaults {",
                                 "\"",
                                 "}",
                                 "a ",
                                 std::string(1, '\0'),
                                 "devices{device{vendor a product b foo}}\n"};
    for (const std::string& unit : units) {
        std::string text;
        while (text.size() < 10000000) {
            text += unit;
        }
        const std::shared_ptr<const Config> config = build(text);
        EXPECT_LE(config->diagnostics().size(), Reporter::kMaxDiagnostics + 1);
        EXPECT_EQ(config->globals().polling_interval, seconds(5));
    }
}

}  // namespace
}  // namespace mp::conf
