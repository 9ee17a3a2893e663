// SPDX-License-Identifier: GPL-2.0-or-later
// Page 0x83 from friendly and hostile devices.
#include "daemon/scsi/designator.h"

#include <gtest/gtest.h>

#include <vector>

namespace mp::scsi {
namespace {

using Vec = std::vector<std::uint8_t>;

// A target's page as LIO builds it: NAA 6 of the unit, then relative port and group of the port.
Vec lio_page() {
    Vec page = {0, 0x83, 0, 36, 0x01, 0x03, 0, 16, 0x60, 0x01, 0x40, 0x5a, 1, 2,
                3, 4,    5, 6,  7,    8,    9, 10, 11,   12,   0x51, 0x94, 0, 4,
                0, 0,    0, 7,  0x51, 0x95, 0, 4,  0,    0,    0x01, 0x02};
    return page;
}

TEST(Designator, ReadsTypesAssociationsAndPortNumbers) {
    DesignatorList list = parse_designators(lio_page()).value();
    ASSERT_EQ(list.designators.size(), 3U);
    EXPECT_FALSE(list.defect);
    EXPECT_EQ(list.designators[0].type, DesignatorType::naa);
    EXPECT_EQ(list.designators[0].association, Association::logical_unit);
    EXPECT_EQ(list.designators[0].code_set, CodeSet::binary);
    EXPECT_EQ(list.designators[0].value.size(), 16U);
    EXPECT_EQ(list.designators[1].association, Association::target_port);
    EXPECT_EQ(relative_target_port_of(list), 7);
    EXPECT_EQ(target_port_group_of(list), 0x102);
}

TEST(Designator, PageCutAtAnyByteKeepsWholeDescriptorsAndSaysSo) {
    Vec whole = lio_page();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        Result<DesignatorList> list = parse_designators(Bytes(whole).first(size));
        if (size < 4) {
            ASSERT_FALSE(list) << size;
            EXPECT_EQ(list.error().code, Errc::invalid);
            continue;
        }
        ASSERT_TRUE(list) << size;
        EXPECT_TRUE(list->defect) << size;
        std::size_t expected = size < 24 ? 0 : size < 32 ? 1 : 2;
        EXPECT_EQ(list->designators.size(), expected) << size;
        EXPECT_EQ(list->declared, whole.size());
    }
}

TEST(Designator, LengthPastThePageEndsTheScan) {
    Vec page = lio_page();
    page[27] = 200;  // relative port's length
    DesignatorList list = parse_designators(page).value();
    ASSERT_EQ(list.designators.size(), 1U);
    ASSERT_TRUE(list.defect);
    EXPECT_STREQ(list.defect->what, "descriptor length runs past the identification page");
}

TEST(Designator, HalfAHeaderAtTheEndIsADefect) {
    Vec page = lio_page();
    page[3] = static_cast<std::uint8_t>(page[3] + 2);
    page.push_back(1);
    page.push_back(3);
    DesignatorList list = parse_designators(page).value();
    EXPECT_EQ(list.designators.size(), 3U);
    ASSERT_TRUE(list.defect);
    EXPECT_STREQ(list.defect->what, "identification page ends inside a descriptor header");
}

TEST(Designator, EmptyDescriptorsAreSkippedAndCounted) {
    Vec page = {0, 0x83, 0, 12, 1, 3, 0, 0, 1, 3, 0, 4, 0x50, 1, 2, 3};
    DesignatorList list = parse_designators(page).value();
    EXPECT_EQ(list.skipped, 1U);
    EXPECT_EQ(list.designators.size(), 1U);
    EXPECT_FALSE(list.defect);
}

TEST(Designator, AFloodOfEmptyDescriptorsIsBounded) {
    Vec page(4 + 60000, 0);
    page[1] = 0x83;
    page[2] = 60000 >> 8;
    page[3] = 60000 & 0xff;
    DesignatorList list = parse_designators(page).value();
    EXPECT_EQ(list.skipped, kDesignatorsMax);
    ASSERT_TRUE(list.defect);
    EXPECT_STREQ(list.defect->what, "identification page has too many descriptors");
}

TEST(Designator, GroupOfTheUnitIsNotTheGroupOfThePort) {
    Vec page = lio_page();
    page[33] = 0x05;  // association: logical unit
    DesignatorList list = parse_designators(page).value();
    EXPECT_EQ(target_port_group_of(list), std::nullopt);
    EXPECT_EQ(relative_target_port_of(list), 7);
}

TEST(Designator, OtherPageIsAnError) {
    Vec page = lio_page();
    page[1] = 0x80;
    EXPECT_FALSE(parse_designators(page));
}

TEST(Designator, EmptyPageHasNothing) {
    DesignatorList list = parse_designators(Vec{0, 0x83, 0, 0}).value();
    EXPECT_TRUE(list.designators.empty());
    EXPECT_FALSE(list.defect);
}

}  // namespace
}  // namespace mp::scsi
