// SPDX-License-Identifier: GPL-2.0-or-later
// Does a tool see the configuration that the daemon would?
#include "daemon/cli/configuration.h"

#include <gmock/gmock.h>

#include "tests/unit/cli/root_folder.h"

namespace {

using namespace mp::cli;
using testing::HasSubstr;
using testing::Not;

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

TEST(Configuration, SystemTellsItsLimitOfOpenFiles) {
    mp::test::RootFolder root;
    EXPECT_EQ(read_environment(false).max_open_files, 1048576U);
    root.write("/proc/sys/fs/nr_open", "4096\n");
    root.write("/etc/group", "disk:x:6:\n");
    EXPECT_EQ(read_environment(false).max_open_files, 4096U);
    EXPECT_TRUE(read_environment(false).accounts.groups.empty());
    EXPECT_EQ(read_environment(true).accounts.groups.at("disk"), 6U);
}

TEST(Configuration, NodesAndTheSelectorAreFoundWhereTheKernelKeepsThem) {
    mp::test::RootFolder root;
    EXPECT_EQ(read_environment(false).numa_nodes, 1U);
    EXPECT_FALSE(read_environment(false).numa_selector);
    root.write("/sys/devices/system/node/online", "1-2\n");
    root.write("/sys/devices/system/node/node1/distance", "10 21\n");
    EXPECT_EQ(read_environment(false).numa_nodes, 2U);
    root.write("/proc/sys/kernel/osrelease", "6.1.0\n");
    root.write("/lib/modules/6.1.0/modules.dep", "kernel/drivers/md/dm-multipath.ko:\n");
    EXPECT_FALSE(read_environment(false).numa_selector);
    root.write("/lib/modules/6.1.0/modules.dep",
               "updates/dkms/dm-numa-distance.ko.xz: dm-mod.ko\n");
    EXPECT_TRUE(read_environment(false).numa_selector);
}

TEST(Configuration, ALoadedSelectorNeedsNoFile) {
    mp::test::RootFolder root;
    root.write("/sys/module/dm_numa_distance/refcnt", "0\n");
    EXPECT_TRUE(read_environment(false).numa_selector);
    EXPECT_FALSE(read_environment(false, false).numa_selector);
    root.write("/etc/multipath.conf", "defaults {\n path_selector \"numa-distance 0\"\n}\n");
    EXPECT_TRUE(read_configuration()->diagnostics().empty());
}

}  // namespace
