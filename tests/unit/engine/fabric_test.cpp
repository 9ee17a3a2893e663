// SPDX-License-Identifier: GPL-2.0-or-later
// What transports tell, and what follows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/engine/bench.h"

namespace mp::test {
namespace {

using model::event::TransportNotice;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using Kind = TransportNotice::Kind;

const std::string kA = wwid_of(kDiskA);

Device fc_path(const std::string& name, std::uint32_t minor, const std::string& host,
               const std::string& port) {
    Device device = scsi_path(name, minor, kDiskA, host);
    device.facts.protocol = model::Protocol::scsi_fcp;
    device.facts.target_port = device.facts.target_wwpn = port;
    device.facts.host_wwpn = "0x21000000000000" + host.substr(4) + "0";
    device.facts.port_dir = "/class/fc_remote_ports/" + port;
    return device;
}

struct Fabric : testing::Test {
    explicit Fabric(const std::string& pathgroups = "fpin")
        : bench("defaults {\n find_multipaths greedy\n marginal_pathgroups " + pathgroups +
                "\n path_grouping_policy multibus\n}\n") {
        bench.add(fc_path("sda", 0, "host0", "0xa1"));
        bench.add(fc_path("sdb", 16, "host0", "0xa2"));
        bench.add(fc_path("sdc", 32, "host1", "0xa1"));
        bench.start();
    }
    std::vector<std::string> marginal() {
        std::vector<std::string> names;
        std::shared_ptr<const model::Snapshot> snapshot = bench.snapshot();
        for (const std::shared_ptr<const model::PathView>& path : snapshot->paths) {
            if (path->marginal) {
                names.push_back(path->device->name);
            }
        }
        return names;
    }
    void notice(Kind kind, std::vector<std::string> ports = {}) {
        bench.deliver(TransportNotice{kind, "host0", std::move(ports)});
        bench.settle();
    }
    Bench bench;
};
struct FabricThatIsNotHeeded : Fabric {
    FabricThatIsNotHeeded() : Fabric("off") {}
};

TEST_F(Fabric, ErrorsOnTheWayToAPortMakeItsPathsOfThatAdapterMarginal) {
    notice(Kind::link_integrity, {"0xa1", "0xff"});
    EXPECT_THAT(marginal(), ElementsAre("sda"));
    EXPECT_EQ(bench.map(kA).table.groups.size(), 2U);
    EXPECT_THAT(bench.attribute_writes, ElementsAre("/class/fc_remote_ports/0xa1/port_state"));
}

TEST_F(Fabric, ErrorsAtTheAdaptersOwnPortConcernAllItsPaths) {
    notice(Kind::link_integrity, {"0x2100000000000000"});
    EXPECT_THAT(marginal(), ElementsAre("sda", "sdb"));
}

TEST_F(Fabric, ALinkThatComesUpOrAChangeOfTheFabricBeginsAnew) {
    for (Kind kind : {Kind::link_up, Kind::changed}) {
        notice(Kind::link_integrity, {});
        EXPECT_THAT(marginal(), ElementsAre("sda", "sdb"));
        notice(kind);
        EXPECT_THAT(marginal(), IsEmpty());
    }
    EXPECT_THAT(bench.attribute_writes, Contains("/class/fc_remote_ports/0xa2/port_state"));
}

TEST_F(Fabric, CongestionIsToldAndNothingFollows) {
    notice(Kind::congestion, {"0xa1"});
    notice(Kind::delivery, {"0xa1"});
    EXPECT_THAT(marginal(), IsEmpty());
    EXPECT_EQ(bench.count_log("fabric-notice"), 2U);
}

TEST_F(Fabric, WhatHappensElsewhereIsNotOurs) {
    bench.deliver(TransportNotice{Kind::link_integrity, "host7", {"0xa1"}});
    bench.deliver(TransportNotice{Kind::link_down, "host7", {}});
    EXPECT_THAT(marginal(), IsEmpty());
    EXPECT_EQ(bench.count_log("fabric-notice"), 0U);
}

TEST_F(Fabric, AnyChangeHasEverythingReadAtOnce) {
    for (Kind kind : {Kind::link_down, Kind::link_up, Kind::changed}) {
        int before = bench.looks;
        notice(kind);
        EXPECT_EQ(bench.looks, before + 1);
    }
    bench.deliver(TransportNotice{Kind::changed, "", {}});
    EXPECT_EQ(bench.looks, 4);
}

TEST_F(FabricThatIsNotHeeded, AComplaintIsToldAndNothingFollows) {
    notice(Kind::link_integrity, {"0xa1"});
    EXPECT_THAT(marginal(), IsEmpty());
    EXPECT_THAT(bench.attribute_writes, IsEmpty());
    EXPECT_EQ(bench.count_log("fabric-notice"), 1U);
}

}  // namespace
}  // namespace mp::test
