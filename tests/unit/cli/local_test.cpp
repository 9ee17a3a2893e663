// SPDX-License-Identifier: GPL-2.0-or-later
// Which device does a caller's name mean when no daemon is asked? The rest of the unit is used in
// wwids_test.cpp, maps_test.cpp and claim_test.cpp.
#include "daemon/cli/local.h"

#include <gmock/gmock.h>

#include "tests/unit/cli/root_folder.h"

namespace {

using namespace mp::cli;

TEST(Local, LinksBelowDevLeadToTheirNode) {
    mp::test::RootFolder root;
    root.write("/dev/sdq", "");
    root.link("/dev/disk/by-id/scsi-3600", "/dev/sdq");
    root.link("/dev/mapper/mpatha", "/dev/sdq");
    EXPECT_EQ(without_links("/dev/disk/by-id/scsi-3600"), "/dev/sdq");
    for (const char* same :
         {"/dev/sdq", "/dev/mapper/mpatha", "/dev/disk/by-id/other", "mpatha", "8:0", ""}) {
        EXPECT_EQ(without_links(same), same);
    }
}

TEST(Local, MapsAreFoundByNameBeforeAnythingElse) {
    std::vector<KernelMap> maps = {{"mpatha", "dm-0", mp::Wwid("3600a"), {"sda", "sdb"}},
                                   {"sda", "dm-1", mp::Wwid("3600b"), {"sdc"}}};
    EXPECT_EQ(find_kernel_map(maps, "sda"), &maps[1]);
    EXPECT_EQ(find_kernel_map(maps, "/dev/sdb"), &maps[0]);
    EXPECT_EQ(find_kernel_map(maps, "3600b"), &maps[1]);
    EXPECT_EQ(find_kernel_map(maps, "/dev/dm-0"), &maps[0]);
    EXPECT_EQ(find_kernel_map(maps, "sdd"), nullptr);
}

}  // namespace
