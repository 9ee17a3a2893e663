// SPDX-License-Identifier: GPL-2.0-or-later
// What is offered after each beginning of a command?
#include "daemon/api/complete.h"

#include <gmock/gmock.h>

namespace {

using mp::api::complete;
using mp::api::Completions;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(Complete, FirstWordsAreVerbs) {
    EXPECT_THAT(complete("").words, Contains("show"));
    EXPECT_THAT(complete("").words, Contains("reconfigure"));
    EXPECT_THAT(complete("sho").words, ElementsAre("show"));
    EXPECT_THAT(complete("sw").words, ElementsAre("switch", "switchgroup"));
    EXPECT_THAT(complete("xyz").words, IsEmpty());
}

TEST(Complete, LaterWordsFollowTheTable) {
    EXPECT_THAT(complete("show con").words, ElementsAre("config"));
    EXPECT_THAT(complete("show config ").words, ElementsAre("json", "local", "origin"));
    EXPECT_THAT(complete("show map mpatha ").words,
                ElementsAre("format", "json", "raw", "topology"));
    EXPECT_THAT(complete("switch map x gr").words, ElementsAre("group"));
    EXPECT_THAT(complete("sho maps raw ").words, ElementsAre("format"));
    EXPECT_THAT(complete("reconfigure all ").words, IsEmpty());
}

TEST(Complete, ParametersAreNamesToAskFor) {
    Completions map = complete("resize map mp");
    EXPECT_TRUE(map.map_name);
    EXPECT_THAT(map.words, IsEmpty());
    EXPECT_TRUE(complete("fail path ").path_name);
    EXPECT_TRUE(complete("explain ").path_name);
    EXPECT_FALSE(complete("fail ").path_name);
}

}  // namespace
