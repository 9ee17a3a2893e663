// SPDX-License-Identifier: GPL-2.0-or-later
// Does a tool see the configuration that the daemon would?
#include "daemon/cli/configuration.h"

#include <gmock/gmock.h>

#include "tests/unit/cli/root_folder.h"

namespace {

using namespace mp::cli;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

TEST(Configuration, FilesAndOwnersOfThisSystem) {
    mp::test::RootFolder root;
    root.write("/etc/passwd", "root:x:0:0::/root:/bin/sh\nanna:x:1000:1000::/srv/anna:/bin/sh\n");
    root.write("/etc/multipath.conf", "defaults {\n polling_interval 3\n uid anna\n}\n");
    root.write("/etc/multipath/conf.d/a.conf", "defaults {\n polling_interval 4\n}\n");
    std::string text = read_configuration()->render();
    EXPECT_THAT(text, HasSubstr("polling_interval 4\n"));
    EXPECT_THAT(text, HasSubstr("uid 01750\n"));
}

TEST(Configuration, NativeNvmeMultipathLeavesNvmeToTheKernel) {
    mp::test::RootFolder root;
    EXPECT_THAT(read_configuration()->render(), HasSubstr("nvme[0-9])"));
    root.write("/sys/module/nvme_core/parameters/multipath", "Y\n");
    EXPECT_THAT(read_configuration()->render(), Not(HasSubstr("nvme[0-9])")));
}

TEST(Configuration, AccountsAreNamesAndNumbers) {
    EXPECT_THAT(parse_accounts(
                    "root:x:0:0::/:/bin/sh\n:x:1:\nbad:x:y:\nshort\nbig:x:99999999999:\nb:x:5\n"),
                ElementsAre(Pair("b", 5), Pair("root", 0)));
}

}  // namespace
