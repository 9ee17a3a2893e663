// SPDX-License-Identifier: GPL-2.0-or-later
// How are formats read and columns aligned?
#include "daemon/api/table.h"

#include <gtest/gtest.h>

#include "tests/unit/api/sample.h"

namespace {

using namespace mp::test;
using mp::api::Format;
using mp::api::path_fields;
using mp::api::Rows;
using mp::model::PathView;

std::string table(std::string_view text, bool header = true) {
    Format<PathView> format(path_fields(), text);
    Rows<PathView> rows(format, kSampleTime);
    mp::model::Snapshot snapshot = sample();
    rows.add(*snapshot.paths[0]);
    rows.add(*snapshot.paths[3]);
    std::string out;
    if (header) {
        rows.widen_to_headers();
        rows.write_header(out);
    }
    for (int i = 0; i < 2; ++i) {
        rows.write_next(out, header);
        out += '|';
    }
    return out;
}

TEST(Table, ColumnsAreAsWideAsHeaderAndValues) {
    EXPECT_EQ(table("%d %D %p"), "dev  dev_t pri\nsda  8:0   50 |sdaa 8:160 -1 |");
}

TEST(Table, LiteralTextIsCopied) {
    EXPECT_EQ(table("device='%d',"), "device='dev ',\ndevice='sda ',|device='sdaa',|");
}

TEST(Table, RawHasNoPadding) {
    EXPECT_EQ(table("%d %D", false), "sda 8:0|sdaa 8:160|");
}

TEST(Table, SameColumnTwiceIsFine) {
    EXPECT_EQ(table("%d%d", false), "sdasda|sdaasdaa|");
}

TEST(Table, UnknownLettersAndALonePercentPrintNothing) {
    EXPECT_EQ(table("%d%", false), "sda|sdaa|");
    EXPECT_EQ(table("%", false), "||");
    EXPECT_EQ(table("%%d", false), "d|d|");
    EXPECT_EQ(table("a%Zb", false), "ab|ab|");
    EXPECT_EQ(table(std::string_view("%\0%d", 4), false), "sda|sdaa|");
}

TEST(Table, VeryWideCellsDoNotWidenTheirColumnWithoutLimit) {
    Format<PathView> format(path_fields(), "%z");
    Rows<PathView> rows(format, kSampleTime);
    mp::model::BlockDevice device = disk("sda", 0, {1, 0, 0, 0});
    device.serial = std::string(5000, 'x');
    rows.add(path_of(device, "3", "a", 1));
    EXPECT_EQ(rows.widths()[0], mp::api::kColumnWidthMax);
}

}  // namespace
