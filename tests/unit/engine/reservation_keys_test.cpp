// SPDX-License-Identifier: GPL-2.0-or-later
// The prkeys file: what is read from it, and what it never loses.
#include "daemon/engine/reservation_keys.h"

#include <gtest/gtest.h>

namespace mp::engine {
namespace {

TEST(ReservationKeys, AKeyIsHexadecimalWithOrWithoutAptpl) {
    EXPECT_EQ(parse_reservation_key("0x12ab")->key, 0x12abU);
    EXPECT_TRUE(parse_reservation_key("12ab:aptpl")->aptpl);
    EXPECT_EQ(render_reservation_key(*parse_reservation_key("0X00AB:aptpl")), "0xab:aptpl");
    for (const char* bad : {"", "0", "0x0", "xyz", "0x12345678901234567", "1:apt", ":aptpl"}) {
        EXPECT_FALSE(parse_reservation_key(bad)) << bad;
    }
}

TEST(ReservationKeys, AFileIsReadAndKeptAsItIs) {
    const std::string file =
        "# by hand\n0x00000000000000aa one\n0X00000000000000bb two # note\n"
        "0xcc one\nrubbish\n0xzz three\n0xdd four five\n0x0 six\n";
    const ReservationKeys keys = ReservationKeys::parse(file);
    EXPECT_EQ(keys.find(Wwid{"one"})->key, 0xaaU);
    EXPECT_TRUE(keys.find(Wwid{"two"})->aptpl);
    EXPECT_FALSE(keys.find(Wwid{"three"}));
    EXPECT_FALSE(keys.find(Wwid{"four"}));
    ASSERT_EQ(keys.problems().size(), 5U);
    EXPECT_EQ(keys.problems()[0].line, 4);
    EXPECT_EQ(keys.render(), file);
}

TEST(ReservationKeys, KeysAreSetReplacedAndRemoved) {
    ReservationKeys keys;
    EXPECT_TRUE(keys.set(Wwid{"one"}, {.key = 1}));
    EXPECT_FALSE(keys.set(Wwid{"one"}, {.key = 1}));
    EXPECT_EQ(keys.render(), ReservationKeys::header() + "0x0000000000000001 one\n");
    EXPECT_TRUE(keys.set(Wwid{"one"}, {.key = 2, .aptpl = true}));
    EXPECT_EQ(keys.render(), ReservationKeys::header() + "0X0000000000000002 one\n");
    EXPECT_TRUE(keys.remove(Wwid{"one"}));
    EXPECT_FALSE(keys.remove(Wwid{"one"}));
    EXPECT_FALSE(keys.find(Wwid{"one"}));
    EXPECT_EQ(keys.render(), ReservationKeys::header() + "#X0000000000000002 one\n");
}

}  // namespace
}  // namespace mp::engine
