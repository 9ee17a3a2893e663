// SPDX-License-Identifier: GPL-2.0-or-later
// REPORT TARGET PORT GROUPS answers in both formats, cut and hostile.
#include "daemon/scsi/rtpg.h"

#include <gtest/gtest.h>

#include <vector>

namespace mp::scsi {
namespace {

using Vec = std::vector<std::uint8_t>;

Vec two_groups(bool extended) {
    Vec out = {0, 0, 0, static_cast<std::uint8_t>(extended ? 32 : 28)};
    if (extended) {
        out.insert(out.end(), {0x10, 60, 0, 0});
    }
    out.insert(out.end(), {0x80, 0x8f, 0, 1, 0, 2, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2});
    out.insert(out.end(), {0x02, 0x8f, 0x01, 0x00, 0, 0, 0, 1, 0, 0, 0, 3});
    return out;
}

TEST(Rtpg, BothFormatsGiveTheSameGroups) {
    TargetPortGroups plain = parse_target_port_groups(two_groups(false)).value();
    TargetPortGroups extended = parse_target_port_groups(two_groups(true)).value();
    EXPECT_EQ(plain.groups, extended.groups);
    EXPECT_EQ(extended.implicit_transition_s, 60);
    ASSERT_EQ(plain.groups.size(), 2U);
    EXPECT_EQ(plain.groups[0].state, AccessState::active_optimized);
    EXPECT_TRUE(plain.groups[0].preferred);
    EXPECT_EQ(plain.groups[0].ports, (std::vector<std::uint16_t>{1, 2}));
    EXPECT_EQ(plain.groups[0].status_code, 2);
    EXPECT_EQ(plain.groups[1].state, AccessState::standby);
    EXPECT_EQ(find_group(plain, 0x100), &plain.groups[1]);
    EXPECT_EQ(find_group(plain, 7), nullptr);
}

TEST(Rtpg, CutAnswersKeepWholeGroupsAndSayHowMuchThereIs) {
    Vec whole = two_groups(false);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        Result<TargetPortGroups> got = parse_target_port_groups(Bytes(whole).first(size));
        ASSERT_EQ(static_cast<bool>(got), size >= 4) << size;
        if (got) {
            EXPECT_TRUE(got->cut);
            EXPECT_EQ(got->declared, 32U);
            EXPECT_EQ(got->groups.size(), size < 20 ? 0U : 1U) << size;
        }
    }
}

TEST(Rtpg, PortCountPastTheDeclaredLengthIsAnError) {
    Vec bytes = two_groups(false);
    bytes[27] = 255;
    Result<TargetPortGroups> got = parse_target_port_groups(bytes);
    ASSERT_FALSE(got);
    EXPECT_STREQ(got.error().what, "target port group descriptor runs past the answer");
}

TEST(Rtpg, AbsurdLengthsDoNotWrap) {
    EXPECT_FALSE(parse_target_port_groups(Vec{0xff, 0xff, 0xff, 0xff, 0, 0, 0, 1}));
    TargetPortGroups got =
        parse_target_port_groups(Vec{0xff, 0xff, 0xff, 0x00, 0, 0, 0, 1}).value();
    EXPECT_TRUE(got.cut);
    EXPECT_TRUE(got.groups.empty());
}

TEST(Rtpg, EmptyAnswerHasNoGroups) {
    EXPECT_TRUE(parse_target_port_groups(Vec{0, 0, 0, 0})->groups.empty());
}

TEST(Rtpg, StateWordsAreTheKernelsWords) {
    EXPECT_EQ(access_state_of_text("active/optimized"), AccessState::active_optimized);
    EXPECT_EQ(access_state_of_text("active/non-optimized"), AccessState::active_non_optimized);
    EXPECT_EQ(access_state_of_text("lba-dependent"), AccessState::lba_dependent);
    EXPECT_EQ(access_state_of_text("(null)"), std::nullopt);
    EXPECT_EQ(access_state_text(static_cast<AccessState>(9)), "reserved");
}

}  // namespace
}  // namespace mp::scsi
