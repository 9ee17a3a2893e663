// SPDX-License-Identifier: GPL-2.0-or-later
// Commas, nesting and escapes, byte by byte.
#include "daemon/api/json_writer.h"

#include <gtest/gtest.h>

namespace {

using mp::api::JsonWriter;

TEST(JsonWriter, EveryKindOfValueStandsWhereItShould) {
    JsonWriter json;
    json.open_object().text("a", "x\"y").number("b", -1).count("c", 2).flag("d", true).null("e");
    json.open_array("f").number("", 1).text("", "z").open_object().close().close();
    json.open_array("g").close();
    json.text_or_null("h", "").number_or_null("i", 3).number_or_null("j", std::nullopt);
    EXPECT_EQ(json.close().take(),
              "{\n  \"a\": \"x\\\"y\",\n  \"b\": -1,\n  \"c\": 2,\n  \"d\": true,\n"
              "  \"e\": null,\n  \"f\": [\n    1,\n    \"z\",\n    {}\n  ],\n  \"g\": [],\n"
              "  \"h\": null,\n  \"i\": 3,\n  \"j\": null\n}\n");
}

}  // namespace
