// SPDX-License-Identifier: GPL-2.0-or-later
// Sense data in both formats, cut at every byte, and replies folded into one word.
#include "daemon/scsi/sense.h"

#include <gtest/gtest.h>

#include <vector>

namespace mp::scsi {
namespace {

using Vec = std::vector<std::uint8_t>;

Vec fixed(std::uint8_t key, std::uint8_t asc, std::uint8_t ascq) {
    return {0x70, 0, key, 0, 0, 0, 0, 10, 0, 0, 0, 0, asc, ascq, 0, 0, 0, 0};
}

Vec descriptor(std::uint8_t key, std::uint8_t asc, std::uint8_t ascq) {
    return {0x72, key, asc, ascq, 0, 0, 0, 0};
}

TEST(Sense, D38FixedAndDescriptorFormatSayTheSame) {
    Sense expected{.key = SenseKey::not_ready, .asc = 0x04, .ascq = 0x0b};
    EXPECT_EQ(parse_sense(fixed(2, 4, 0xb)).value(), expected);
    EXPECT_EQ(parse_sense(descriptor(2, 4, 0xb)).value(), expected);
    EXPECT_EQ(expected.text(), "2/04/0b");
}

TEST(Sense, FlagBitsAroundTheKeyAreIgnored) {
    Vec bytes = fixed(6, 0x3f, 0x0e);
    bytes[0] |= 0x80;  // VALID
    bytes[2] |= 0xe0;  // FILEMARK, EOM, ILI
    EXPECT_EQ(parse_sense(bytes)->text(), "6/3f/0e");
}

TEST(Sense, FixedDataCutAnywhereNeverReadsPastTheirEnd) {
    Vec whole = fixed(6, 0x29, 0x01);
    for (std::size_t size = 0; size <= whole.size(); ++size) {
        Result<Sense> sense = parse_sense(Bytes(whole).first(size));
        if (size < 3) {
            EXPECT_FALSE(sense) << size;
        } else {
            ASSERT_TRUE(sense) << size;
            EXPECT_EQ(sense->key, SenseKey::unit_attention);
            EXPECT_EQ(sense->asc, size > 12 ? 0x29 : 0) << size;
            EXPECT_EQ(sense->ascq, size > 13 ? 0x01 : 0) << size;
        }
    }
}

TEST(Sense, CodesBeyondTheAdditionalLengthAreNotThere) {
    Vec bytes = fixed(6, 0x29, 0x01);
    bytes[7] = 4;
    EXPECT_EQ(parse_sense(bytes)->text(), "6/00/00");
}

TEST(Sense, DescriptorDataCutAnywhereKeepWhatCame) {
    Vec whole = descriptor(5, 0x25, 0x01);
    EXPECT_FALSE(parse_sense(Bytes(whole).first(1)));
    EXPECT_EQ(parse_sense(Bytes(whole).first(2))->text(), "5/00/00");
    EXPECT_EQ(parse_sense(Bytes(whole).first(3))->text(), "5/25/00");
    EXPECT_EQ(parse_sense(Bytes(whole).first(4))->text(), "5/25/01");
}

TEST(Sense, UnknownResponseCodesAreRefused) {
    for (int code : {0x00, 0x01, 0x6f, 0x74, 0x7f, 0xff}) {
        Vec bytes = fixed(2, 4, 3);
        bytes[0] = static_cast<std::uint8_t>(code);
        Result<Sense> sense = parse_sense(bytes);
        ASSERT_FALSE(sense) << code;
        EXPECT_EQ(sense.error().code, Errc::invalid);
        EXPECT_STREQ(sense.error().what, "unknown sense response code");
    }
}

TEST(Sense, DeferredErrorsAreMarked) {
    EXPECT_TRUE(parse_sense(Vec{0x71, 0, 3})->deferred);
    EXPECT_TRUE(parse_sense(Vec{0x73, 3})->deferred);
    EXPECT_FALSE(parse_sense(Vec{0x72, 3})->deferred);
}

struct Kind {
    std::uint8_t key, asc, ascq;
    bool suspect, capacity, alua, reset;
};

TEST(Sense, UnitAttentionsAreTold) {
    const std::vector<Kind> kinds = {
        {6, 0x29, 0x00, true, false, false, true},   {6, 0x29, 0x07, true, false, false, true},
        {6, 0x2a, 0x09, true, true, false, false},   {6, 0x2a, 0x06, false, false, true, false},
        {6, 0x2a, 0x07, false, false, true, false},  {6, 0x3f, 0x03, true, false, false, false},
        {6, 0x3f, 0x05, true, false, false, false},  {6, 0x3f, 0x0e, true, false, false, false},
        {6, 0x2a, 0x01, false, false, false, false}, {6, 0x3f, 0x01, false, false, false, false},
        {2, 0x3f, 0x0e, false, false, false, false}, {5, 0x29, 0x00, false, false, false, false},
    };
    for (const Kind& kind : kinds) {
        Sense sense = *parse_sense(fixed(kind.key, kind.asc, kind.ascq));
        EXPECT_EQ(is_identity_suspect(sense), kind.suspect) << sense.text();
        EXPECT_EQ(is_capacity_changed(sense), kind.capacity) << sense.text();
        EXPECT_EQ(is_alua_state_changed(sense), kind.alua) << sense.text();
        EXPECT_EQ(is_power_on_or_reset(sense), kind.reset) << sense.text();
    }
}

TEST(Sense, NotReadyKindsAreTold) {
    EXPECT_TRUE(is_alua_transitioning(*parse_sense(fixed(2, 4, 0x0a))));
    EXPECT_TRUE(is_alua_standby(*parse_sense(fixed(2, 4, 0x0b))));
    EXPECT_TRUE(is_alua_unavailable(*parse_sense(fixed(2, 4, 0x0c))));
    EXPECT_FALSE(is_alua_standby(*parse_sense(fixed(6, 4, 0x0b))));
    EXPECT_TRUE(is_lun_not_supported(*parse_sense(descriptor(5, 0x25, 0))));
    EXPECT_FALSE(is_lun_not_supported(*parse_sense(descriptor(5, 0x25, 1))));
    EXPECT_TRUE(is_unsupported_request(*parse_sense(descriptor(5, 0x24, 0))));
    EXPECT_TRUE(is_unsupported_request(*parse_sense(descriptor(5, 0x20, 0))));
    EXPECT_FALSE(is_unsupported_request(*parse_sense(descriptor(5, 0x25, 0))));
}

TEST(Completion, EachKindOfReplyHasOneWord) {
    struct Case {
        model::ScsiReply reply;
        Outcome outcome;
        std::string text;
    };
    const std::vector<Case> cases = {
        {{}, Outcome::done, ""},
        {{.status = 2, .sense = fixed(2, 4, 3)}, Outcome::sense, "sense 2/04/03"},
        {{.status = 2, .sense = fixed(1, 0x5d, 0)}, Outcome::done, ""},
        {{.status = 2, .driver_status = 8, .sense = fixed(6, 0x29, 0)},
         Outcome::sense,
         "sense 6/29/00"},
        {{.status = 2},
         Outcome::other_status,
         "check condition without usable sense: no sense data"},
        {{.status = 0x18}, Outcome::reservation_conflict, "reservation conflict"},
        {{.status = 0x18, .host_status = 0x11},
         Outcome::reservation_conflict,
         "reservation conflict"},
        {{.status = 8}, Outcome::busy, "target busy"},
        {{.status = 0x28}, Outcome::busy, "target busy"},
        {{.status = 0x30}, Outcome::other_status, "scsi status 0x30"},
        {{.host_status = 1}, Outcome::no_path, "host status 0x01"},
        {{.host_status = 4}, Outcome::no_path, "host status 0x04"},
        {{.host_status = 5}, Outcome::no_path, "host status 0x05"},
        {{.host_status = 0xf}, Outcome::no_path, "host status 0x0f"},
        {{.host_status = 3}, Outcome::transport, "host status 0x03"},
        {{.host_status = 0xe}, Outcome::transport, "host status 0x0e"},
        {{.host_status = 0x10}, Outcome::transport, "host status 0x10"},
        {{.status = 2, .host_status = 0x10, .sense = fixed(5, 0x25, 0)},
         Outcome::sense,
         "sense 5/25/00"},
        {{.driver_status = 6}, Outcome::transport, "driver status 0x06"},
    };
    for (const Case& test : cases) {
        Completion got = completion_of(test.reply);
        EXPECT_EQ(got.outcome, test.outcome) << test.text;
        EXPECT_EQ(got.text, test.text);
    }
}

}  // namespace
}  // namespace mp::scsi
