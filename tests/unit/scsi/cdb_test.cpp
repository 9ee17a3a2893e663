// SPDX-License-Identifier: GPL-2.0-or-later
// Commands, byte for byte, against the layouts of SPC-5 and SBC-4.
#include "daemon/scsi/cdb.h"

#include <gmock/gmock.h>

namespace mp::scsi {
namespace {

using testing::ElementsAre;

TEST(Cdb, TestUnitReadyIsSixZeroBytesWithoutData) {
    EXPECT_THAT(test_unit_ready().cdb, ElementsAre(0, 0, 0, 0, 0, 0));
    EXPECT_EQ(test_unit_ready().transfer_length, 0U);
}

TEST(Cdb, InquiryCarriesItsAllocationLengthTwice) {
    EXPECT_THAT(inquiry(0x1234).cdb, ElementsAre(0x12, 0, 0, 0x12, 0x34, 0));
    EXPECT_EQ(inquiry(0x1234).transfer_length, 0x1234U);
    EXPECT_THAT(inquiry_vpd(0x83).cdb, ElementsAre(0x12, 1, 0x83, 0, 252, 0));
    EXPECT_EQ(inquiry_vpd(0x83).transfer_length, 252U);
}

TEST(Cdb, ReportTargetPortGroupsAsksForTheHeaderThatWasNamed) {
    EXPECT_THAT(report_target_port_groups(RtpgHeader::length_only, 1024).cdb,
                ElementsAre(0xa3, 0x0a, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0));
    EXPECT_THAT(report_target_port_groups(RtpgHeader::extended, 1024).cdb,
                ElementsAre(0xa3, 0x2a, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0));
}

TEST(Cdb, ReadsCarryAddressCountAndBytes) {
    EXPECT_THAT(read_10(0x01020304, 8, 512).cdb, ElementsAre(0x28, 0, 1, 2, 3, 4, 0, 0, 8, 0));
    EXPECT_EQ(read_10(0, 8, 512).transfer_length, 4096U);
    EXPECT_THAT(read_16(0x0102030405060708, 1, 4096).cdb,
                ElementsAre(0x88, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 1, 0, 0));
    EXPECT_EQ(read_16(0, 1, 4096).transfer_length, 4096U);
}

TEST(Cdb, ReadCapacitiesAskForTheirWholeAnswer) {
    EXPECT_THAT(read_capacity_10().cdb, ElementsAre(0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    EXPECT_EQ(read_capacity_10().transfer_length, 8U);
    EXPECT_THAT(read_capacity_16().cdb,
                ElementsAre(0x9e, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 32, 0, 0));
    EXPECT_EQ(read_capacity_16().transfer_length, 32U);
}

TEST(CdbDeathTest, ReadLargerThanTheTransferLimitIsABug) {
    EXPECT_DEATH(read_10(0, 129, 512), "assertion failed");
}

}  // namespace
}  // namespace mp::scsi
