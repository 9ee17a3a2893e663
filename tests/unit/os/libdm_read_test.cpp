// SPDX-License-Identifier: GPL-2.0-or-later
// Which holder of a map is one of its partitions; the rest of reading needs a kernel with maps
// (tests/contract).
#include "daemon/os/libdm_read.h"

#include <gtest/gtest.h>

namespace mp::os::libdm {
namespace {

TEST(DmRead, PartitionMapsAreKnownByTheirUuid) {
    const char* map = "mpath-3600a";
    EXPECT_TRUE(is_partition_of("part1-mpath-3600a", map));
    EXPECT_TRUE(is_partition_of("part128-mpath-3600a", map));
    for (const char* other :
         {"part1-mpath-3600ab", "part-mpath-3600a", "partx1-mpath-3600a", "part1mpath-3600a",
          "mpath-3600a", "LVM-part1-mpath-3600a", "part1", "", "part1-"}) {
        EXPECT_FALSE(is_partition_of(other, map)) << other;
    }
    EXPECT_FALSE(is_partition_of("part1-", ""));
}

}  // namespace
}  // namespace mp::os::libdm
