// SPDX-License-Identifier: GPL-2.0-or-later
// User and group names.
#include "conf/schema/accounts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mp::conf {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(ParseAccounts, ReadsNamesAndNumbers) {
    const Accounts accounts =
        parse_accounts("root:x:0:0:root:/root:/bin/bash\noracle:x:1001:1002::/srv/oracle:/bin/sh\n",
                       "disk:x:6:\ndba:x:1002:oracle,root\n");
    EXPECT_THAT(accounts.users, ElementsAre(Pair("oracle", 1001), Pair("root", 0)));
    EXPECT_THAT(accounts.groups, ElementsAre(Pair("dba", 1002), Pair("disk", 6)));
}

TEST(ParseAccounts, SkipsLinesOfAnotherForm) {
    const Accounts accounts = parse_accounts(
        "\n# comment\n+::::::\nx:y\n:x:5:5::/:\nbad:x:12x:1::/:\nbig:x:4294967295:1::/:\n"
        "first:x:1:1::/:\nfirst:x:2:2::/:",
        "");
    EXPECT_THAT(accounts.users, ElementsAre(Pair("first", 1)));
    EXPECT_THAT(accounts.groups, IsEmpty());
}

}  // namespace
}  // namespace mp::conf
