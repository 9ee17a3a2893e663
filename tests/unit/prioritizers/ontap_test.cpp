// SPDX-License-Identifier: GPL-2.0-or-later
#include "prioritizers/ontap.h"

#include <gtest/gtest.h>

#include "daemon/scsi/cdb.h"
#include "tests/unit/prioritizers/drive.h"

namespace mp::prioritizers {
namespace {

using testing::drive;
using testing::Vec;

Vec initiator(std::string_view driver) {
    Vec data = {0, 0, 0, 24, 0x0a, 0x98, 0x0a, 0x01, 0x41, 0, 0, 12};
    data.insert(data.end(), driver.begin(), driver.end());
    data.resize(28, 0);
    return data;
}

Vec proxy(std::uint8_t flags) {
    Vec data = {0, 0xc1, 0, 16, 0, 0, 0, 0, 0x0a, 0x98, 0x0a, 0x00, 0xc1, 0x00};
    data.resize(20, 0);
    data[19] = flags;
    return data;
}

int priority_of(std::vector<model::ProbeReply> replies) {
    return drive("ontap", "", {}, std::move(replies)).priority.value;
}

TEST(Ontap, ProtocolIsAskedFirstAndTheWayOnlyForFibreChannel) {
    testing::Conversation got =
        drive("ontap", "", {}, {testing::good(initiator("fcp")), testing::good(proxy(0))});
    const Vec command = {0xc0, 0, 1, 0x0a, 0x98, 0x0a, 0x41, 128, 0, 0};
    ASSERT_EQ(got.probes.size(), 2U);
    EXPECT_EQ(std::get<model::ScsiCommand>(got.probes[0]).cdb, command);
    EXPECT_EQ(got.probes[1], model::Probe(scsi::inquiry_vpd(0xc1, 128)));
    EXPECT_EQ(got.priority.value, 4);
    got = drive("ontap", "", {}, {testing::good(initiator("ism_sw"))});
    EXPECT_EQ(got.probes.size(), 1U);
    EXPECT_EQ(got.priority.value, 2);
}

TEST(Ontap, EachKindOfPathHasItsNumber) {
    EXPECT_EQ(priority_of({testing::good(initiator("iswta"))}), 2);
    EXPECT_EQ(priority_of({testing::good(initiator("ism_sn"))}), 3);
    EXPECT_EQ(priority_of({testing::good(initiator("fcp")), testing::good(proxy(2))}), 1);
    EXPECT_EQ(priority_of({testing::good(initiator("fcp")), testing::sense(5, 0x24, 0)}), 4);
    EXPECT_EQ(priority_of({testing::good(initiator("fcp")), testing::good(Vec(3, 0))}), 4);
    Vec nothing = initiator("");
    nothing[3] = 8;
    EXPECT_EQ(priority_of({testing::good(nothing), testing::good(proxy(2))}), 1);
    EXPECT_EQ(priority_of({testing::sense(5, 0x20, 0)}), 0);
    EXPECT_EQ(priority_of({testing::good(Vec(28, 0))}), 0);
    EXPECT_EQ(priority_of({testing::good({})}), 0);
    EXPECT_EQ(priority_of({testing::error(Errc::io)}), kUndefinedPriority);
}

TEST(Ontap, UnitAttentionsAreTriedAgain) {
    EXPECT_EQ(drive("ontap", "", {}, {testing::sense(6, 0x29, 0)}).probes.size(), 3U);
    EXPECT_EQ(priority_of({testing::sense(6, 0x29, 0), testing::good(initiator("ism_sn"))}), 3);
}

}  // namespace
}  // namespace mp::prioritizers
