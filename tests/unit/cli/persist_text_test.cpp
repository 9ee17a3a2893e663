// SPDX-License-Identifier: GPL-2.0-or-later
// Answers about reservations, as the text that scripts read.
#include "daemon/cli/persist_text.h"

#include <gtest/gtest.h>

namespace {

using namespace mp::cli;
using mp::scsi::PrIn;
using Bytes = std::vector<std::uint8_t>;

TEST(PersistText, KeysStandOnePerLineWithoutLeadingZeros) {
    Bytes data = {0, 0, 0, 0x1f, 0, 0, 0, 0};
    EXPECT_EQ(*render_reservation_data(PrIn::read_keys, data),
              "  PR generation=0x1f, \t0 registered reservation key.\n");
    data[7] = 8;
    data.insert(data.end(), {0, 0, 0, 0, 0, 0, 0xA, 0xBC});
    EXPECT_EQ(*render_reservation_data(PrIn::read_keys, data),
              "  PR generation=0x1f, \t1 registered reservation key follows:\n    0xabc\n");
}

TEST(PersistText, TheFullStatusNamesEachInitiator) {
    Bytes data = {0, 0, 0, 1, 0, 0, 0, 52};
    Bytes one(24);
    one[7] = 0x12;
    one[12] = 1;
    one[13] = 5;
    one[19] = 3;
    one[23] = 28;
    Bytes id = {5, 0, 0, 24};
    for (char c : std::string("iqn.2026-01.org.ex:a")) {
        id.push_back(static_cast<std::uint8_t>(c));
    }
    id.resize(28);
    data.insert(data.end(), one.begin(), one.end());
    data.insert(data.end(), id.begin(), id.end());
    EXPECT_EQ(*render_reservation_data(PrIn::read_full_status, data),
              "  PR generation=0x1 \n   Key = 0x12\n      All target ports bit clear\n"
              "      Relative port address: 0x3\n      << Reservation holder >>\n"
              "      scope: LU_SCOPE,  type: Write Exclusive, registrants only\n"
              "   iSCSI name: iqn.2026-01.org.ex:a\n");
}

TEST(PersistText, CapabilitiesListTheTypesWhenTheyAreValid) {
    Bytes data = {0, 8, 0x11, 0x80, 0xea, 0x01, 0, 0};
    std::string text = *render_reservation_data(PrIn::report_capabilities, data);
    EXPECT_NE(text.find("  Compatible Reservation Handling(CRH): 1\n"), std::string::npos);
    EXPECT_NE(text.find("      Exclusive Access, all registrants: 1\n"), std::string::npos);
    data[3] = 0;
    text = *render_reservation_data(PrIn::report_capabilities, data);
    EXPECT_EQ(text.find("all registrants"), std::string::npos);
}

TEST(PersistText, AnAnswerWithoutAHeaderIsAnError) {
    for (PrIn question : {PrIn::read_keys, PrIn::read_reservation, PrIn::read_full_status,
                          PrIn::report_capabilities}) {
        EXPECT_FALSE(render_reservation_data(question, Bytes{0, 0, 0}));
    }
}

TEST(PersistText, BytesStandSixteenALine) {
    EXPECT_EQ(render_hex(Bytes(17, 0xab)),
              " 00     ab ab ab ab ab ab ab ab ab ab ab ab ab ab ab ab\n 10     ab\n");
}

}  // namespace
