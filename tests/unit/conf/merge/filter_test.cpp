// SPDX-License-Identifier: GPL-2.0-or-later
// Blacklist and exceptions.
#include "conf/merge/filter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/conf/support.h"

namespace mp::conf {
namespace {

using testing::build;
using testing::disk;
using ::testing::HasSubstr;

FilterVerdict filter(const std::string& text, const model::BlockDevice& device,
                     const std::string& uid_attribute = "ID_SERIAL") {
    return filter_by_device(build(text).model, device, uid_attribute);
}

TEST(Filter, OrdinaryDiskIsAccepted) {
    EXPECT_TRUE(filter("", disk("ACME", "Disk")).accepted);
}

TEST(Filter, ReasonNamesTheRuleAndItsPlace) {
    const FilterVerdict verdict = filter("blacklist {\n devnode \"^sda$\"\n}\n", disk("A", "B"));
    EXPECT_FALSE(verdict.accepted);
    EXPECT_EQ(verdict.group, "devnode");
    EXPECT_EQ(verdict.reason, "blacklisted by devnode rule \"^sda$\" (multipath.conf:2)");
}

TEST(Filter, OtherKindsOfDevicesAreBlacklistedByName) {
    for (const char* name : {"ram0", "loop1", "dm-3", "sr0", "md0", "vda", "hda"}) {
        model::BlockDevice device = disk("", "");
        device.name = name;
        const FilterVerdict verdict = filter("", device);
        EXPECT_FALSE(verdict.accepted) << name;
        EXPECT_EQ(verdict.reason,
                  "blacklisted by devnode rule \"!^(sd[a-z]|dasd[a-z]|nvme[0-9])\" (built-in)");
    }
    for (const char* name : {"sdaa", "dasdb", "nvme0n1"}) {
        model::BlockDevice device = disk("", "");
        device.name = name;
        EXPECT_TRUE(filter("", device).accepted) << name;
    }
}

TEST(Filter, ExceptionAcceptsItsLevelOnly) {
    const char* text =
        "blacklist {\n devnode .*\n device {\n vendor A\n }\n}\n"
        "blacklist_exceptions {\n devnode ^sda$\n}\n";
    EXPECT_TRUE(filter(text, disk("X", "Y")).accepted);
    EXPECT_EQ(filter(text, disk("A", "Y")).group, "device");
    model::BlockDevice other = disk("X", "Y");
    other.name = "sdb";
    EXPECT_FALSE(filter(text, other).accepted);
}

TEST(Filter, LevelsAreAskedInTheirOrder) {
    const char* all =
        "blacklist {\n protocol scsi:fcp\n device {\n vendor A\n product B\n }\n"
        " devnode sda\n property ID_SERIAL\n}\n";
    EXPECT_EQ(filter(all, disk("A", "B")).group, "property");
    const char* three =
        "blacklist {\n protocol scsi:fcp\n device {\n vendor A\n product B\n }\n"
        " devnode sda\n}\n";
    EXPECT_EQ(filter(three, disk("A", "B")).group, "devnode");
    const char* two = "blacklist {\n protocol scsi:fcp\n device {\n vendor A\n product B\n }\n}\n";
    EXPECT_EQ(filter(two, disk("A", "B")).group, "device");
    EXPECT_EQ(filter("blacklist {\n protocol scsi:fcp\n}\n", disk("A", "B")).group, "protocol");
}

TEST(Filter, DeviceRuleNeedsBothOfItsSides) {
    const char* text = "blacklist {\n device {\n vendor A\n product B\n }\n}\n";
    EXPECT_FALSE(filter(text, disk("xAx", "xBx")).accepted);
    EXPECT_TRUE(filter(text, disk("A", "C")).accepted);
    EXPECT_TRUE(filter(text, disk("C", "B")).accepted);
    EXPECT_FALSE(filter("blacklist {\n device {\n product B\n }\n}\n", disk("C", "B")).accepted);
    const char* inverted = "blacklist {\n device {\n vendor \"!^IBM\"\n product \".*\"\n }\n}\n";
    EXPECT_FALSE(filter(inverted, disk("ACME", "x")).accepted);
    EXPECT_TRUE(filter(inverted, disk("IBM", "x")).accepted);
}

TEST(Filter, ManagementUnitsOfKnownArraysAreBlacklisted) {
    EXPECT_FALSE(filter("", disk("DGC", "LUNZ")).accepted);
    EXPECT_FALSE(filter("", disk("IBM", "Universal Xport")).accepted);
    EXPECT_FALSE(filter("", disk("IBM", "S/390 DASD ECKD")).accepted);
    EXPECT_TRUE(filter("blacklist_exceptions {\n device {\n vendor IBM\n product S/390\n }\n}\n",
                       disk("IBM", "S/390 DASD ECKD"))
                    .accepted);
}

TEST(PropertyFilter, DiskThatUdevCouldNotIdentifyIsRejected) {
    model::BlockDevice device = disk("A", "B");
    device.properties = {{"ID_SERIAL", "x"}, {"ID_BUS", "ata"}};
    const FilterVerdict verdict = filter("", device);
    EXPECT_FALSE(verdict.accepted);
    EXPECT_EQ(verdict.group, "property");
}

TEST(PropertyFilter, FailedUdevIsNoBlacklist) {
    model::BlockDevice device = disk("A", "B");
    device.properties = {{"DEVNAME", "/dev/sda"}};
    EXPECT_TRUE(filter("", device).accepted);
    device.properties = {};
    EXPECT_TRUE(filter("", device).accepted);
    device.properties = {{"ID_SERIAL", "x"}};
    EXPECT_TRUE(filter("", device, "").accepted) << "without an attribute there is nothing to miss";
    EXPECT_FALSE(filter("", device, "ID_SERIAL").accepted);
}

TEST(PropertyFilter, NamesAreComparedAndNotValues) {
    model::BlockDevice device = disk("A", "B");
    device.properties = {{"ID_MODEL", "ID_WWN"}, {"ID_SERIAL", "x"}};
    EXPECT_FALSE(filter("", device).accepted);
    device.properties = {{"SCSI_IDENT_LUN_NAA_REGEXT", "6"}, {"ID_SERIAL", "x"}};
    EXPECT_TRUE(filter("", device).accepted);
}

TEST(PropertyFilter, FirstPropertyThatMeetsARuleDecides) {
    model::BlockDevice device = disk("A", "B");
    device.properties = {{"ID_A", "1"}, {"ID_WWN", "2"}};
    EXPECT_EQ(filter("blacklist {\n property ID_A\n}\n", device).accepted, false);
    EXPECT_EQ(filter("blacklist {\n property ID_Z\n}\n", device).accepted, true);
    EXPECT_EQ(filter("blacklist {\n property ID_WWN\n}\n", device).accepted, true)
        << "an exception is tried before the blacklist";
    EXPECT_EQ(filter("blacklist {\n property ID_A\n}\n"
                     "blacklist_exceptions {\n property ID_A\n}\n",
                     device)
                  .accepted,
              true);
}

TEST(WwidFilter, ComparesRulesAndExceptions) {
    const Model model = build(
                            "blacklist {\n wwid ^3600\n wwid \"!^[13]\"\n}\n"
                            "blacklist_exceptions {\n wwid 3600a\n}\n")
                            .model;
    EXPECT_FALSE(filter_by_wwid(model, Wwid("3600b")).accepted);
    EXPECT_TRUE(filter_by_wwid(model, Wwid("3600a")).accepted);
    EXPECT_TRUE(filter_by_wwid(model, Wwid("1x")).accepted);
    EXPECT_FALSE(filter_by_wwid(model, Wwid("2x")).accepted);
    EXPECT_THAT(filter_by_wwid(model, Wwid("2x")).reason, HasSubstr("wwid rule \"!^[13]\""));
    EXPECT_EQ(filter_by_wwid(model, Wwid("1x")).reason, "");
}

}  // namespace
}  // namespace mp::conf
