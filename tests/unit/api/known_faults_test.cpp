// SPDX-License-Identifier: GPL-2.0-or-later
// Faults of older daemons' replies that must not come back. The number is that of the fault in the
// list that the field keeps; each test shows the effect that a client would see.
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "daemon/api/answer.h"
#include "tests/unit/api/sample.h"

namespace {

using namespace mp::test;
using testing::HasSubstr;
using testing::StartsWith;

std::string reply(const std::string& request, const mp::model::Snapshot& snapshot = sample()) {
    return std::get<std::string>(
        mp::api::answer(request, mp::api::Caller{false, kSampleTime, 1}, snapshot));
}

TEST(KnownFaults, D05FormatThatEndsInAPercentSignPrintsNothingElse) {
    EXPECT_EQ(reply("show paths raw format %"), "\n\n\n\n\n");
    EXPECT_EQ(reply("show paths raw format \"%d%\""), "sda\nsdb\nsdc\nsdaa\nsde\n");
}

TEST(KnownFaults, D20FailureWithATextBeginsWithFail) {
    EXPECT_EQ(mp::api::reply_text({false, "blacklisted"}), "fail\nblacklisted\n");
    EXPECT_EQ(mp::api::reply_text({false, ""}), "fail\n");
}

TEST(KnownFaults, D21NamesWithQuotesKeepTheDocumentValid) {
    mp::model::Snapshot snapshot = sample();
    mp::model::MapView map = *snapshot.maps[0];
    map.alias = "a\"b\\c";
    snapshot.maps[0] = std::make_shared<mp::model::MapView>(map);
    EXPECT_EQ(nlohmann::json::parse(reply("show maps json", snapshot))["maps"][0]["name"],
              "a\"b\\c");
}

TEST(KnownFaults, D22MapWithoutGroupsSpoilsNoOther) {
    mp::model::Snapshot snapshot = sample();
    mp::model::MapView map = *snapshot.maps[0];
    map.groups.clear();
    snapshot.maps[0] = std::make_shared<mp::model::MapView>(map);
    EXPECT_EQ(nlohmann::json::parse(reply("show maps json", snapshot))["maps"].size(), 2U);
}

TEST(KnownFaults, D31EveryReportCanBeHadAsJson) {
    for (const char* what :
         {"paths", "maps", "status", "daemon", "devices", "config", "blacklist", "wildcards"}) {
        EXPECT_TRUE(nlohmann::json::accept(reply(std::string("show ") + what + " json"))) << what;
    }
}

TEST(KnownFaults, D47JsonHasSizeWwidProtocolGroupAndFailures) {
    nlohmann::json path =
        nlohmann::json::parse(reply("show topology json2"))["maps"][0]["groups"][0]["paths"][0];
    for (const char* key : {"size_bytes", "wwid", "protocol", "target_port_group", "failures"}) {
        EXPECT_TRUE(path.contains(key)) << key;
    }
}

TEST(KnownFaults, D48UnknownWordsAreNamedWhereverTheyStand) {
    EXPECT_THAT(reply("shwo maps"), StartsWith("fail\nshwo maps: not found\n"));
    EXPECT_THAT(reply("show mapz json"), StartsWith("fail\nshow mapz json: not found\n"));
    EXPECT_THAT(reply("show maps jsn"), HasSubstr("CLI commands reference:"));
}

}  // namespace
