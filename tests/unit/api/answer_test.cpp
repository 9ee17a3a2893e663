// SPDX-License-Identifier: GPL-2.0-or-later
// What does each request get back, as bytes on the socket?
#include "daemon/api/answer.h"

#include <gmock/gmock.h>

#include "conf/config.h"
#include "daemon/api/commands.h"
#include "daemon/base/strings.h"
#include "tests/unit/api/golden.h"
#include "tests/unit/api/sample.h"

namespace {

using namespace mp::test;
using mp::api::answer;
using mp::api::Caller;
using mp::api::Handled;
using mp::api::reply_text;
using mp::model::CommandReply;
using testing::HasSubstr;
using testing::StartsWith;

std::string reply(std::string_view request, const mp::model::Snapshot& snapshot = sample(),
                  bool root = false) {
    Handled handled = answer(request, Caller{root, kSampleTime, 4711}, snapshot);
    EXPECT_TRUE(std::holds_alternative<std::string>(handled)) << request;
    return std::holds_alternative<std::string>(handled) ? std::get<std::string>(handled) : "";
}

TEST(Answer, TablesAreAligned) {
    expect_golden("api/show-paths.txt", reply("show paths"));
    expect_golden("api/show-maps.txt", reply("show maps"));
    expect_golden("api/show-maps-status.txt", reply("show maps status"));
    expect_golden("api/show-maps-stats.txt", reply("show maps stats"));
    expect_golden(
        "api/show-paths-format.txt",
        reply("show paths format \"%w %d %t %i %o %T %z %s %m %N %n %R %r %a %G %g %0 %P %I "
              "%L %A %k %M %S %c %C %p\""));
    expect_golden(
        "api/show-maps-format.txt",
        reply("show maps format \"%n|%w|%d|%F|%Q|%N|%r|%t|%S|%f|%x|%h|%A|%0|%1|%2|%3|%4|%s|%v|"
              "%p|%e|%G|%g|%k\""));
}

TEST(Answer, RawRowsHaveNoHeaderAndNoPadding) {
    EXPECT_EQ(reply("show paths raw format %d,%m"),
              "sda,mpatha\nsdb,mpatha\nsdc,36001405bbbbbbbbbbbbbbbbbbbbbbbbb\n"
              "sdaa,36001405bbbbbbbbbbbbbbbbbbbbbbbbb\nsde,[orphan]\n");
    EXPECT_EQ(
        reply("show maps raw format \" %w,%d \""),
        " 36001405aaaaaaaaaaaaaaaaaaaaaaaaa,dm-0 \n 36001405bbbbbbbbbbbbbbbbbbbbbbbbb,dm-11 \n");
}

TEST(Answer, OneMapIsOneRowAlignedOverAllMaps) {
    std::string expected = "mpatha" + std::string(33 - 6, ' ') + " dm-0 \n";
    EXPECT_EQ(reply("show map mpatha format \"%n %d\""), expected);
    EXPECT_EQ(reply("show map mpatha raw format \"%n %d\""), expected);
}

TEST(Answer, MapsAreFoundByEachOfTheirNames) {
    for (std::string_view name :
         {"mpatha", "/dev/mapper/mpatha", "36001405aaaaaaaaaaaaaaaaaaaaaaaaa", "dm-0", "/dev/dm-0",
          "sda", "/dev/sdb", "8:16"}) {
        EXPECT_EQ(reply("show map " + std::string(name) + " raw format %d"), "dm-0 \n") << name;
    }
}

TEST(Answer, UnknownMapsAndPathsAreSaidToBeUnknown) {
    for (std::string_view request :
         {"show map x topology", "show map x json", "show map x format %n", "show path x",
          "show map sde topology", "show map dm-7 json", "show map dm- json", "show path sdf"}) {
        EXPECT_EQ(reply(request), "fail\ndevice not found\n") << request;
    }
}

TEST(Answer, AliasWinsOverDeviceName) {
    mp::model::Snapshot snapshot = sample();
    mp::model::MapView map = map_of("sda", "3600", 77);
    snapshot.maps.push_back(std::make_shared<mp::model::MapView>(map));
    EXPECT_THAT(reply("show map sda topology", snapshot), StartsWith("sda (3600) dm-77"));
}

TEST(Answer, PathStateIsOneWord) {
    EXPECT_EQ(reply("show path sda"), "running\n");
    EXPECT_EQ(reply("show path /dev/sdaa"), "offline\n");
    EXPECT_EQ(reply("show path 8:0"), "running\n");
}

TEST(Answer, NothingToListIsOk) {
    mp::model::Snapshot empty;
    for (std::string_view request :
         {"show maps", "show paths", "show topology", "show paths raw format %d",
          "show maps status", "show maps topology"}) {
        EXPECT_EQ(reply(request, empty), "ok\n") << request;
    }
    EXPECT_THAT(reply("show maps json", empty), HasSubstr("\"maps\": []\n"));
}

TEST(Answer, MapsThatTheKernelDoesNotHaveAreNotListed) {
    mp::model::Snapshot snapshot = sample();
    mp::model::MapView map = map_of("ghost", "3", 99);
    map.exists = false;
    snapshot.maps = {std::make_shared<mp::model::MapView>(map)};
    EXPECT_EQ(reply("show maps", snapshot), "ok\n");
    EXPECT_EQ(reply("show map ghost json", snapshot), "fail\ndevice not found\n");
}

TEST(Answer, StatusCountsStates) {
    EXPECT_EQ(reply("show status"),
              "path checker states:\nunchecked           1\ndown                1\nup              "
              "    3\n"
              "\npaths: 5\nbusy: False\n");
    mp::model::Snapshot busy;
    busy.busy = true;
    EXPECT_EQ(reply("show status", busy), "path checker states:\n\npaths: 0\nbusy: True\n");
}

TEST(Answer, DaemonSaysItsStateAndProcess) {
    EXPECT_EQ(reply("show daemon"), "pid 4711 running\n");
    mp::model::Snapshot snapshot;
    snapshot.daemon = mp::model::DaemonState::idle;
    snapshot.reconfigure_pending = true;
    EXPECT_EQ(reply("show daemon", snapshot), "pid 4711 idle (pending reconfigure)\n");
}

TEST(Answer, WildcardsAreListedWithHeaders) {
    expect_golden("api/show-wildcards.txt", reply("show wildcards"));
}

TEST(Answer, DevicesSayWhatBecameOfThem) {
    mp::model::Snapshot snapshot = sample();
    mp::model::PathView hidden = path_of(disk("nvme0c0n1", 3, {1, 0, 0, 0}), "", "", -1);
    mp::model::BlockDevice device = *hidden.device;
    device.hidden = true;
    hidden.device = std::make_shared<mp::model::BlockDevice>(device);
    hidden.monitored = false;
    mp::model::PathView ram = path_of(disk("ram0", 4, {1, 0, 0, 0}), "", "", -1);
    ram.monitored = false;
    snapshot.paths.push_back(std::make_shared<mp::model::PathView>(hidden));
    snapshot.paths.push_back(std::make_shared<mp::model::PathView>(ram));
    snapshot.config = mp::conf::Config::build({});
    EXPECT_EQ(reply("show devices", snapshot),
              "available block devices:\n"
              "    sda  devnode whitelisted, monitored\n"
              "    sdb  devnode whitelisted, monitored\n"
              "    sdc  devnode whitelisted, monitored\n"
              "    sdaa  devnode whitelisted, monitored\n"
              "    sde  devnode whitelisted, monitored\n"
              "    sdf devnode whitelisted, unmonitored\n"
              "    nvme0c0n1 hidden, unmonitored\n"
              "    ram0 devnode blacklisted, unmonitored\n");
    snapshot.other_devices =
        std::make_shared<const std::vector<std::string>>(std::vector<std::string>{"dm-0", "sr0"});
    EXPECT_THAT(reply("show devices", snapshot),
                HasSubstr("    ram0 devnode blacklisted, unmonitored\n"
                          "    dm-0 devnode blacklisted, unmonitored\n"
                          "    sr0 devnode blacklisted, unmonitored\n"));
}

TEST(Answer, DevicesAreJudgedByTheirNamesAlone) {
    mp::model::Snapshot snapshot;
    mp::model::PathView view = path_of(disk("sdz", 4, {1, 0, 0, 0}), "", "", -1);
    mp::model::BlockDevice device = *view.device;
    device.properties = {{"ID_UNWANTED", "1"}};
    view.device = std::make_shared<mp::model::BlockDevice>(device);
    view.monitored = false;
    snapshot.paths.push_back(std::make_shared<mp::model::PathView>(view));
    std::string rules = "blacklist {\n property ID_UNWANTED\n devnode NAMES\n}\n";
    for (const char* rule : {"^sdz", "^sdq"}) {
        snapshot.config = mp::conf::Config::build(
            {{"multipath.conf", std::string(rules).replace(rules.find("NAMES"), 5, rule)}});
        EXPECT_EQ(reply("show devices", snapshot),
                  std::string("available block devices:\n    sdz devnode ") +
                      (rule[3] == 'z' ? "blacklisted" : "whitelisted") + ", unmonitored\n");
    }
}

TEST(Answer, ConfigurationComesFromTheSnapshot) {
    mp::model::Snapshot snapshot = sample();
    snapshot.config =
        mp::conf::Config::build({{"multipath.conf", "defaults {\n\tpolling_interval 7\n}\n"}});
    EXPECT_THAT(reply("show config", snapshot), HasSubstr("polling_interval 7\n"));
    EXPECT_THAT(reply("show config local", snapshot), HasSubstr("polling_interval 7\n"));
    EXPECT_THAT(reply("show blacklist", snapshot), HasSubstr("blacklist"));
    EXPECT_EQ(reply("show config"), "ok\n");
}

TEST(Answer, OnlyRootMayChangeAndEverybodyMayAsk) {
    for (const mp::api::CommandForm& form : mp::api::command_table()) {
        std::string request;
        for (std::string_view word : mp::split_words(form.syntax)) {
            request += word.front() == '$' ? "mpatha" : std::string(mp::split(word, '|').front());
            request += ' ';
        }
        Handled asked = answer(request, Caller{}, sample());
        ASSERT_TRUE(std::holds_alternative<std::string>(asked)) << request;
        EXPECT_EQ(std::get<std::string>(asked) == "fail\npermission deny: need to be root\n",
                  form.root)
            << request;
        Handled by_root = answer(request, Caller{true, kSampleTime, 1}, sample());
        EXPECT_EQ(std::holds_alternative<mp::model::Command>(by_root),
                  form.kind == mp::api::CommandKind::change)
            << request;
    }
}

TEST(Answer, QuitIsOkForRoot) {
    EXPECT_EQ(reply("quit", sample(), true), "ok\n");
}

TEST(ReplyText, FollowsTheRules) {
    EXPECT_EQ(reply_text(CommandReply{true, ""}), "ok\n");
    EXPECT_EQ(reply_text(CommandReply{true, "set\n"}), "set\n");
    EXPECT_EQ(reply_text(CommandReply{true, "blacklisted"}), "blacklisted\n");
    EXPECT_EQ(reply_text(CommandReply{false, ""}), "fail\n");
    EXPECT_EQ(reply_text(CommandReply{false, "map or partition in use"}),
              "fail\nmap or partition in use\n");
}

}  // namespace
