// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include <algorithm>

#include "checkers/checker.h"

namespace mp::checkers {
namespace {

TEST(Registry, IsSortedWithoutDuplicatesAndFindsEachByName) {
    std::span<const CheckerType* const> all = all_checkers();
    ASSERT_FALSE(all.empty());
    for (std::size_t i = 0; i < all.size(); ++i) {
        EXPECT_EQ(find_checker(all[i]->name), all[i]);
        EXPECT_FALSE(all[i]->doc.empty());
        EXPECT_NE(all[i]->create(), nullptr);
        if (i > 0) {
            EXPECT_LT(all[i - 1]->name, all[i]->name);
        }
    }
}

TEST(Registry, DoesNotKnowOtherNames) {
    EXPECT_EQ(find_checker("emc_clariion_x"), nullptr);
    EXPECT_EQ(find_checker(""), nullptr);
}

TEST(Registry, AnAnswerToAnotherQuestionSaysNothingAboutThePath) {
    model::BlockDevice device{.bus = model::Bus::scsi, .state_attribute = "/state"};
    for (const CheckerType* type : all_checkers()) {
        std::unique_ptr<Checker> checker = type->create();
        NextStep step = checker->begin(device);
        const model::Probe* probe = std::get_if<model::Probe>(&step);
        ASSERT_NE(probe, nullptr) << type->name;
        bool asks_scsi = std::holds_alternative<model::ScsiCommand>(*probe);
        step = checker->on_reply(asks_scsi ? model::ProbeAnswer{model::BytesReply{}}
                                           : model::ProbeAnswer{model::ScsiReply{}});
        const Verdict* verdict = std::get_if<Verdict>(&step);
        ASSERT_NE(verdict, nullptr) << type->name;
        EXPECT_EQ(verdict->state, model::PathState::unchecked) << type->name;
    }
}

}  // namespace
}  // namespace mp::checkers
