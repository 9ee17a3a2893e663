// SPDX-License-Identifier: GPL-2.0-or-later
// Disks of the kernel's own multipathing: shown, told of, never touched.
#include <gtest/gtest.h>

#include "tests/unit/engine/bench.h"

namespace mp::test {
namespace {

model::event::NativeMaps native(const std::string& first, const std::string& second) {
    model::NativeMap map;
    map.name = "nvme0n1";
    map.paths = {{"nvme0c0n1", "nvme0", "live", first, "tcp", ""},
                 {"nvme0c1n1", "nvme1", "live", second, "tcp", ""}};
    return {{map}};
}

TEST(NativeMaps, AreShownAndChangesOfTheirPathsAreTold) {
    Bench bench;
    bench.start();
    EXPECT_EQ(bench.snapshot()->native_maps, nullptr);
    bench.deliver(native("optimized", "inaccessible"));
    EXPECT_EQ(bench.count_log("native-path"), 0U);  // how it is when it is first seen is no news
    ASSERT_NE(bench.snapshot()->native_maps, nullptr);
    EXPECT_EQ(bench.snapshot()->native_maps->size(), 1U);
    bench.deliver(native("optimized", "non-optimized"));
    EXPECT_EQ(bench.count_log("native-path"), 1U);
    bench.deliver(native("inaccessible", "inaccessible"));
    EXPECT_EQ(bench.count_log("native-path"), 4U);  // two paths, and that none is left
    EXPECT_TRUE(bench.plans.empty());
    bench.deliver(model::event::NativeMaps{});
    EXPECT_TRUE(bench.snapshot()->native_maps->empty());
}

}  // namespace
}  // namespace mp::test
