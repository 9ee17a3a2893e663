// SPDX-License-Identifier: GPL-2.0-or-later
// What does a request get back? Parse, check the permission, then render from the snapshot or hand
// the command on. Replies follow one rule: success without text is "ok", failure begins with "fail"
// and says why on the next line. A listing with nothing to list has no text, hence "ok".
#include "daemon/api/answer.h"

#include "conf/config.h"
#include "daemon/api/explain.h"
#include "daemon/api/filter.h"
#include "daemon/api/grammar.h"
#include "daemon/api/json.h"
#include "daemon/api/json2.h"
#include "daemon/api/lookup.h"
#include "daemon/api/reports.h"
#include "daemon/api/table.h"
#include "daemon/api/topology.h"
#include "daemon/base/strings.h"

namespace mp::api {
namespace {

using model::MapView;
using model::PathView;
using model::Snapshot;

constexpr std::string_view kNotFound = "fail\ndevice not found\n";

template <class View>
std::string render_table(const std::vector<const View*>& views, const Format<View>& format,
                         bool raw, Instant now) {
    Rows<View> rows(format, now);
    for (const View* view : views) {
        rows.add(*view);
    }
    std::string out;
    if (!raw && !views.empty()) {
        rows.widen_to_headers();
        rows.write_header(out);
    }
    for (std::size_t i = 0; i < rows.count(); ++i) {
        rows.write_next(out, !raw);
        out += '\n';
    }
    return out;
}

/// One row without header, aligned as a table of all maps would be.
std::string render_map_row(const Snapshot& snapshot, const MapView& map,
                           const Format<MapView>& format, Instant now) {
    Rows<MapView> all(format, now);
    for (const MapView* other : listed_maps(snapshot)) {
        all.add(*other);
    }
    Rows<MapView> row(format, now);
    row.add(map);
    row.set_widths(all.widths());
    std::string out;
    row.write_next(out);
    return out + "\n";
}

std::string render_one_map(const Show& show, const Snapshot& snapshot, Instant now) {
    const MapView* map = find_map(snapshot, show.target);
    if (map == nullptr) {
        return std::string(kNotFound);
    }
    if (show.what == ShowWhat::map_json) {
        return render_map_json(*map, now);
    }
    if (show.what == ShowWhat::map) {
        return render_map_row(snapshot, *map, Format<MapView>(map_fields(), show.format), now);
    }
    return render_topology(std::vector<const MapView*>{map}, listed_paths(snapshot), now, {});
}

std::string render_path_state(const Show& show, const Snapshot& snapshot) {
    const PathView* path = find_path(snapshot, show.target);
    if (path == nullptr || !path->monitored) {
        return std::string(kNotFound);
    }
    return (path->offline_word.empty() ? "unknown" : path->offline_word) + "\n";
}

/// The rows that the filter takes, as a table; paths also as JSON.
template <class View>
std::string render_rows(const Show& show, std::vector<const View*> views,
                        std::span<const Field<View>> fields, Instant now) {
    if (!show.filter.empty()) {
        std::variant<std::vector<const View*>, std::string> chosen =
            filtered(views, fields, show.filter, now);
        if (const std::string* problem = std::get_if<std::string>(&chosen)) {
            return "fail\nwhere: " + *problem + "\n";
        }
        views = std::move(std::get<std::vector<const View*>>(chosen));
    }
    if constexpr (std::is_same_v<View, PathView>) {
        if (show.json) {
            return render_paths_json(views, now);
        }
    }
    return render_table(views, Format<View>(fields, show.format), show.raw, now);
}

std::string render_json(const Show& show, const Snapshot& snapshot, int pid) {
    switch (show.what) {
        case ShowWhat::config:
            return render_text_json("config",
                                    snapshot.config ? snapshot.config->render_origins() : "");
        case ShowWhat::blacklist:
            return render_text_json("blacklist",
                                    snapshot.config ? snapshot.config->render_blacklist() : "");
        case ShowWhat::devices:
            return render_devices_json(snapshot);
        case ShowWhat::wildcards:
            return render_wildcards_json();
        default:
            return render_status_json(snapshot, pid);
    }
}

std::span<const model::NativeMap> native_maps(const Snapshot& snapshot) {
    return snapshot.native_maps == nullptr ? std::span<const model::NativeMap>()
                                           : *snapshot.native_maps;
}

bool shows_native(const Snapshot& snapshot) {
    return snapshot.config != nullptr && snapshot.config->globals().show_native_nvme;
}

std::string render(const Show& show, const Snapshot& snapshot, Instant now, int pid) {
    if (show.json && show.what != ShowWhat::paths) {
        return render_json(show, snapshot, pid);
    }
    switch (show.what) {
        case ShowWhat::paths:
            return render_rows(show, listed_paths(snapshot), path_fields(), now);
        case ShowWhat::path_state:
            return render_path_state(show, snapshot);
        case ShowWhat::maps:
            return render_rows(show, listed_maps(snapshot), map_fields(), now);
        case ShowWhat::topology_json2:
            return render_topology_json2(snapshot, now);
        case ShowWhat::maps_topology:
            return render_topology(listed_maps(snapshot), listed_paths(snapshot), now, {}) +
                   (shows_native(snapshot) ? render_native(native_maps(snapshot)) : "");
        case ShowWhat::native:
            return render_native(native_maps(snapshot));
        case ShowWhat::maps_json:
            return render_maps_json(listed_maps(snapshot), now);
        case ShowWhat::map:
        case ShowWhat::map_topology:
        case ShowWhat::map_json:
            return render_one_map(show, snapshot, now);
        case ShowWhat::status:
            return render_status(snapshot);
        case ShowWhat::daemon:
            return render_daemon(snapshot, pid);
        case ShowWhat::config:
            return snapshot.config != nullptr ? snapshot.config->render() : "";
        case ShowWhat::config_origin:
            return snapshot.config != nullptr ? snapshot.config->render_origins() : "";
        case ShowWhat::config_local:
            return render_config_local(snapshot);
        case ShowWhat::blacklist:
            return snapshot.config != nullptr ? snapshot.config->render_blacklist() : "";
        case ShowWhat::devices:
            return render_devices(snapshot);
        case ShowWhat::wildcards:
            return render_wildcards();
        case ShowWhat::events:
            break;
        case ShowWhat::explain:
            return render_explanation(snapshot, show.target);
    }
    return "";
}

}  // namespace

namespace {

/// The number behind `since` is the "format" of the request.
std::string show_events(const Show& show, const EventList* events) {
    Result<std::uint64_t> after = parse_u64(show.format.empty() ? "0" : show.format);
    if (!after) {
        return "fail\nsince needs a number\n";
    }
    return events == nullptr ? "" : render_events(*events, *after);
}

}  // namespace

Handled answer(std::string_view request, const Caller& caller, const Snapshot& snapshot) {
    Request parsed = parse_request(request);
    if (const Refusal* refusal = std::get_if<Refusal>(&parsed)) {
        return refusal->reply;
    }
    if (const Show* show = std::get_if<Show>(&parsed)) {
        Instant now = caller.now == kNever ? snapshot.taken : caller.now;
        std::string reply = show->what == ShowWhat::events
                                ? show_events(*show, caller.events)
                                : render(*show, snapshot, now, caller.pid);
        return reply.empty() ? std::string("ok\n") : reply;
    }
    if (!caller.root) {
        return std::string("fail\npermission deny: need to be root\n");
    }
    if (const Change* change = std::get_if<Change>(&parsed)) {
        return change->command;
    }
    return std::string("ok\n");
}

std::string reply_text(const model::CommandReply& reply) {
    std::string text = reply.text;
    if (!text.empty() && text.back() != '\n') {
        text += '\n';
    }
    if (!reply.ok) {
        return "fail\n" + text;
    }
    return text.empty() ? "ok\n" : text;
}

}  // namespace mp::api
