// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include "prioritizers/prioritizer.h"

namespace mp::prioritizers {
namespace {

TEST(Registry, IsSortedWithoutDuplicatesAndFindsEachByName) {
    std::span<const PrioritizerType* const> all = all_prioritizers();
    ASSERT_FALSE(all.empty());
    for (std::size_t i = 0; i < all.size(); ++i) {
        EXPECT_EQ(find_prioritizer(all[i]->name), all[i]);
        EXPECT_FALSE(all[i]->doc.empty());
        if (i > 0) {
            EXPECT_LT(all[i - 1]->name, all[i]->name);
        }
    }
    EXPECT_EQ(find_prioritizer("nothing"), nullptr);
}

TEST(Registry, AnAnswerToAnotherQuestionLeavesThePriorityUndefined) {
    model::BlockDevice device{.sys_path = "/devices/host0/target0:0:0/0:0:0:0/block/sda",
                              .bus = model::Bus::scsi};
    for (const PrioritizerType* type : all_prioritizers()) {
        Result<std::unique_ptr<Prioritizer>> made = type->create("");
        if (!made) {
            continue;  // this one needs arguments; its own test has them
        }
        NextStep step = (*made)->begin(device);
        for (int asked = 0; asked < kProbesPerPriorityMax; ++asked) {
            const model::Probe* probe = std::get_if<model::Probe>(&step);
            if (probe == nullptr) {
                break;
            }
            bool asks_scsi = std::holds_alternative<model::ScsiCommand>(*probe);
            step = (*made)->on_reply(asks_scsi ? model::ProbeAnswer{model::BytesReply{}}
                                               : model::ProbeAnswer{model::ScsiReply{}});
            const Priority* priority = std::get_if<Priority>(&step);
            EXPECT_TRUE(priority == nullptr || priority->value == kUndefinedPriority) << type->name;
        }
        EXPECT_TRUE(std::holds_alternative<Priority>(step)) << type->name;
    }
}

}  // namespace
}  // namespace mp::prioritizers
