// SPDX-License-Identifier: GPL-2.0-or-later
// WWIDs out of page 0x83, and the decision which source names a disk.
#include "daemon/engine/identity.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace mp::engine {
namespace {

using Vec = std::vector<std::uint8_t>;

Vec bytes_of(std::string_view text) {
    return {text.begin(), text.end()};
}

// type, value; association logical unit, code set by type.
Vec page83(const std::vector<std::pair<int, Vec>>& designators) {
    Vec body;
    for (const std::pair<int, Vec>& designator : designators) {
        body.push_back(designator.first == 1 || designator.first == 8 ? 2 : 1);
        body.push_back(static_cast<std::uint8_t>(designator.first));
        body.push_back(0);
        body.push_back(static_cast<std::uint8_t>(designator.second.size()));
        body.insert(body.end(), designator.second.begin(), designator.second.end());
    }
    Vec page = {0, 0x83, static_cast<std::uint8_t>(body.size() >> 8),
                static_cast<std::uint8_t>(body.size())};
    page.insert(page.end(), body.begin(), body.end());
    return page;
}

const Vec kNaa6 = {0x60, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
const Vec kNaa5 = {0x50, 1, 2, 3, 4, 5, 6, 7};
const Vec kNaa2 = {0x20, 1, 2, 3, 4, 5, 6, 7};
const Vec kNaa3 = {0x30, 1, 2, 3, 4, 5, 6, 7};
const Vec kEui8 = {0xaa, 1, 2, 3, 4, 5, 6, 7};
const Vec kUuid = {0x10, 0, 0x12, 0x34, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18};
const std::string kNaa6Text =
    "360010203"
    "0405060708090a0b0c0d0e0f";

std::string wwid(const Vec& page) {
    Result<Wwid> got = wwid_of_vpd83(page);
    return got ? got->str() : std::string("error: ") + got.error().what;
}

TEST(Wwid, EachTypeHasItsTextForm) {
    struct Case {
        int type;
        Vec value;
        std::string text;
    };
    Vec eui12(12, 0xb0);
    Vec eui16(16, 0xc0);
    const std::vector<Case> cases = {
        {3, kNaa6,
         "360010203"
         "0405060708090a0b0c0d0e0f"},
        {3, kNaa5, "35001020304050607"},
        {3, kNaa2, "32001020304050607"},
        {3, kNaa3, "33001020304050607"},
        {2, kEui8, "2aa01020304050607"},
        {2, eui12, "2b0b0b0b0b0b0b0b0b0b0b0b0"},
        {2, eui16, "2c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0"},
        {8, bytes_of("eui.AA01020304050607"), "2aa01020304050607"},
        {8, bytes_of("naa.600102030405060708090A0B0C0D0E0F"), "3600102030405060708090a0b0c0d0e0f"},
        {8, bytes_of(std::string_view("iqn.2026-11.Example:Disk,L,0x1\0\0", 32)),
         "82026-11.Example:Disk,L,0x1"},
        {1, bytes_of("LIO-ORG disk1:abc  def "), "1LIO-ORG_disk1:abc_def"},
        {1, bytes_of("Linux   scsi_debug      2000    "), "1Linux_scsi_debug_2000"},
        {1, bytes_of("VENDOR12"), "1VENDOR12"},
        {0xa, kUuid, "a123405060708090a0b0c0d0e0f101112"},
    };
    for (const Case& test : cases) {
        EXPECT_EQ(wwid(page83({{test.type, test.value}})), test.text);
    }
}

TEST(Wwid, BetterDesignatorsWinWhereverTheyStand) {
    const std::vector<std::pair<int, Vec>> ranked = {{3, kNaa6},
                                                     {3, kNaa5},
                                                     {3, kNaa2},
                                                     {2, kEui8},
                                                     {8, bytes_of("iqn.2026-11.a:b")},
                                                     {1, bytes_of("VENDOR  x")},
                                                     {3, kNaa3},
                                                     {0xa, kUuid}};
    for (std::size_t better = 0; better < ranked.size(); ++better) {
        std::string expected = wwid(page83({ranked[better]}));
        for (std::size_t worse = better + 1; worse < ranked.size(); ++worse) {
            EXPECT_EQ(wwid(page83({ranked[better], ranked[worse]})), expected);
            EXPECT_EQ(wwid(page83({ranked[worse], ranked[better]})), expected);
        }
    }
}

TEST(Wwid, FirstOfEqualRankWins) {
    Vec other = kNaa6;
    other[15] = 99;
    EXPECT_EQ(wwid(page83({{3, kNaa6}, {3, other}})), kNaa6Text);
    EXPECT_EQ(wwid(page83({{3, other}, {3, kNaa6}})).substr(31), "63");
}

TEST(Wwid, DesignatorsOfPortsAndTargetsNeverNameADisk) {
    for (int association : {1, 2, 3}) {
        Vec page = page83({{3, kNaa6}});
        page[5] = static_cast<std::uint8_t>(page[5] | association << 4);
        EXPECT_EQ(wwid(page), "error: identification page names no logical unit");
    }
}

TEST(Wwid, MalformedValuesAreSkipped) {
    const std::vector<std::pair<int, Vec>> bad = {
        {3, {0x60, 1, 2, 3, 4, 5, 6, 7}},                       // NAA 6 of 8 bytes
        {3, {0x50, 1, 2}},                                      // NAA 5 of 3 bytes
        {3, {0x40, 1, 2, 3, 4, 5, 6, 7}},                       // reserved NAA
        {2, {1, 2, 3, 4, 5, 6, 7}},                             // EUI of 7 bytes
        {2, Vec(8, 0)},                                         // EUI of zeros
        {1, bytes_of("SHORT")},                                 // no whole vendor
        {1, bytes_of("        ")},                              // nothing but blanks
        {1, bytes_of("VENDOR  \x1b[2J")},                       // control characters
        {8, bytes_of("t10.vendor")},                            // unknown name
        {8, bytes_of("iqn.")},                                  // empty name
        {8, bytes_of("iqn.2026-11.a b")},                       // blank inside
        {8, bytes_of("iqn.2026-11." + std::string(130, 'x'))},  // longer than a WWID may be
        {0xa, Vec(18, 1)},                                      // UUID with a wrong type
        {0xa, {0x10, 0, 1}},                                    // short UUID
        {0xf, kNaa6},                                           // reserved type
    };
    for (const std::pair<int, Vec>& designator : bad) {
        EXPECT_EQ(wwid(page83({designator})), "error: identification page names no logical unit");
        EXPECT_EQ(wwid(page83({designator, {1, bytes_of("VENDOR  x")}})), "1VENDOR_x");
    }
}

TEST(Wwid, PageThatBreaksOffGivesOnlyIdsThatAreUniqueInTheWorld) {
    Vec page = page83({{1, bytes_of("VENDOR  PRODUCT")}, {3, kNaa6}});
    for (std::size_t size = 0; size < page.size(); ++size) {
        Result<Wwid> got = wwid_of_vpd83(scsi::Bytes(page).first(size));
        ASSERT_FALSE(got) << size;
        EXPECT_EQ(got.error().code, Errc::invalid);
    }
    page = page83({{3, kNaa6}, {1, bytes_of("VENDOR  PRODUCT")}});
    page.pop_back();
    EXPECT_EQ(wwid(page), kNaa6Text);
}

TEST(Wwid, OtherPagesAreRefused) {
    Vec page = page83({{3, kNaa6}});
    page[1] = 0x80;
    EXPECT_EQ(wwid(page), "error: device answered with another page than the one asked for");
}

struct World {
    model::BlockDevice device;
    conf::PathPolicy policy;
    conf::Globals globals;
    bool used_up = false;
    WwidDecision decide() const { return decide_wwid(device, policy, globals, used_up); }
};

World scsi_world() {
    World world;
    world.device.name = "sda";
    world.device.bus = model::Bus::scsi;
    world.device.udev_initialized = true;
    world.device.properties = {{"DEVNAME", "/dev/sda"}, {"ID_BUS", "scsi"}};
    world.device.vpd_pg83 = page83({{3, kNaa6}});
    return world;
}

using Kind = WwidDecision::Kind;

TEST(DecideWwid, UdevPropertyComesFirst) {
    World world = scsi_world();
    world.device.properties["ID_SERIAL"] = "36001 ";
    WwidDecision got = world.decide();
    EXPECT_EQ(got.kind, Kind::known);
    EXPECT_EQ(got.wwid.str(), "36001");
    EXPECT_EQ(got.source, "udev property ID_SERIAL");
}

TEST(DecideWwid, UdevIsWaitedForUntilItsChancesAreUsedUp) {
    World world = scsi_world();
    WwidDecision got = world.decide();
    EXPECT_EQ(got.kind, Kind::wait_udev);
    EXPECT_EQ(got.reason, "udev property ID_SERIAL is missing");
    world.used_up = true;
    got = world.decide();
    EXPECT_EQ(got.kind, Kind::known);
    EXPECT_EQ(got.wwid.str(), kNaa6Text);
    EXPECT_EQ(got.source, "sysfs vpd_pg83");
}

TEST(DecideWwid, WithoutAUdevDatabaseSysfsAnswersAtOnce) {
    World world = scsi_world();
    world.device.udev_initialized = false;
    world.device.properties = {
        {"DEVNAME", "/dev/sda"}, {"MAJOR", "8"}, {"MINOR", "0"}, {"DISKSEQ", "3"}};
    EXPECT_EQ(world.decide().source, "sysfs vpd_pg83");
}

TEST(DecideWwid, EmptyAttributeGoesStraightToTheFallback) {
    World world = scsi_world();
    world.policy.uid_attribute = "";
    world.device.properties["ID_SERIAL"] = "other";
    EXPECT_EQ(world.decide().wwid.str(), kNaa6Text);
}

TEST(DecideWwid, ConfiguredAttributeHasNoFallback) {
    World world = scsi_world();
    world.policy.uid_attribute = "ID_MINE";
    world.policy.uid_attribute_is_default = false;
    world.policy.uid_attribute_built_in = false;
    EXPECT_EQ(world.decide().kind, Kind::wait_udev);
    world.used_up = true;
    WwidDecision got = world.decide();
    EXPECT_EQ(got.kind, Kind::none);
    EXPECT_EQ(got.reason,
              "udev property ID_MINE is missing and it is configured, so nothing else is used");
    world.device.properties["ID_MINE"] = "mine";
    EXPECT_EQ(world.decide().wwid.str(), "mine");
}

TEST(DecideWwid, UidAttrsPicksThePropertyByTheLongestPrefix) {
    World world = scsi_world();
    world.device.properties["ID_A"] = "a";
    world.device.properties["ID_B"] = "b";
    world.globals.uid_attrs = {{"sd", "ID_A"}, {"sda", "ID_B"}, {"nvme", "ID_WWN"}};
    EXPECT_EQ(world.decide().wwid.str(), "b");
    world.device.name = "sdb";
    EXPECT_EQ(world.decide().wwid.str(), "a");
    world.device.name = "vda";
    EXPECT_EQ(world.decide().kind, Kind::wait_udev);
}

TEST(DecideWwid, SysfsWithoutAUsablePageAsksTheDevice) {
    World world = scsi_world();
    world.used_up = true;
    world.device.vpd_pg83.clear();
    WwidDecision got = world.decide();
    EXPECT_EQ(got.kind, Kind::need_inquiry);
    EXPECT_EQ(got.reason, "sysfs has no vpd_pg83");
    world.device.vpd_pg83 = page83({});
    EXPECT_EQ(world.decide().reason, "sysfs vpd_pg83: identification page names no logical unit");
}

TEST(DecideWwid, AbsurdPropertiesAreRefusedWithTheReason) {
    World world = scsi_world();
    world.device.properties["ID_SERIAL"] = std::string(1024UL * 1024UL, 'x');
    WwidDecision got = world.decide();
    EXPECT_EQ(got.kind, Kind::none);
    EXPECT_EQ(got.reason, "udev property ID_SERIAL is too long for a WWID (1048576 characters)");
    world.device.properties["ID_SERIAL"] = "abc\ndef";
    EXPECT_EQ(world.decide().reason,
              "udev property ID_SERIAL holds characters that a WWID cannot have");
    world.device.properties["ID_SERIAL"] = std::string(kWwidCharsMax, 'x');
    EXPECT_EQ(world.decide().kind, Kind::known);
}

TEST(DecideWwid, NvmeUsesPropertyThenSysfs) {
    World world;
    world.device.name = "nvme0n1";
    world.device.bus = model::Bus::nvme;
    world.device.sysfs_wwid = "uuid.0123";
    world.device.udev_initialized = true;
    world.policy.uid_attribute = "ID_WWN";
    EXPECT_EQ(world.decide().kind, Kind::wait_udev);
    world.used_up = true;
    EXPECT_EQ(world.decide().wwid.str(), "uuid.0123");
    EXPECT_EQ(world.decide().source, "sysfs wwid");
    world.device.properties["ID_WWN"] = "eui.01";
    EXPECT_EQ(world.decide().wwid.str(), "eui.01");
}

TEST(DecideWwid, PaddedNvmeIdsAreShortenedAtTheEndOfTheirParts) {
    World world;
    world.device.name = "nvme0n1";
    world.device.bus = model::Bus::nvme;
    std::string serial = "53313233";
    std::string model = "4d4f44454c";
    std::string zeros(32, '0');
    std::string blanks;
    for (int i = 0; i < 35; ++i) {
        blanks += "20";
    }
    world.device.sysfs_wwid = "nvme.1234-" + serial + zeros + "-" + model + blanks + "-00000001";
    WwidDecision got = world.decide();
    EXPECT_EQ(got.wwid.str(), "nvme.1234-53313233-4d4f44454c-00000001");
    world.device.sysfs_wwid = "nvme.1234-" + serial + "00-" + model + "-00000001";
    EXPECT_EQ(world.decide().wwid.str(), world.device.sysfs_wwid);
}

World dasd_world(const std::string& uid) {
    World world;
    world.device.name = "dasda";
    world.device.bus = model::Bus::ccw;
    world.device.ccw_uid = uid;
    world.device.udev_initialized = true;
    world.device.properties["ID_UID"] = "IBM.75000000092461.e900.10";
    world.policy.uid_attribute = "ID_UID";  // what the built-in table says
    return world;
}

TEST(DecideWwid, TwoMinidisksOfOneVolumeNeverMeet) {
    World one = dasd_world("IBM.75000000092461.e900.10.00000000000000000000000000000aaa");
    World two = dasd_world("IBM.75000000092461.e900.10.00000000000000000000000000000bbb");
    EXPECT_EQ(one.decide().wwid.str(), one.device.ccw_uid);
    EXPECT_EQ(two.decide().wwid.str(), two.device.ccw_uid);
    one.device.properties["ID_XUID"] = one.device.ccw_uid;
    EXPECT_EQ(one.decide().source, "udev property ID_XUID");
    EXPECT_NE(one.decide().wwid, two.decide().wwid);
}

TEST(DecideWwid, DasdWithoutMinidisksKeepsTheIdItHad) {
    World world = dasd_world("IBM.75000000092461.e900.10");
    EXPECT_EQ(world.decide().wwid.str(), "IBM.75000000092461.e900.10");
}

TEST(DecideWwid, ShortDasdIdIsUsedOnlyWhenConfigured) {
    World world = dasd_world("IBM.75000000092461.e900.10.00000000000000000000000000000aaa");
    world.policy.uid_attribute_built_in = false;
    EXPECT_EQ(world.decide().wwid.str(), "IBM.75000000092461.e900.10");
    world.device.properties.clear();
    world.used_up = true;
    EXPECT_EQ(world.decide().wwid.str(), "IBM.75000000092461.e900.10");
    EXPECT_EQ(world.decide().source, "sysfs uid");
    world.policy.uid_attribute_built_in = true;
    world.globals.uid_attrs = {{"dasd", "ID_UID"}};
    EXPECT_EQ(world.decide().wwid.str(), "IBM.75000000092461.e900.10");
}

TEST(DecideWwid, DasdWithoutAnyUidIsRefusedWithTheReason) {
    World world = dasd_world("");
    world.used_up = true;
    WwidDecision got = world.decide();
    EXPECT_EQ(got.kind, Kind::none);
    EXPECT_EQ(got.reason, "the device has no uid");
}

TEST(DecideWwid, OtherDevicesNeedAConfiguredProperty) {
    World world;
    world.device.name = "nbd0";
    world.device.bus = model::Bus::other;
    world.device.udev_initialized = true;
    world.device.properties["ID_SERIAL"] = "same-on-all-disks";
    EXPECT_EQ(world.decide().kind, Kind::none);
    world.globals.uid_attrs = {{"nbd", "ID_SERIAL"}};
    EXPECT_EQ(world.decide().wwid.str(), "same-on-all-disks");
    world.device.properties.clear();
    world.used_up = true;
    EXPECT_EQ(world.decide().kind, Kind::none);
}

}  // namespace
}  // namespace mp::engine
