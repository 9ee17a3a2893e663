// SPDX-License-Identifier: GPL-2.0-or-later
// Table and status lines: what a real kernel prints is read and written back unchanged; what is not
// of this grammar is refused for the reason that is wrong with it.
#include "daemon/dm/table_codec.h"

#include <gtest/gtest.h>

#include "daemon/base/prng.h"

namespace mp::dm {
namespace {

using model::DmGroupState;
using model::DmPathState;

const char* const kTables[] = {
    "0 0 0 0",
    "1 queue_if_no_path 0 0 0",
    "0 0 1 1 service-time 0 1 1 8:16 1",
    "0 1 alua 2 1 service-time 0 1 2 8:16 1 1 service-time 0 1 2 8:32 1 1",
    "2 queue_if_no_path retain_attached_hw_handler 1 alua 1 1 round-robin 0 2 1 8:16 1 65:32 1",
    "5 queue_if_no_path pg_init_retries 50 queue_mode bio 0 1 1 queue-length 0 2 1 8:0 1 8:16 1",
    "0 0 1 1 historical-service-time 2 972 0 2 1 8:16 0 8:32 0",
    "0 0 1 1 io-affinity 0 1 1 8:16 00ff",
    "0 0 1 1 round-robin 0 1 0 259:1048575",
};

TEST(TableCodec, WhatTheKernelPrintsIsReadAndWrittenBackUnchanged) {
    for (const char* text : kTables) {
        Result<model::MultipathTable> table = parse_table(text, 2048);
        ASSERT_TRUE(table) << text << ": " << table.error().text();
        EXPECT_EQ(render_table(*table), text);
        EXPECT_EQ(table->size_sectors, 2048U);
    }
}

TEST(TableCodec, TableIsTakenApart) {
    Result<model::MultipathTable> table = parse_table(
        "3 queue_if_no_path pg_init_retries 50 1 alua 2 2 service-time 0 2 2 8:16 1 1 8:32 1 7 "
        "round-robin 0 1 1 65:144 1 ",
        16384);
    ASSERT_TRUE(table);
    EXPECT_EQ(table->features,
              (std::vector<std::string>{"queue_if_no_path", "pg_init_retries", "50"}));
    EXPECT_EQ(table->hw_handler, (std::vector<std::string>{"alua"}));
    EXPECT_EQ(table->initial_group, 2U);
    ASSERT_EQ(table->groups.size(), 2U);
    EXPECT_EQ(table->groups[0].selector, "service-time");
    EXPECT_EQ(table->groups[0].paths[1].devt, (DevT{8, 32}));
    EXPECT_EQ(table->groups[0].paths[1].args, (std::vector<std::string>{"1", "7"}));
    EXPECT_EQ(table->groups[1].selector, "round-robin");
    EXPECT_EQ(table->groups[1].paths[0].devt, (DevT{65, 144}));
}

struct Refused {
    const char* text;
    Errc code;
    const char* what;
};

const Refused kRefusedTables[] = {
    {"", Errc::invalid, "table: wrong count of features"},
    {"8:16 0", Errc::invalid, "table: wrong count of features"},
    {"/dev/sda 2048", Errc::invalid, "table: wrong count of features"},
    {"-1 0 0 0", Errc::invalid, "table: wrong count of features"},
    {"0x1 0 0 0", Errc::invalid, "table: wrong count of features"},
    {"3 queue_if_no_path 0", Errc::invalid, "table: wrong count of features"},
    {"1025 a", Errc::limit, "table: wrong count of features"},
    {"18446744073709551615 a", Errc::limit, "table: wrong count of features"},
    {"99999999999999999999 a", Errc::limit, "table: wrong count of features"},
    {"0 2 alua", Errc::invalid, "table: wrong count of hardware handler words"},
    {"0 0", Errc::invalid, "table: wrong count of groups"},
    {"0 0 9 1 x", Errc::invalid, "table: wrong count of groups"},
    {"0 0 1 0 service-time 0 1 1 8:16 1", Errc::invalid, "table: wrong first group"},
    {"0 0 1 2 service-time 0 1 1 8:16 1", Errc::invalid, "table: wrong first group"},
    {"0 0 0 1", Errc::invalid, "table: wrong first group"},
    {"0 0 1 1 service-time", Errc::invalid, "table: wrong count of selector arguments"},
    {"0 0 1 1 service-time 0", Errc::invalid, "table: wrong count of paths"},
    {"0 0 1 1 service-time 0 0 1", Errc::invalid, "table: wrong count of paths"},
    {"0 0 1 1 service-time 0 1 1", Errc::invalid, "table: wrong count of path arguments"},
    {"0 0 1 1 service-time 0 2 1 8:16 1", Errc::invalid, "table: wrong count of paths"},
    {"0 0 1 1 service-time 0 1 900 8:16 1", Errc::invalid, "table: wrong count of path arguments"},
    {"0 0 1 1 service-time 0 1 2000 8:16 1", Errc::limit, "table: wrong count of path arguments"},
    {"0 0 1 1 service-time 0 1 1 sda 1", Errc::invalid, "table: path is not a major:minor"},
    {"0 0 1 1 service-time 0 1 1 8:16:0 1", Errc::invalid, "table: path is not a major:minor"},
    {"0 0 1 1 service-time 0 1 1 8:16 1 more", Errc::invalid, "table: words after the last group"},
};

TEST(TableCodec, OtherTextIsRefusedForTheReasonThatIsWrongWithIt) {
    for (const Refused& refused : kRefusedTables) {
        Result<model::MultipathTable> table = parse_table(refused.text, 1);
        ASSERT_FALSE(table) << refused.text;
        EXPECT_EQ(table.error().code, refused.code) << refused.text;
        EXPECT_STREQ(table.error().what, refused.what) << refused.text;
    }
}

TEST(TableCodec, StatusIsTakenApart) {
    Result<model::MultipathStatus> status = parse_status(
        "2 1 7 0 3 2 D 0 1 2 8:16 F 12 0 1 A 0 2 2 8:32 A 0 4096 1 8:48 F 1 0 1 "
        "E 2 972 0 1 3 8:64 A 0 5 6 7 ");
    ASSERT_TRUE(status) << status.error().text();
    EXPECT_EQ(status->queue_size, 1U);
    EXPECT_EQ(status->pg_init_count, 7U);
    EXPECT_EQ(status->next_group, 2U);
    ASSERT_EQ(status->groups.size(), 3U);
    EXPECT_EQ(status->groups[0].state, DmGroupState::disabled);
    EXPECT_EQ(status->groups[1].state, DmGroupState::active);
    EXPECT_EQ(status->groups[2].state, DmGroupState::enabled);
    EXPECT_EQ(status->groups[0].paths[0].state, DmPathState::failed);
    EXPECT_EQ(status->groups[0].paths[0].fail_count, 12U);
    EXPECT_EQ(status->groups[1].paths[0].state, DmPathState::active);
    EXPECT_EQ(status->groups[1].paths[0].selector_status, (std::vector<std::string>{"4096", "1"}));
    EXPECT_EQ(status->groups[2].selector_status, (std::vector<std::string>{"972", "0"}));
    EXPECT_EQ(status->groups[2].paths[0].selector_status.size(), 3U);
}

TEST(TableCodec, StatusIsReadAndWrittenBackUnchanged) {
    for (const char* text : {"2 0 0 0 0 0", "2 1 0 0 1 1 E 0 2 0 8:16 F 3 8:32 A 0",
                             "2 0 1 0 2 1 A 0 1 2 8:16 A 0 0 1 E 2 972 0 1 3 8:32 A 0 1 2 3"}) {
        Result<model::MultipathStatus> status = parse_status(text);
        ASSERT_TRUE(status) << text << ": " << status.error().text();
        EXPECT_EQ(render_status(*status), text);
    }
}

const Refused kRefusedStatus[] = {
    {"", Errc::invalid, "status: wrong count of features"},
    {"0 0 0 0", Errc::invalid, "status: wrong count of features"},
    {"3/3 1/1 on", Errc::invalid, "status: wrong count of features"},
    {"2 x 0 0 0 0", Errc::invalid, "status: queue size is not a number"},
    {"2 0 0 0 1 0 A 0 1 0 8:16 A 0", Errc::invalid, "status: wrong next group"},
    {"2 0 0 0 1 1 X 0 1 0 8:16 A 0", Errc::invalid, "status: group state is not A, E or D"},
    {"2 0 0 0 1 1 A 0 1 0 8:16 B 0", Errc::invalid, "status: path state is not A or F"},
    {"2 0 0 0 1 1 A 0 1 0 8:16 A z", Errc::invalid, "status: fail count is not a number"},
    {"2 0 0 0 1 1 A 0 1 2 8:16 A 0 1", Errc::invalid, "status: wrong count of paths"},
    {"2 0 0 0 1 1 A 0 1024 1024 8:16 A 0", Errc::invalid, "status: wrong count of paths"},
    {"2 0 0 0 1 1 A 0 1025 0 8:16 A 0", Errc::limit, "status: wrong count of paths"},
    {"2 0 0 0 1 1 A 0 1 0 8:16 A 0 rest", Errc::invalid, "status: words after the last group"},
};

TEST(TableCodec, OtherStatusIsRefusedForTheReasonThatIsWrongWithIt) {
    for (const Refused& refused : kRefusedStatus) {
        Result<model::MultipathStatus> status = parse_status(refused.text);
        ASSERT_FALSE(status) << refused.text;
        EXPECT_EQ(status.error().code, refused.code) << refused.text;
        EXPECT_STREQ(status.error().what, refused.what) << refused.text;
    }
}

TEST(TableCodec, DamagedTextNeverParsesToSomethingThatCannotBeWrittenBack) {
    Prng prng(20240611);
    int parsed = 0;
    for (int round = 0; round < 20000; ++round) {
        std::string text = kTables[prng.below(std::size(kTables))];
        for (std::uint64_t n = prng.between(1, 3); n != 0; --n) {
            std::size_t at = prng.below(text.size());
            const std::string noise = " 0123456789:aA-";
            if (prng.chance(500)) {
                text[at] = noise[prng.below(noise.size())];
            } else {
                text.erase(at, prng.between(1, 4));
                text += text.empty() ? "0" : "";
            }
        }
        Result<model::MultipathTable> table = parse_table(text, 1);
        if (table) {
            ++parsed;
            Result<model::MultipathTable> again = parse_table(render_table(*table), 1);
            ASSERT_TRUE(again) << text;
            EXPECT_EQ(*again, *table) << text;
        }
    }
    EXPECT_GT(parsed, 100);
    EXPECT_LT(parsed, 19900);
}

}  // namespace
}  // namespace mp::dm
