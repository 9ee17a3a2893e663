// SPDX-License-Identifier: GPL-2.0-or-later
// Is the reason named, and every step told?
#include "daemon/api/explain.h"

#include <gmock/gmock.h>

#include "conf/config.h"
#include "daemon/api/answer.h"
#include "tests/unit/api/sample.h"

namespace {

using mp::api::render_explanation;
using testing::HasSubstr;
using testing::StartsWith;

mp::model::Snapshot configured(const std::string& text) {
    mp::model::Snapshot snapshot = mp::test::sample();
    snapshot.config = mp::conf::Config::build({{"multipath.conf", text}});
    return snapshot;
}

TEST(Explain, PathOfAMapIsExplainedStepByStep) {
    std::string text = render_explanation(configured(""), "sdb");
    EXPECT_EQ(text,
              "sdb: a path of mpatha\n"
              "  device           sdb (8:16, 3:0:0:1, LIO-ORG,disk), 20G, scsi:fcp\n"
              "  kind             whole disk\n"
              "  adapter          unknown, 0000:00:03.0, node 1\n"
              "  udev             not processed, or there is no udev database\n"
              "  filter property  0 udev properties: accepted, no rule matches\n"
              "  filter devnode   sdb: accepted, no rule matches\n"
              "  filter device    LIO-ORG:disk: accepted, no rule matches\n"
              "  filter protocol  scsi:fcp: accepted, no rule matches\n"
              "  filter wwid      36001405aaaaaaaaaaaaaaaaaaaaaaaaa: accepted, no rule matches\n"
              "  wwid             36001405aaaaaaaaaaaaaaaaaaaaaaaaa\n"
              "  find_multipaths  strict: a map for WWIDs in the wwids file only\n"
              "  check            ready, tur checker\n"
              "  priority         10 by alua\n"
              "  map              mpatha, group 2 of 2\n");
}

TEST(Explain, EveryRuleIsToldAlsoBehindTheOneThatDecided) {
    mp::model::Snapshot snapshot = configured(
        "blacklist {\n devnode \"^sdf\"\n protocol \"scsi:fcp\"\n}\n"
        "blacklist_exceptions {\n device {\n  vendor LIO\n }\n}\n");
    mp::model::PathView view = *snapshot.paths.back();
    view.unused_reason = "blacklisted by devnode rule \"^sdf\" (multipath.conf:2)";
    snapshot.paths.back() = std::make_shared<mp::model::PathView>(view);
    std::string text = render_explanation(snapshot, "8:80");
    EXPECT_THAT(text, StartsWith("sdf: in no map: blacklisted by devnode rule \"^sdf\" "
                                 "(multipath.conf:2)\n"));
    EXPECT_THAT(text, HasSubstr("filter devnode   sdf: blacklisted by devnode rule"));
    EXPECT_THAT(text, HasSubstr("filter device    LIO-ORG:disk: accepted by device rule \"LIO:\""));
    EXPECT_THAT(text, HasSubstr("filter protocol  scsi:fcp: blacklisted by protocol rule"));
    EXPECT_THAT(text, HasSubstr("map              none\n"));
}

TEST(Explain, HoldsAndKernelSettingsAreToldWithTheirReasons) {
    mp::model::Snapshot snapshot = configured("");
    mp::model::PathView view = *snapshot.paths.front();
    view.held_reason = "it bounces";
    using Settings = std::vector<mp::model::SettingView>;
    view.settings = {std::make_shared<const Settings>(
                         Settings{{"/rport/dev_loss_tmo", "66", "66", "", "it must outlast x"},
                                  {"/rport/fast_io_fail_tmo", "5", "off", "another value", ""}}),
                     std::make_shared<const Settings>(
                         Settings{{"/host/eh_deadline", "20", "", "not allowed", ""}})};
    std::string name = view.device->name;
    snapshot.paths.front() = std::make_shared<mp::model::PathView>(view);
    std::string text = render_explanation(snapshot, name);
    EXPECT_THAT(text, HasSubstr("  held back        it bounces\n"));
    EXPECT_THAT(text, HasSubstr("  kernel setting   dev_loss_tmo 66, it must outlast x\n"));
    EXPECT_THAT(text,
                HasSubstr("  kernel setting   fast_io_fail_tmo off, wanted 5: another value\n"));
    EXPECT_THAT(text,
                HasSubstr("  kernel setting   eh_deadline could not be set to 20: not allowed\n"));
}

TEST(Explain, UnknownDevicesAreAFailure) {
    EXPECT_THAT(render_explanation(mp::test::sample(), "dm-0"), StartsWith("fail\ndm-0: no such"));
}

TEST(Explain, NamesFromDevicesMakeNoLines) {
    mp::model::Snapshot snapshot = mp::test::sample();
    mp::model::PathView view = *snapshot.paths.back();
    view.unused_reason = "a\nb";
    snapshot.paths.back() = std::make_shared<mp::model::PathView>(view);
    EXPECT_THAT(render_explanation(snapshot, "sdf"), StartsWith("sdf: in no map: a?b\n"));
}

TEST(Explain, IsACommandForEverybody) {
    mp::api::Handled handled =
        mp::api::answer("explain /dev/sdb", mp::api::Caller{}, mp::test::sample());
    EXPECT_THAT(std::get<std::string>(handled), StartsWith("sdb: a path of mpatha\n"));
}

}  // namespace
