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

TEST(NativeTopology, GroupsAreAccessStatesAndTheBestComesFirst) {
    mp::model::NativeMap map;
    map.name = "nvme0n1";
    map.wwid = "uuid.8ef20f70";
    map.model = "Linux";
    map.revision = "6.1";
    map.policy = "numa";
    map.size_sectors = 131072;
    map.paths = {{"nvme0c0n1", "nvme0", "live", "inaccessible", "tcp", "traddr=127.0.0.1"},
                 {"nvme0c1n1", "nvme1", "live", "optimized", "tcp", "traddr=127.0.0.2"},
                 {"nvme0c2n1", "nvme2", "connecting", "optimized", "tcp", "traddr=127.0.0.3"}};
    std::vector<mp::model::NativeMap> maps{map};
    EXPECT_EQ(mp::api::render_native(maps),
              "uuid.8ef20f70 [nvme]:nvme0n1 NVMe,Linux,6.1\n"
              "size=64M features='n/a' hwhandler='ANA' wp=rw\n"
              "|-+- policy='numa' prio=50 status=optimized\n"
              "| |- nvme1 nvme0c1n1 tcp traddr=127.0.0.2 live\n"
              "| `- nvme2 nvme0c2n1 tcp traddr=127.0.0.3 connecting\n"
              "`-+- policy='numa' prio=0 status=inaccessible\n"
              "  `- nvme0 nvme0c0n1 tcp traddr=127.0.0.1 live\n");
    EXPECT_EQ(mp::api::render_native(maps, {.verbosity = 1}), "uuid.8ef20f70\n");
    EXPECT_EQ(mp::api::render_native(maps, {.verbosity = 0}), "");
}

}  // namespace
