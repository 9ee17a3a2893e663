// SPDX-License-Identifier: GPL-2.0-or-later
// Which words does a request have?
#include "daemon/api/tokens.h"

#include <gmock/gmock.h>

namespace {

using mp::api::split_request;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(SplitRequest, BlanksNewlineAndNulSeparateOrEnd) {
    EXPECT_THAT(split_request("show  maps\traw\n"), ElementsAre("show", "maps", "raw"));
    EXPECT_THAT(split_request(std::string("show maps\0junk", 14)), ElementsAre("show", "maps"));
    EXPECT_THAT(split_request(""), IsEmpty());
    EXPECT_THAT(split_request(" \n"), IsEmpty());
}

TEST(SplitRequest, QuotedWordKeepsItsBlanks) {
    EXPECT_THAT(split_request("format \" %w,%d \""), ElementsAre("format", " %w,%d "));
    EXPECT_THAT(split_request("format\"%d %t\"x"), ElementsAre("format", "%d %t", "x"));
    EXPECT_THAT(split_request("format \"\""), ElementsAre("format", ""));
}

TEST(SplitRequest, TwoQuotesInsideAQuotedWordAreOne) {
    EXPECT_THAT(split_request(R"(format "2.5"" disk")"), ElementsAre("format", "2.5\" disk"));
}

TEST(SplitRequest, UnclosedQuoteRunsToTheEnd) {
    EXPECT_THAT(split_request("format \"%d %t"), ElementsAre("format", "%d %t"));
    EXPECT_THAT(split_request("format \""), ElementsAre("format", ""));
}

TEST(SplitRequest, CommentsEndTheRequestOutsideQuotesOnly) {
    EXPECT_THAT(split_request("show maps # all"), ElementsAre("show", "maps"));
    EXPECT_THAT(split_request("format %d!%t"), ElementsAre("format", "%d"));
    EXPECT_THAT(split_request("format \"%d#%t!\""), ElementsAre("format", "%d#%t!"));
}

TEST(SplitRequest, BytesOutsideAsciiSeparate) {
    EXPECT_THAT(split_request("show\xc3\xa4maps"), ElementsAre("show", "maps"));
}

}  // namespace
