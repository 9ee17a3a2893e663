// SPDX-License-Identifier: GPL-2.0-or-later
// How is an event told to a program? As one line that is one JSON object, so that a stream can be
// cut anywhere between lines. "event" is the stable name of what happened; map and path are there
// when the event is about one.
#include "daemon/api/events.h"

#include "daemon/api/json.h"

namespace mp::api {
namespace {

std::string_view level_word(model::LogLevel level) {
    switch (level) {
        case model::LogLevel::error:
            return "error";
        case model::LogLevel::warning:
            return "warning";
        case model::LogLevel::notice:
            return "notice";
        case model::LogLevel::info:
            return "info";
        case model::LogLevel::debug:
            break;
    }
    return "debug";
}

}  // namespace

std::string render_events(const EventList& list, std::uint64_t after) {
    std::string out;
    for (const std::shared_ptr<const Event>& event : list.events) {
        if (event->number <= after) {
            continue;
        }
        const model::effect::Log& record = event->record;
        out += "{\"number\": " + std::to_string(event->number);
        out += ", \"time_unix_us\": " + std::to_string(event->wall_unix_us);
        out += ", \"level\": " + json_string(level_word(record.level));
        out += ", \"event\": " + json_string(record.id);
        out += record.map.empty() ? "" : ", \"map\": " + json_string(record.map);
        out += record.path.empty() ? "" : ", \"path\": " + json_string(record.path);
        out += ", \"text\": " + json_string(record.text) + "}\n";
    }
    return out;
}

}  // namespace mp::api
