// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes are a request, and any bytes are what a disk or a map is called: every request gets one
// reply, replies are never empty and end their last line, raw rows are as many as there are paths,
// and JSON stays JSON. The input's first line is the request, the rest names things.
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "daemon/api/answer.h"
#include "daemon/api/grammar.h"
#include "daemon/api/tokens.h"

namespace {

using namespace mp;

void require(bool condition, const char* what) {
    if (!condition) {
        std::fprintf(stderr, "broken: %s\n", what);
        std::abort();
    }
}

std::shared_ptr<const model::PathView> path_called(std::string_view text, std::uint32_t minor) {
    model::BlockDevice device;
    device.devt = {8, minor};
    device.name = "sd" + std::string(1, static_cast<char>('a' + minor));
    device.hctl = Hctl{1, 0, 0, minor};
    device.vendor = text;
    device.serial = text;
    device.product = std::string(text.rbegin(), text.rend());
    device.target_port = text;
    device.protocol = model::Protocol::scsi_iscsi;
    model::PathView path;
    path.device = std::make_shared<model::BlockDevice>(device);
    path.wwid = Wwid(std::string(text));
    path.map_alias = minor == 2 ? "" : "m" + std::string(text);
    path.checker = text;
    path.offline_word = text;
    path.monitored = true;
    path.next_check = Instant{seconds(minor)};
    path.check_interval = seconds(static_cast<std::int64_t>(text.size()));
    return std::make_shared<model::PathView>(path);
}

model::Snapshot world_called(std::string_view text) {
    model::Snapshot snapshot;
    model::MapView map;
    map.alias = "m" + std::string(text);
    map.wwid = Wwid(std::string(text));
    map.exists = true;
    map.features = text;
    map.failback = text;
    model::GroupView group;
    group.selector = text;
    for (std::uint32_t i = 0; i < 3; ++i) {
        snapshot.paths.push_back(path_called(text, i));
        if (i < 2) {
            group.paths.push_back(snapshot.paths.back());
        }
    }
    map.groups = {group};
    snapshot.maps = {std::make_shared<model::MapView>(map)};
    return snapshot;
}

void check_show(const api::Show& show, const std::string& reply) {
    bool found = reply != "fail\ndevice not found\n";
    if (show.what == api::ShowWhat::maps_json || (show.what == api::ShowWhat::map_json && found)) {
        require(nlohmann::json::accept(reply), "a JSON reply is not JSON");
    }
    if (show.what == api::ShowWhat::paths && show.raw &&
        show.format.find('\n') == std::string::npos) {
        require(std::ranges::count(reply, '\n') == 3, "raw rows are not as many as paths");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view input(reinterpret_cast<const char*>(data), size);
    std::string_view request = input.substr(0, input.find('\n'));
    std::string_view names = request.size() == size ? "" : input.substr(request.size() + 1);
    model::Snapshot snapshot = world_called(names);
    require(api::split_request(request).size() <= request.size(), "more words than bytes");
    api::Request parsed = api::parse_request(request);
    for (bool root : {false, true}) {
        api::Handled handled = api::answer(request, api::Caller{root, kNever, 1}, snapshot);
        const std::string* reply = std::get_if<std::string>(&handled);
        require(root || reply != nullptr, "a command of an ordinary user reaches the engine");
        require(reply == nullptr || (!reply->empty() && reply->back() == '\n'),
                "a reply has no end");
        const api::Show* show = std::get_if<api::Show>(&parsed);
        require(show == nullptr || reply != nullptr, "a question is not answered");
        if (show != nullptr) {
            check_show(*show, *reply);
        }
    }
    return 0;
}
