// SPDX-License-Identifier: GPL-2.0-or-later
// Is the tree what parsers expect?
#include "daemon/api/topology.h"

#include "daemon/api/lookup.h"
#include "tests/unit/api/golden.h"
#include "tests/unit/api/sample.h"

namespace {

using namespace mp::test;
using mp::api::listed_maps;
using mp::api::listed_paths;
using mp::api::render_topology;

TEST(Topology, TreeIsAlignedOverAllPathsForTheDaemon) {
    mp::model::Snapshot snapshot = sample();
    expect_golden("tree/two-maps.txt",
                  render_topology(listed_maps(snapshot), listed_paths(snapshot), kSampleTime, {}));
}

TEST(Topology, TreeIsAlignedPerMapWithoutOthers) {
    mp::model::Snapshot snapshot = sample();
    expect_golden("tree/two-maps-alone.txt",
                  render_topology(listed_maps(snapshot), {}, kSampleTime, {}));
}

TEST(Topology, VerbosityOneNamesMapsAndZeroSaysNothing) {
    mp::model::Snapshot snapshot = sample();
    EXPECT_EQ(render_topology(listed_maps(snapshot), {}, kSampleTime, {1, false}),
              "mpatha\n36001405bbbbbbbbbbbbbbbbbbbbbbbbb\n");
    EXPECT_EQ(render_topology(listed_maps(snapshot), {}, kSampleTime, {0, false}), "");
}

TEST(Topology, HeadersAreBoldOnATerminal) {
    mp::model::Snapshot snapshot = sample();
    std::string out = render_topology(listed_maps(snapshot), {}, kSampleTime, {2, true});
    EXPECT_EQ(
        out.find("\033[1mmpatha (36001405aaaaaaaaaaaaaaaaaaaaaaaaa) dm-0 LIO-ORG,disk\033[0m\n"),
        0U);
}

TEST(Topology, MapWithoutGroupsIsTwoLines) {
    mp::model::MapView map = map_of("a", "3600", 4);
    const mp::model::MapView* maps[] = {&map};
    EXPECT_EQ(render_topology(maps, {}, kSampleTime, {}),
              "a (3600) dm-4 ##,##\n"
              "size=20G features='1 queue_if_no_path' hwhandler='1 alua' wp=rw\n");
}

}  // namespace
