// SPDX-License-Identifier: GPL-2.0-or-later
// Persistent reservations: the bytes of the commands, and answers whole, cut and hostile.
#include "daemon/scsi/persistent.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace mp::scsi {
namespace {

using Vec = std::vector<std::uint8_t>;

TEST(Persistent, ARegistrationSendsBothKeysAndItsFlags) {
    const model::ScsiCommand command = persistent_reserve_out(
        PrOut::register_and_ignore, 0,
        {.key = 0x0102030405060708, .service_action_key = 0xabc, .aptpl = true});
    EXPECT_EQ(command.cdb, (Vec{0x5f, 6, 0, 0, 0, 0, 0, 0, 24, 0}));
    EXPECT_EQ(command.transfer_length, 0U);
    EXPECT_EQ(command.data_out, (Vec{1, 2, 3,    4,    5, 6, 7, 8, 0,    0, 0, 0,
                                     0, 0, 0x0a, 0xbc, 0, 0, 0, 0, 0x01, 0, 0, 0}));
}

TEST(Persistent, AReservationNamesItsType) {
    const model::ScsiCommand command = persistent_reserve_out(PrOut::reserve, 5, {.key = 1});
    EXPECT_EQ(command.cdb[1], 1);
    EXPECT_EQ(command.cdb[2], 5);
    EXPECT_EQ(command.data_out[20], 0);
}

TEST(Persistent, OtherInitiatorsAreListedBehindTheParameters) {
    const Vec id(24, 0x77);
    const model::ScsiCommand command = persistent_reserve_out(
        PrOut::register_key, 0,
        {.service_action_key = 1, .all_target_ports = true, .transport_ids = {id, id}});
    ASSERT_EQ(command.data_out.size(), 24U + 4U + 48U);
    EXPECT_EQ(command.cdb[8], 76);
    EXPECT_EQ(command.data_out[20], 0x0c);
    EXPECT_EQ(command.data_out[27], 48);
    EXPECT_EQ(command.data_out[28], 0x77);
}

TEST(Persistent, AQuestionNamesItsAllocation) {
    const model::ScsiCommand command = persistent_reserve_in(PrIn::read_full_status, 0x1234);
    EXPECT_EQ(command.cdb, (Vec{0x5e, 3, 0, 0, 0, 0, 0, 0x12, 0x34, 0}));
    EXPECT_EQ(command.transfer_length, 0x1234U);
}

TEST(Persistent, KeysAreReadAsFarAsTheyCame) {
    const Vec data = {0, 0, 0, 9, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2};
    for (std::size_t size = 0; size <= data.size(); ++size) {
        const Result<PrKeys> keys = parse_pr_keys(Bytes(data).first(size));
        ASSERT_EQ(keys.has_value(), size >= 8) << size;
        if (keys) {
            EXPECT_EQ(keys->generation, 9U);
            EXPECT_EQ(keys->declared_bytes, 16U);
            EXPECT_EQ(keys->keys.size(), (size - 8) / 8) << size;
        }
    }
}

TEST(Persistent, BytesBehindTheDeclaredOnesAreNoKeys) {
    Vec data(8192, 0);
    data[7] = 8;
    data[15] = 5;
    EXPECT_EQ(parse_pr_keys(data)->keys, (std::vector<std::uint64_t>{5}));
}

TEST(Persistent, AReservationIsHeldOrNot) {
    const Vec none = {0, 0, 0, 3, 0, 0, 0, 0, 0xff, 0xff};
    EXPECT_FALSE(parse_pr_reservation(none)->held);
    Vec held = {0, 0, 0, 3, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0x12, 0x34, 0, 0, 0, 0, 0, 0x15, 0, 0};
    const PrReservation reservation = *parse_pr_reservation(held);
    EXPECT_TRUE(reservation.held);
    EXPECT_EQ(reservation.key, 0x1234U);
    EXPECT_EQ(reservation.scope, 1);
    EXPECT_EQ(reservation.type, 5);
    held.resize(12);
    EXPECT_FALSE(parse_pr_reservation(held)->held);
}

TEST(Persistent, TheFullStatusListsEachRegistrant) {
    Vec one(24, 0);
    one[7] = 0x42;
    one[12] = 0x03;
    one[13] = 0x05;
    one[19] = 2;
    one[23] = 4;
    one.insert(one.end(), {6, 0, 0, 1});
    Vec data = {0, 0, 0, 1, 0, 0, 0, 56};
    data.insert(data.end(), one.begin(), one.end());
    data.insert(data.end(), one.begin(), one.end());
    const PrFullStatus status = *parse_pr_full_status(data);
    ASSERT_EQ(status.registrants.size(), 2U);
    EXPECT_EQ(status.registrants[1].key, 0x42U);
    EXPECT_TRUE(status.registrants[1].holder);
    EXPECT_TRUE(status.registrants[1].all_target_ports);
    EXPECT_EQ(status.registrants[1].type, 5);
    EXPECT_EQ(status.registrants[1].relative_port, 2);
    EXPECT_EQ(status.registrants[1].transport_id, (Vec{6, 0, 0, 1}));
    data[8 + 20] = 0xff;  // a length beyond everything
    EXPECT_EQ(parse_pr_full_status(data)->registrants.size(), 1U);
    for (std::size_t size = 0; size < data.size(); ++size) {
        EXPECT_EQ(parse_pr_full_status(Bytes(data).first(size)).has_value(), size >= 8) << size;
    }
}

TEST(Persistent, CapabilitiesAreSixBytesAtLeast) {
    const Vec data = {0, 8, 0x15, 0x81, 0xea, 0x01, 0, 0};
    const PrCapabilities capabilities = *parse_pr_capabilities(data);
    EXPECT_EQ(capabilities.flags, 0x15);
    EXPECT_EQ(capabilities.type_mask, 0xea01);
    EXPECT_FALSE(parse_pr_capabilities(Bytes(data).first(5)));
}

TEST(Persistent, TypesHaveTheirNames) {
    EXPECT_EQ(reservation_type_text(5), "Write Exclusive, registrants only");
    EXPECT_EQ(reservation_type_text(15), "reserved");
    for (std::uint8_t type = 0; type < 16; ++type) {
        const std::string name(reservation_type_text(type));
        const bool gone = name.find("obsolete") == 0 || name == "reserved";
        EXPECT_EQ(is_reservation_type(type), !gone) << name;
    }
    EXPECT_TRUE(held_by_all_registrants(7));
    EXPECT_FALSE(held_by_all_registrants(6));
}

}  // namespace
}  // namespace mp::scsi
