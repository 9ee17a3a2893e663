// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/scsi/bytes.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>

namespace mp::scsi {
namespace {

constexpr std::array<std::uint8_t, 9> kData = {0x01, 0x02, 0x03, 0x04, 0x05,
                                               0x06, 0x07, 0x08, 0x09};
constexpr std::size_t kFar = std::numeric_limits<std::size_t>::max();

TEST(Bytes, FieldsAreBigEndian) {
    EXPECT_EQ(u8_at(kData, 8), 0x09);
    EXPECT_EQ(u16_at(kData, 7), 0x0809);
    EXPECT_EQ(u32_at(kData, 5), 0x06070809U);
    EXPECT_EQ(u64_at(kData, 1), 0x0203040506070809ULL);
}

TEST(Bytes, FieldsThatDoNotFitReadAsNothing) {
    EXPECT_EQ(u8_at(kData, 9), std::nullopt);
    EXPECT_EQ(u16_at(kData, 8), std::nullopt);
    EXPECT_EQ(u32_at(kData, 6), std::nullopt);
    EXPECT_EQ(u64_at(kData, 2), std::nullopt);
    for (std::size_t at : {std::size_t{9}, std::size_t{10}, kFar - 1, kFar}) {
        EXPECT_EQ(u8_at(kData, at), std::nullopt);
        EXPECT_EQ(u16_at(kData, at), std::nullopt);
        EXPECT_EQ(u32_at(kData, at), std::nullopt);
        EXPECT_EQ(u64_at(kData, at), std::nullopt);
        EXPECT_TRUE(slice(kData, at, 4).empty());
    }
}

TEST(Bytes, SlicesEndWithTheData) {
    EXPECT_EQ(slice(kData, 7, 4).size(), 2U);
    EXPECT_EQ(slice(kData, 7, kFar).size(), 2U);
    EXPECT_EQ(slice(kData, 0, 3).size(), 3U);
}

TEST(Bytes, TextIsTrimmedAndPrintable) {
    const std::array<std::uint8_t, 10> raw = {' ', 'a', '\t', 'b', 0x1b, 0xff, '\n', 0, 'c', 'd'};
    EXPECT_EQ(text_field(raw), "a b??");
    EXPECT_EQ(text_field({}), "");
    EXPECT_EQ(hex_text(kData), "010203040506070809");
}

}  // namespace
}  // namespace mp::scsi
