// SPDX-License-Identifier: GPL-2.0-or-later
// Does every document of version 2 fit the published schema, and does the schema mean anything?
#include "daemon/api/json2.h"

#include <nlohmann/json.hpp>

#include <fstream>

#include "conf/config.h"
#include "daemon/api/answer.h"
#include "tests/unit/api/golden.h"
#include "tests/unit/api/sample.h"

namespace {

using namespace mp::test;
using nlohmann::json;

const json& schema() {
    static const json loaded = [] {
        std::ifstream in(std::string(MP_TESTS_DIR) + "/../daemon/api/json2.schema.json");
        return json::parse(in);
    }();
    return loaded;
}

bool is_type(const json& value, const std::string& type) {
    return (type == "object" && value.is_object()) || (type == "array" && value.is_array()) ||
           (type == "string" && value.is_string()) ||
           (type == "integer" && value.is_number_integer()) ||
           (type == "boolean" && value.is_boolean()) || (type == "null" && value.is_null());
}

/// The part of JSON Schema that the file uses; "" when `value` fits.
std::string misfit(const json& value, const json& rule, const std::string& where) {
    if (rule.contains("$ref")) {
        std::string name = rule["$ref"].get<std::string>().substr(14);
        return misfit(value, schema()["definitions"].at(name), where);
    }
    json types = rule["type"].is_array() ? rule["type"] : json::array({rule["type"]});
    bool fits = false;
    for (const json& type : types) {
        fits = fits || is_type(value, type.get<std::string>());
    }
    if (!fits) {
        return where + ": wrong type " + value.dump();
    }
    if (rule.contains("enum") &&
        std::find(rule["enum"].begin(), rule["enum"].end(), value) == rule["enum"].end()) {
        return where + ": unknown word " + value.dump();
    }
    for (const json& key : rule.value("required", json::array())) {
        if (!value.contains(key.get<std::string>())) {
            return where + ": no " + key.get<std::string>();
        }
    }
    if (value.is_object()) {
        for (const auto& [key, member] : value.items()) {
            bool named = rule.contains("properties") && rule["properties"].contains(key);
            const json& more = rule["additionalProperties"];
            if (!named && more.is_boolean()) {
                return where + ": unknown key " + key;
            }
            std::string found =
                misfit(member, named ? rule["properties"][key] : more, where + "/" + key);
            if (!found.empty()) {
                return found;
            }
        }
    }
    if (value.is_array()) {
        for (const json& element : value) {
            std::string found = misfit(element, rule["items"], where + "[]");
            if (!found.empty()) {
                return found;
            }
        }
    }
    return "";
}

std::string reply(std::string_view request, const mp::model::Snapshot& snapshot) {
    return std::get<std::string>(
        mp::api::answer(request, mp::api::Caller{false, kSampleTime, 4711}, snapshot));
}

mp::model::Snapshot full_sample() {
    mp::model::Snapshot snapshot = sample();
    snapshot.config = mp::conf::Config::build({});
    for (std::shared_ptr<const mp::model::PathView>& path : snapshot.paths) {
        mp::model::PathView view = *path;
        mp::model::BlockDevice device = *view.device;
        device.adapter.id = "host" + std::to_string(device.hctl->host);
        device.target_port = "iqn.2003-01.org.example:t,1";
        view.device = std::make_shared<mp::model::BlockDevice>(device);
        view.last_check = kSampleTime - mp::seconds(2);
        view.latency.add(mp::milliseconds(3));
        path = std::make_shared<mp::model::PathView>(view);
    }
    mp::model::NativeMap native;
    native.name = "nvme0n1";
    native.wwid = "uuid.8ef20f70";
    native.paths = {{"nvme0c0n1", "nvme0", "live", "optimized", "tcp", "traddr=127.0.0.1"}};
    snapshot.native_maps = std::make_shared<std::vector<mp::model::NativeMap>>(1, native);
    return snapshot;
}

struct Document {
    const char* request;
    const char* definition;
};
constexpr Document kDocuments[] = {{"show topology json2", "topology"},
                                   {"show paths json", "paths"},
                                   {"show status json", "status"},
                                   {"show daemon json", "status"},
                                   {"show devices json", "devices"},
                                   {"show config json", "config"},
                                   {"show blacklist json", "blacklist"},
                                   {"show wildcards json", "wildcards"},
                                   {"show paths where dev=sda json", "paths"}};

TEST(Json2, EveryDocumentFitsTheSchema) {
    mp::model::Snapshot empty;
    for (const mp::model::Snapshot& snapshot : {sample(), full_sample(), empty}) {
        for (const Document& document : kDocuments) {
            json value = json::parse(reply(document.request, snapshot));
            EXPECT_EQ(misfit(value, schema()["definitions"][document.definition], ""), "")
                << document.request;
        }
    }
}

TEST(Json2, SchemaRefusesWhatIsWrong) {
    json value = json::parse(reply("show topology json2", full_sample()));
    const json& rule = schema()["definitions"]["topology"];
    json missing = value;
    missing["maps"][0].erase("wwid");
    EXPECT_EQ(misfit(missing, rule, ""), "/maps[]: no wwid");
    json extra = value;
    extra["maps"][0]["groups"][0]["paths"][0]["extra"] = 1;
    EXPECT_EQ(misfit(extra, rule, ""), "/maps[]/groups[]/paths[]: unknown key extra");
    json word = value;
    word["unused_paths"][0]["state"] = "perhaps";
    EXPECT_EQ(misfit(word, rule, ""), "/unused_paths[]/state: unknown word \"perhaps\"");
    json type = value;
    type["generation"] = "1";
    EXPECT_EQ(misfit(type, rule, ""), "/generation: wrong type \"1\"");
}

TEST(Json2, SaysWhatFormat01DoesNot) {
    json value = json::parse(reply("show topology json2", full_sample()));
    const json& path = value["maps"][0]["groups"][1]["paths"][0];
    EXPECT_EQ(path["device"], "sdb");
    EXPECT_EQ(path["size_bytes"], 41943040LL * 512);
    EXPECT_EQ(path["numa_node"], 1);
    EXPECT_EQ(path["node_distance"], json::array({31, 10}));
    EXPECT_EQ(path["target_port_group"], 1);
    EXPECT_EQ(path["next_check_in_ms"], 8000);
    EXPECT_EQ(value["maps"][1]["counters"]["path_faults"], 3);
    EXPECT_EQ(value["maps"][1]["failback_in_ms"], 4000);
    EXPECT_EQ(value["unused_paths"].size(), 1U);
    EXPECT_EQ(value["unused_paths"][0]["device"], "sde");
    ASSERT_EQ(value["adapters"].size(), 3U);
    EXPECT_EQ(value["adapters"][1]["name"], "host3");
    EXPECT_EQ(value["adapters"][1]["paths"], json::array({"sdb", "sdaa"}));
    EXPECT_EQ(value["adapters"][1]["usable_paths"], 1);
    EXPECT_EQ(value["nexuses"][0]["target_port"], "iqn.2003-01.org.example:t,1");
}

TEST(Json2, LayoutIsStable) {
    expect_golden("json/topology2.json", reply("show topology json2", full_sample()));
}

}  // namespace
