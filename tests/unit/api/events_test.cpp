// SPDX-License-Identifier: GPL-2.0-or-later
// One event, one line, one object.
#include "daemon/api/events.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "daemon/api/answer.h"

namespace {

using namespace mp;

api::EventList sample_events() {
    api::EventList list;
    list.events.push_back(std::make_shared<const api::Event>(api::Event{
        7,
        1700000000000001,
        {model::LogLevel::warning, "path-failed", "mpatha", "sda", "it \"failed\"\ntwice"}}));
    list.events.push_back(std::make_shared<const api::Event>(api::Event{
        8, 1700000000000002, {model::LogLevel::notice, "reconfigured", "", "", "done"}}));
    return list;
}

TEST(Events, AreLinesOfJson) {
    std::string text = api::render_events(sample_events(), 0);
    std::size_t end = text.find('\n');
    nlohmann::json first = nlohmann::json::parse(text.substr(0, end));
    EXPECT_EQ(first["number"], 7);
    EXPECT_EQ(first["text"], "it \"failed\"\ntwice");
    EXPECT_EQ(first["path"], "sda");
    EXPECT_EQ(text.substr(end + 1),
              "{\"number\": 8, \"time_unix_us\": 1700000000000002, \"level\": \"notice\", "
              "\"event\": \"reconfigured\", \"text\": \"done\"}\n");
}

TEST(Events, RequestsNameTheLastNumberSeen) {
    api::EventList list = sample_events();
    const auto ask = [&](std::string_view request, const api::EventList* events) {
        return std::get<std::string>(
            api::answer(request, api::Caller{.events = events}, model::Snapshot{}));
    };
    EXPECT_EQ(ask("show events", &list), api::render_events(list, 0));
    EXPECT_EQ(ask("show events since 7", &list), api::render_events(list, 7));
    EXPECT_EQ(ask("show events since 8", &list), "ok\n");
    EXPECT_EQ(ask("show events", nullptr), "ok\n");
    EXPECT_EQ(ask("show events since x", &list), "fail\nsince needs a number\n");
}

}  // namespace
