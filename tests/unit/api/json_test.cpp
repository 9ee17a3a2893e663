// SPDX-License-Identifier: GPL-2.0-or-later
// Is the JSON byte for byte format 0.1, and valid whatever devices are called?
#include "daemon/api/json.h"

#include <nlohmann/json.hpp>

#include "daemon/api/lookup.h"
#include "tests/unit/api/golden.h"
#include "tests/unit/api/sample.h"

namespace {

using namespace mp::test;
using mp::api::listed_maps;
using mp::api::render_map_json;
using mp::api::render_maps_json;
using nlohmann::json;

TEST(Json, MapsHaveTheLayoutOfFormat01) {
    mp::model::Snapshot snapshot = sample();
    expect_golden("json/maps.json", render_maps_json(listed_maps(snapshot), kSampleTime));
}

TEST(Json, OneMapHasTheLayoutOfFormat01) {
    expect_golden("json/map.json", render_map_json(*sample().maps[0], kSampleTime));
}

TEST(Json, NoMapsAreAnEmptyArray) {
    EXPECT_EQ(render_maps_json({}, kSampleTime),
              "{\n   \"major_version\": 0,\n   \"minor_version\": 1,\n   \"maps\": []\n}\n");
}

TEST(Json, DocumentsAreValid) {
    mp::model::Snapshot snapshot = sample();
    json maps = json::parse(render_maps_json(listed_maps(snapshot), kSampleTime));
    ASSERT_EQ(maps["maps"].size(), 2U);
    EXPECT_EQ(maps["maps"][0]["paths"], 2);
    EXPECT_EQ(maps["maps"][1]["path_groups"][0]["paths"].size(), 2U);
    json map = json::parse(render_map_json(*snapshot.maps[0], kSampleTime));
    EXPECT_EQ(map["map"]["name"], "mpatha");
    EXPECT_EQ(json::parse(render_maps_json({}, kSampleTime))["maps"].size(), 0U);
}

TEST(Json, MapWithoutGroupsAndGroupWithoutPathsAreValid) {
    mp::model::MapView map = map_of("a", "3600", 4);
    EXPECT_EQ(json::parse(render_map_json(map, kSampleTime))["map"]["path_groups"].size(), 0U);
    map.groups = {group_of(1, mp::model::DmGroupState::undef, {})};
    EXPECT_EQ(
        json::parse(render_map_json(map, kSampleTime))["map"]["path_groups"][0]["paths"].size(),
        0U);
}

TEST(Json, StringsAreEscaped) {
    EXPECT_EQ(mp::api::json_string("a\"b\\c"), R"("a\"b\\c")");
    EXPECT_EQ(mp::api::json_string("tab\tnul" + std::string(1, '\0')), R"("tab\u0009nul\u0000")");
    EXPECT_EQ(mp::api::json_string("\xc3\xa4 \xe2\x82\xac \xf0\x9f\x92\xbe"),
              "\"\xc3\xa4 \xe2\x82\xac \xf0\x9f\x92\xbe\"");
}

TEST(Json, BytesThatAreNotUtf8DoNotSpoilTheDocument) {
    for (std::string bad :
         {"\x80", "\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff\xfe", "\xe2\x82"}) {
        std::string text = mp::api::json_string("a" + bad + "b");
        EXPECT_NO_THROW({
            std::string parsed = json::parse(text).get<std::string>();
            EXPECT_EQ(parsed.front(), 'a');
            EXPECT_EQ(parsed.back(), 'b');
        }) << text;
    }
}

TEST(Json, DeviceNamesOfAnyKindKeepTheDocumentValid) {
    mp::model::MapView map = map_of("quo\"te\\", "36\"", 4);
    mp::model::BlockDevice device = disk("sda", 0, {1, 0, 0, 0});
    device.vendor = "V\"\xff\n";
    device.product = "P\\";
    map.groups = {group_of(1, mp::model::DmGroupState::active,
                           {std::make_shared<mp::model::PathView>(path_of(device, "3", "a", 1))})};
    json parsed = json::parse(render_map_json(map, kSampleTime));
    EXPECT_EQ(parsed["map"]["name"], "quo\"te\\");
    EXPECT_EQ(parsed["map"]["prod"], "P\\");
}

TEST(Json, NumbersAreNeverNegativeAndStatesAreOfFormat01) {
    mp::model::PathView path = path_of(disk("sda", 0, {1, 0, 0, 0}), "3", "a", -1);
    path.state = mp::model::PathState::disconnected;
    mp::model::MapView map = map_of("a", "3", 1);
    map.groups = {group_of(-1, mp::model::DmGroupState::active,
                           {std::make_shared<mp::model::PathView>(path)})};
    json parsed = json::parse(render_map_json(map, kSampleTime));
    EXPECT_EQ(parsed["map"]["path_groups"][0]["pri"], 0);
    EXPECT_EQ(parsed["map"]["path_groups"][0]["paths"][0]["pri"], 0);
    EXPECT_EQ(parsed["map"]["path_groups"][0]["paths"][0]["chk_st"], "faulty");
}

TEST(Json, AMapCalledDisconnectedKeepsItsName) {
    mp::model::MapView map = map_of("disconnected", "3", 1);
    EXPECT_EQ(json::parse(render_map_json(map, kSampleTime))["map"]["name"], "disconnected");
}

}  // namespace
