// SPDX-License-Identifier: GPL-2.0-or-later
// Standard INQUIRY data and simple pages, whole, cut and hostile.
#include "daemon/scsi/inquiry.h"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

namespace mp::scsi {
namespace {

using Vec = std::vector<std::uint8_t>;

Vec standard_data() {
    Vec data = {0, 0, 6, 2, 31, 0x30, 0, 2};
    for (char c : std::string_view("LIO-ORG disk            4.0 ")) {
        data.push_back(static_cast<std::uint8_t>(c));
    }
    return data;
}

Vec page(std::uint8_t code, std::string_view body) {
    Vec out = {0, code, 0, static_cast<std::uint8_t>(body.size())};
    out.insert(out.end(), body.begin(), body.end());
    return out;
}

TEST(Inquiry, ReadsNamesAndTargetPortGroupSupport) {
    InquiryData data = parse_inquiry(standard_data()).value();
    EXPECT_EQ(data.vendor, "LIO-ORG");
    EXPECT_EQ(data.product, "disk");
    EXPECT_EQ(data.revision, "4.0");
    EXPECT_EQ(data.tpgs, 3);
    EXPECT_EQ(data.version, 6);
    EXPECT_TRUE(data.peripheral.connected());
}

TEST(Inquiry, FieldsThatDidNotComeWhollyAreEmpty) {
    Vec whole = standard_data();
    for (std::size_t size = 0; size <= whole.size(); ++size) {
        Result<InquiryData> data = parse_inquiry(Bytes(whole).first(size));
        ASSERT_EQ(static_cast<bool>(data), size >= 8) << size;
        if (data) {
            EXPECT_EQ(data->vendor.empty(), size < 16) << size;
            EXPECT_EQ(data->product.empty(), size < 32) << size;
            EXPECT_EQ(data->revision.empty(), size < 36) << size;
        }
    }
}

TEST(Inquiry, FieldsBeyondTheAdditionalLengthAreNotThere) {
    Vec data = standard_data();
    data[4] = 11;  // ends with the vendor
    EXPECT_EQ(parse_inquiry(data)->vendor, "LIO-ORG");
    EXPECT_EQ(parse_inquiry(data)->product, "");
}

TEST(Inquiry, ControlCharactersNeverGetThrough) {
    Vec data = standard_data();
    data[8] = 0x1b;
    data[9] = 0xff;
    EXPECT_EQ(parse_inquiry(data)->vendor, "??O-ORG");
}

TEST(Inquiry, QualifierThreeMeansNoSuchUnit) {
    Vec data = standard_data();
    data[0] = 0x7f;
    EXPECT_FALSE(parse_inquiry(data)->peripheral.connected());
    EXPECT_EQ(parse_inquiry(data)->peripheral.qualifier, 3);
}

TEST(Vpd, AnotherPageThanAskedIsRefused) {
    Result<VpdPage> got = parse_vpd(standard_data(), kPageSerial);
    ASSERT_FALSE(got);
    EXPECT_STREQ(got.error().what, "device answered with another page than the one asked for");
}

TEST(Vpd, CutPagesSayHowLongTheyShouldBe) {
    Vec bytes = {0, 0x80, 0xff, 0xff, 'a'};
    VpdPage got = parse_vpd(bytes, kPageSerial).value();
    EXPECT_TRUE(got.cut);
    EXPECT_EQ(got.declared, 65539U);
    EXPECT_EQ(got.body.size(), 1U);
    EXPECT_FALSE(parse_vpd(Bytes(bytes).first(3), kPageSerial));
}

TEST(Vpd, BytesBehindThePageAreNotPartOfIt) {
    Vec bytes = page(0x80, "abc");
    bytes.push_back('x');
    EXPECT_EQ(parse_serial(bytes).value(), "abc");
}

TEST(Vpd, SerialIsTrimmedAndMustBeWhole) {
    EXPECT_EQ(parse_serial(page(0x80, "  S 1234  ")).value(), "S 1234");
    EXPECT_EQ(parse_serial(page(0x80, std::string_view("ab\0\0", 4))).value(), "ab");
    EXPECT_FALSE(parse_serial(page(0x80, "    ")));
    Vec cut = page(0x80, "12345678");
    cut.pop_back();
    Result<std::string> got = parse_serial(cut);
    ASSERT_FALSE(got);
    EXPECT_STREQ(got.error().what, "serial number page is cut short");
}

TEST(Vpd, SupportedPagesAreListed) {
    Vec list = page(0x00, std::string_view("\x00\x80\x83\xc9", 4));
    EXPECT_TRUE(lists_page(list, 0xc9).value());
    EXPECT_FALSE(lists_page(list, 0xc0).value());
    EXPECT_FALSE(lists_page(page(0x80, ""), 0xc0));
}

}  // namespace
}  // namespace mp::scsi
