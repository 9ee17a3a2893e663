// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/scsi/nvme_ana.h"

#include <gtest/gtest.h>

#include <vector>

namespace mp::scsi {
namespace {

/// Two groups: 1 and 2 non-optimized, 0x01020304 optimized.
std::vector<std::uint8_t> two_groups() {
    std::vector<std::uint8_t> log(16 + 32 + 8 + 32 + 4);
    log[8] = 2;
    log[16 + 4] = 2;
    log[16 + 16] = 0xf2;  // reserved bits are no part of the state
    log[48] = 1;
    log[52] = 2;
    log[56 + 4] = 1;
    log[56 + 16] = 1;
    log[88] = 4;
    log[89] = 3;
    log[90] = 2;
    log[91] = 1;
    return log;
}

TEST(NvmeAna, TheGroupThatHasTheNamespaceGivesItsState) {
    const std::vector<std::uint8_t> log = two_groups();
    EXPECT_EQ(find_in_ana_log(log, 2).state, AnaState::non_optimized);
    EXPECT_EQ(find_in_ana_log(log, 0x01020304).state, AnaState::optimized);
    EXPECT_EQ(find_in_ana_log(log, 5).state, std::nullopt);
    EXPECT_FALSE(find_in_ana_log(log, 5).cut);
}

TEST(NvmeAna, ALogThatIsCutAnywhereSaysSo) {
    const std::vector<std::uint8_t> log = two_groups();
    for (std::size_t length = 0; length < log.size(); ++length) {
        AnaFound found = find_in_ana_log(Bytes(log).first(length), 0x01020304);
        EXPECT_EQ(found.state, std::nullopt) << length;
        EXPECT_TRUE(found.cut) << length;
    }
}

TEST(NvmeAna, OnlyTheBitOfCmicCounts) {
    std::vector<std::uint8_t> data(4096);
    data[76] = 0xf7;
    EXPECT_EQ(reports_ana(data), false);
    data[76] = 0x08;
    EXPECT_EQ(reports_ana(data), true);
    EXPECT_EQ(reports_ana(Bytes(data).first(76)), std::nullopt);
}

TEST(NvmeAna, TheLengthOfTheLogIsCountedInWordsLessOne) {
    EXPECT_EQ(ana_log(4096).cdw10, 0x03ff800cU);
    EXPECT_EQ(ana_log(65536).cdw10, 0x3fff800cU);
    EXPECT_EQ(ana_log(65536).cdw11, 0U);
    EXPECT_EQ(identify_controller().opcode, 6);
    EXPECT_EQ(identify_controller().cdw10, 1U);
}

}  // namespace
}  // namespace mp::scsi
