// SPDX-License-Identifier: GPL-2.0-or-later
// Pairs of what the kernel shows and what is wanted, and whether a reload is due, with the words
// that the log gets.
#include "daemon/dm/equality.h"

#include <gtest/gtest.h>

#include "daemon/dm/table_codec.h"

namespace mp::dm {
namespace {

model::MultipathTable table(std::string_view text, std::uint64_t size = 2048) {
    Result<model::MultipathTable> parsed = parse_table(text, size);
    EXPECT_TRUE(parsed) << text;
    return parsed ? *parsed : model::MultipathTable{};
}

struct Pair {
    const char* live;
    const char* wanted;
    const char* difference;
};

const Pair kPairs[] = {
    // Shown in other words.
    {"0 0 1 1 service-time 0 2 2 8:16 1 1 8:32 1 1", "0 0 1 1 service-time 0 2 1 8:16 1 8:32 1",
     ""},
    {"0 0 1 1 round-robin 0 1 1 8:16 1", "0 0 1 1 round-robin 0 1 1 8:16 1000", ""},
    {"0 0 1 1 historical-service-time 2 972 0 1 1 8:16 0",
     "0 0 1 1 historical-service-time 0 1 1 8:16 1", ""},
    {"2 pg_init_retries 50 0 0 0", "3 queue_if_no_path pg_init_retries 50 0 0 0", ""},
    {"1 retain_attached_hw_handler 0 0 0", "0 0 0 0", ""},
    {"4 pg_init_retries 50 pg_init_delay_msecs 9 0 0 0",
     "4 pg_init_delay_msecs 9 pg_init_retries 50 0 0 0", ""},
    {"0 0 0 0", "2 queue_mode mq 0 0 0", ""},
    {"3 retain_attached_hw_handler queue_mode bio 0 0 0", "2 queue_mode bio 1 alua 0 0", ""},
    {"0 1 alua 0 0", "0 0 0 0", ""},
    {"0 1 rdac 0 0", "0 1 alua 0 0", ""},
    {"0 1 alua 0 0", "0 2 alua 1 0 0", ""},
    {"0 0 1 1 numa-distance 0 2 3 8:16 1 0 auto 8:32 1 1 auto",
     "0 0 1 1 numa-distance 0 2 2 8:16 1000 0 8:32 1000 1", ""},
    {"0 0 1 1 numa-distance 2 penalty 25 1 3 8:16 1 auto auto",
     "0 0 1 1 numa-distance 2 penalty 25 1 2 8:16 1 auto", ""},
    // Runtime state, or of no weight.
    {"0 0 2 2 service-time 0 1 1 8:16 1 service-time 0 1 1 8:32 1",
     "0 0 2 1 service-time 0 1 1 8:16 1 service-time 0 1 1 8:32 1", ""},
    {"0 0 1 1 service-time 0 2 1 8:32 1 8:16 1", "0 0 1 1 service-time 0 2 1 8:16 1 8:32 1", ""},
    // Real differences.
    {"0 0 1 1 numa-distance 0 2 3 8:16 1 0 auto 8:32 1 1 auto",
     "0 0 1 1 numa-distance 0 2 2 8:16 1 0 8:32 1 0",
     "group 1: arguments of path 8:32 are 1 1 auto, wanted 1 0"},
    {"0 0 1 1 numa-distance 2 penalty 25 1 3 8:16 1 0 auto", "0 0 1 1 numa-distance 0 1 2 8:16 1 0",
     "group 1: selector arguments are penalty 25, wanted none"},
    {"0 0 1 1 numa-distance 0 1 3 8:16 1 0 4", "0 0 1 1 numa-distance 0 1 2 8:16 1 0",
     "group 1: arguments of path 8:16 are 1 0 4, wanted 1 0"},
    {"0 0 1 1 round-robin 0 2 1 8:32 1 8:16 1", "0 0 1 1 round-robin 0 2 1 8:16 1 8:32 1",
     "group 1: path 8:16 has another place in the round"},
    {"0 0 0 0", "2 pg_init_retries 50 0 0 0", "features are none, wanted pg_init_retries 50"},
    {"0 0 0 0", "2 queue_mode bio 0 0 0", "features are none, wanted queue_mode bio"},
    {"0 0 0 0", "0 1 alua 0 0", "hardware handler is none, wanted alua"},
    {"0 0 1 1 service-time 0 2 1 8:16 1 8:32 1",
     "0 0 2 1 service-time 0 1 1 8:16 1 service-time 0 1 1 8:32 1", "groups are 1, wanted 2"},
    {"0 0 2 1 service-time 0 1 1 8:16 1 service-time 0 1 1 8:32 1",
     "0 0 2 1 service-time 0 1 1 8:32 1 service-time 0 1 1 8:16 1",
     "group 1: path 8:32 is missing"},
    {"0 0 1 1 service-time 0 2 1 8:16 1 8:32 1", "0 0 1 1 service-time 0 1 1 8:16 1",
     "group 1: path 8:32 does not belong there"},
    {"0 0 1 1 service-time 0 2 1 8:16 1 8:16 1", "0 0 1 1 service-time 0 1 1 8:16 1",
     "group 1: a path is listed twice"},
    {"0 0 1 1 service-time 0 1 1 8:16 1", "0 0 1 1 round-robin 0 1 1 8:16 1",
     "group 1: selector is service-time, wanted round-robin"},
    {"0 0 1 1 service-time 0 1 2 8:16 1 5", "0 0 1 1 service-time 0 1 1 8:16 1",
     "group 1: arguments of path 8:16 are 1 5, wanted 1"},
    {"0 0 1 1 historical-service-time 2 972 0 1 1 8:16 0",
     "0 0 1 1 historical-service-time 1 900 1 1 8:16 1",
     "group 1: selector arguments are 972 0, wanted 900"},
    {"0 0 1 1 io-affinity 0 1 1 8:16 0f", "0 0 1 1 io-affinity 0 1 1 8:16 f0",
     "group 1: arguments of path 8:16 are 0f, wanted f0"},
};

TEST(Equality, DifferencesAreFoundAndNamed) {
    for (const Pair& pair : kPairs) {
        EXPECT_EQ(why_different(table(pair.live), table(pair.wanted)), pair.difference)
            << pair.live << "\n"
            << pair.wanted;
    }
}

TEST(Equality, AnotherSizeIsADifference) {
    EXPECT_EQ(why_different(table("0 0 0 0", 10), table("0 0 0 0", 20)),
              "size is 10 sectors, wanted 20");
}

TEST(Equality, WhatTheKernelShowsOfATableIsTheSameTable) {
    for (const Pair& pair : kPairs) {
        model::MultipathTable wanted = table(pair.wanted);
        EXPECT_EQ(why_different(kernel_view(wanted), wanted), "") << pair.wanted;
        EXPECT_EQ(kernel_view(kernel_view(wanted)), kernel_view(wanted)) << pair.wanted;
    }
}

TEST(Equality, QueueingAndQueueModeAreReplacedAndNothingElse) {
    std::vector<std::string> features = {"queue_mode", "mq", "pg_init_retries", "5"};
    EXPECT_EQ(with_queue_mode(features, "bio"),
              (std::vector<std::string>{"pg_init_retries", "5", "queue_mode", "bio"}));
    EXPECT_EQ(with_queue_mode(features, "rq"), (std::vector<std::string>{"pg_init_retries", "5"}));
    EXPECT_EQ(with_queueing({"pg_init_retries", "5"}, true),
              (std::vector<std::string>{"queue_if_no_path", "pg_init_retries", "5"}));
    EXPECT_EQ(with_queueing({"queue_if_no_path", "pg_init_retries", "5"}, false),
              (std::vector<std::string>{"pg_init_retries", "5"}));
}

}  // namespace
}  // namespace mp::dm
