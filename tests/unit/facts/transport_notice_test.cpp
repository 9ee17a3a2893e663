// SPDX-License-Identifier: GPL-2.0-or-later
// Events of FC hosts as the kernel broadcasts them.
#include "daemon/facts/transport_notice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

namespace mp::facts {
namespace {

using model::event::TransportNotice;
using testing::ElementsAre;
using testing::IsEmpty;
using Kind = TransportNotice::Kind;

std::vector<std::uint8_t> big(std::uint64_t value, int bytes) {
    std::vector<std::uint8_t> out;
    for (int i = bytes - 1; i >= 0; --i) {
        out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    }
    return out;
}

std::vector<std::uint8_t> operator+(std::vector<std::uint8_t> a,
                                    const std::vector<std::uint8_t>& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

/// struct fc_nl_event of host 3.
std::vector<std::uint8_t> event(std::uint32_t code, const std::vector<std::uint8_t>& data = {}) {
    std::vector<std::uint8_t> out(36);
    const auto put = [&](std::size_t at, auto number) {
        std::memcpy(&out[at], &number, sizeof number);
    };
    out[0] = 1;
    out[1] = 1;
    put(2, std::uint16_t{0xa1b2});
    put(4, std::uint16_t{0x0100});
    put(24, std::uint16_t{3});
    put(26, static_cast<std::uint16_t>(data.size()));
    put(32, code);
    return out + data;
}

std::vector<std::uint8_t> descriptor(std::uint32_t tag, const std::vector<std::uint8_t>& value) {
    return big(tag, 4) + big(value.size(), 4) + value;
}
std::vector<std::uint8_t> fpin(const std::vector<std::uint8_t>& descriptors) {
    return std::vector<std::uint8_t>{0x16, 0, 0, 0} + big(descriptors.size(), 4) + descriptors;
}
// Detecting and attached port, type, modifier, threshold, count, list of ports.
std::vector<std::uint8_t> integrity(std::uint32_t count, const std::vector<std::uint8_t>& list) {
    return descriptor(0x00020001, big(0x20, 8) + big(0x5001, 8) + big(1, 2) + big(0, 2) +
                                      big(9, 4) + big(9, 4) + big(count, 4) + list);
}

TEST(FcEvents, LinksAndChangesAreOfTheirHost) {
    const std::pair<std::uint32_t, Kind> cases[] = {{0x1, Kind::changed},   {0x2, Kind::link_up},
                                                    {0x3, Kind::link_down}, {0x5, Kind::changed},
                                                    {0x201, Kind::changed}, {0x202, Kind::changed}};
    for (const std::pair<std::uint32_t, Kind>& one : cases) {
        std::vector<TransportNotice> notices = parse_fc_event(event(one.first));
        ASSERT_EQ(notices.size(), 1U) << one.first;
        EXPECT_EQ(notices[0].kind, one.second);
        EXPECT_EQ(notices[0].adapter, "host3");
        EXPECT_THAT(notices[0].ports, IsEmpty());
    }
    EXPECT_THAT(parse_fc_event(event(0xffff)), IsEmpty());
}

TEST(FcEvents, LinkIntegrityNamesTheAttachedPortAndThoseListed) {
    std::vector<TransportNotice> notices =
        parse_fc_event(event(0x501, fpin(integrity(2, big(0x5002, 8) + big(0x5003, 8)))));
    ASSERT_EQ(notices.size(), 1U);
    EXPECT_EQ(notices[0].kind, Kind::link_integrity);
    EXPECT_THAT(notices[0].ports,
                ElementsAre("0x0000000000005001", "0x0000000000005002", "0x0000000000005003"));
}

TEST(FcEvents, SeveralDescriptorsAreSeveralNotices) {
    std::vector<std::uint8_t> congested = descriptor(0x00020004, big(1, 2) + big(0, 10));
    std::vector<std::uint8_t> delivery =
        descriptor(0x00020002, big(0x20, 8) + big(0x5001, 8) + big(1, 4));
    std::vector<std::uint8_t> peer = descriptor(
        0x00020003, big(0x20, 8) + big(0x5001, 8) + big(1, 4) + big(5, 4) + big(1, 4) + big(7, 8));
    std::vector<std::uint8_t> unknown = descriptor(0x77, big(0, 3));
    std::vector<TransportNotice> notices =
        parse_fc_event(event(0x502, fpin(congested + unknown + delivery + peer)));
    ASSERT_EQ(notices.size(), 3U);
    EXPECT_EQ(notices[0].kind, Kind::congestion);
    EXPECT_THAT(notices[0].ports, IsEmpty());
    EXPECT_EQ(notices[1].kind, Kind::delivery);
    EXPECT_THAT(notices[1].ports, ElementsAre("0x0000000000005001"));
    EXPECT_EQ(notices[2].kind, Kind::congestion);
    EXPECT_THAT(notices[2].ports, ElementsAre("0x0000000000005001", "0x0000000000000007"));
}

TEST(FcEvents, WhatIsCutShortSaysNothingBeyondItsEnd) {
    std::vector<std::uint8_t> whole =
        event(0x501, fpin(integrity(2, big(0x5002, 8) + big(0x5003, 8))));
    for (std::size_t size = 0; size < whole.size(); ++size) {
        std::vector<std::uint8_t> cut(whole.begin(),
                                      whole.begin() + static_cast<std::ptrdiff_t>(size));
        EXPECT_THAT(parse_fc_event(cut), IsEmpty()) << size;
    }
    // More ports than there are; a length beyond the message; none at all.
    std::vector<TransportNotice> notices =
        parse_fc_event(event(0x501, fpin(integrity(0xffffffff, big(0x5002, 8)))));
    ASSERT_EQ(notices.size(), 1U);
    EXPECT_EQ(notices[0].ports.size(), 2U);
    std::vector<std::uint8_t> empty = descriptor(0x00020001, {});
    EXPECT_THAT(parse_fc_event(event(0x501, fpin(empty + empty))), IsEmpty());
}

TEST(FcEvents, OtherMessagesAreNotOurs) {
    for (std::size_t at : {0U, 1U, 2U, 4U}) {
        std::vector<std::uint8_t> other = event(0x3);
        other[at] ^= 0xff;
        EXPECT_THAT(parse_fc_event(other), IsEmpty()) << at;
    }
}

TEST(IscsiEvents, ConnectionsAndSessionsAreHeededPacketsAreNot) {
    EXPECT_TRUE(is_iscsi_change(102));
    EXPECT_TRUE(is_iscsi_change(109));
    EXPECT_FALSE(is_iscsi_change(101));  // a packet for the daemon of iSCSI
    EXPECT_FALSE(is_iscsi_change(3));
}

}  // namespace
}  // namespace mp::facts
