// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/engine/detect.h"

#include <gtest/gtest.h>

namespace mp::engine {
namespace {

using model::Bus;

model::BlockDevice device(Bus bus, std::optional<int> tpgs = std::nullopt,
                          std::string access = "") {
    model::BlockDevice out;
    out.bus = bus;
    out.tpgs = tpgs;
    out.access_state = std::move(access);
    return out;
}

conf::PathPolicy checker_policy(std::string name, bool configured, bool detect) {
    conf::PathPolicy policy;
    policy.checker = std::move(name);
    policy.checker_configured = configured;
    policy.detect_checker = detect;
    return policy;
}

conf::PathPolicy prio_policy(std::string name, std::string args, bool detect) {
    conf::PathPolicy policy;
    policy.prio = std::move(name);
    policy.prio_args = std::move(args);
    policy.detect_prio = detect;
    return policy;
}

TEST(DecideChecker, GroupsMeanTurUnlessDetectionIsOff) {
    EXPECT_EQ(decide_checker(device(Bus::scsi, 1), checker_policy("directio", true, true)), "tur");
    EXPECT_EQ(decide_checker(device(Bus::scsi, 1), checker_policy("directio", true, false)),
              "directio");
    EXPECT_EQ(decide_checker(device(Bus::scsi, 0), checker_policy("directio", true, true)),
              "directio");
    EXPECT_EQ(decide_checker(device(Bus::scsi), checker_policy("tur", false, true)), "tur");
}

TEST(DecideChecker, TheRdacPageDecidesForRdac) {
    conf::PathPolicy rdac = checker_policy("rdac", true, true);
    EXPECT_EQ(decide_checker(device(Bus::scsi, 1), rdac), "rdac");
    EXPECT_EQ(decide_checker(device(Bus::scsi, 1), rdac, true), "rdac");
    EXPECT_EQ(decide_checker(device(Bus::scsi, 1), rdac, false), "tur");
    EXPECT_EQ(decide_checker(device(Bus::scsi, 0), rdac, false), "rdac");
    EXPECT_EQ(decide_checker(device(Bus::scsi, 3), checker_policy("tur", false, true), true),
              "rdac");
}

TEST(DecideChecker, DevicesWithoutScsiGetOneThatWorksOnThem) {
    conf::PathPolicy unnamed = checker_policy("tur", false, true);
    EXPECT_EQ(decide_checker(device(Bus::nvme), checker_policy("tur", false, false)), "none");
    EXPECT_EQ(decide_checker(device(Bus::ccw), unnamed), "directio");
    EXPECT_EQ(decide_checker(device(Bus::other), unnamed), "directio");
    EXPECT_EQ(decide_checker(device(Bus::other), checker_policy("readsector0", true, true)),
              "readsector0");
}

TEST(DecideChecker, NvmeIsAskedForItsStatesWhereTheKernelShowsNone) {
    model::BlockDevice shown = device(Bus::nvme);
    shown.nvme_ana = true;
    EXPECT_EQ(decide_checker(device(Bus::nvme), checker_policy("tur", false, true)), "ana");
    EXPECT_EQ(decide_checker(device(Bus::nvme), checker_policy("none", true, true)), "ana");
    EXPECT_EQ(decide_checker(device(Bus::nvme), checker_policy("none", true, false)), "none");
    EXPECT_EQ(decide_checker(device(Bus::nvme), checker_policy("directio", true, true)),
              "directio");
    EXPECT_EQ(decide_checker(shown, checker_policy("none", true, true)), "none");
}

TEST(DecidePrioritizer, GroupsMeanSysfsOrAlua) {
    conf::PathPolicy policy = prio_policy("const", "", true);
    EXPECT_EQ(decide_prioritizer(device(Bus::scsi, 1, "standby"), policy).name, "sysfs");
    EXPECT_EQ(decide_prioritizer(device(Bus::scsi, 1), policy).name, "alua");
    EXPECT_EQ(decide_prioritizer(device(Bus::scsi, 1, "standby"), policy, true).name, "alua");
    EXPECT_EQ(decide_prioritizer(device(Bus::scsi, 2, "standby"), policy, true).name, "sysfs");
    EXPECT_EQ(decide_prioritizer(device(Bus::scsi, 0, "standby"), policy).name, "const");
    EXPECT_EQ(decide_prioritizer(device(Bus::scsi, 1), prio_policy("const", "", false)).name,
              "const");
}

TEST(DecidePrioritizer, ArgumentsStayWithTheirPrioritizer) {
    PrioritizerChoice got = decide_prioritizer(device(Bus::scsi, 1, "standby"),
                                               prio_policy("alua", "exclusive_pref_bit", true));
    EXPECT_EQ(got, (PrioritizerChoice{"sysfs", "exclusive_pref_bit"}));
    got = decide_prioritizer(device(Bus::scsi, 1), prio_policy("weightedpath", "hbtl .* 1", true));
    EXPECT_EQ(got, (PrioritizerChoice{"alua", ""}));
    got = decide_prioritizer(device(Bus::scsi, 0), prio_policy("weightedpath", "hbtl .* 1", true));
    EXPECT_EQ(got, (PrioritizerChoice{"weightedpath", "hbtl .* 1"}));
}

TEST(DecidePrioritizer, NvmeIsAskedForItsStatesUnlessAnotherWasChosen) {
    model::BlockDevice shown = device(Bus::nvme);
    shown.nvme_ana = true;
    EXPECT_EQ(decide_prioritizer(shown, prio_policy("weightedpath", "", true)).name, "ana");
    EXPECT_EQ(decide_prioritizer(shown, prio_policy("const", "", false)).name, "const");
    EXPECT_EQ(decide_prioritizer(device(Bus::nvme), prio_policy("const", "", true)).name, "ana");
    EXPECT_EQ(decide_prioritizer(device(Bus::nvme), prio_policy("weightedpath", "", true)).name,
              "weightedpath");
    EXPECT_EQ(decide_prioritizer(device(Bus::nvme), prio_policy("const", "", false)).name, "const");
}

TEST(DecidePrioritizer, AluaOnADeviceWithoutGroupsIsConst) {
    EXPECT_EQ(decide_prioritizer(device(Bus::scsi, 0), prio_policy("alua", "", true)).name,
              "const");
    EXPECT_EQ(decide_prioritizer(device(Bus::other), prio_policy("alua", "", true)).name, "const");
    EXPECT_EQ(decide_prioritizer(device(Bus::scsi), prio_policy("alua", "", true)).name, "alua");
}

}  // namespace
}  // namespace mp::engine
