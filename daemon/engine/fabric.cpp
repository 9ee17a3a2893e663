// SPDX-License-Identifier: GPL-2.0-or-later
// What follows from what a transport tells? That something changed is a hint: everything watched is
// read again at once, and what is found there decides. A notification of the fabric (FPIN, FC-LS-5)
// says more: the way to some ports loses or delays frames. With `marginal_pathgroups fpin` their
// paths become marginal, and their remote ports too, so that the kernel retries elsewhere what
// fails on them; a link that comes up, or a change of the fabric, begins anew. Otherwise it is told
// and nothing follows: a fabric that complains is no reason to leave a path that works.
#include <algorithm>
#include <set>

#include "daemon/engine/rules.h"

namespace mp::engine {

namespace {

using Kind = model::event::TransportNotice::Kind;
using model::LogLevel;

const char* text_of(Kind kind) {
    switch (kind) {
        case Kind::link_integrity:
            return "the fabric reports errors of the link";
        case Kind::congestion:
            return "the fabric reports congestion";
        case Kind::delivery:
            return "the fabric reports discarded frames";
        case Kind::link_down:
            return "link down";
        case Kind::link_up:
            return "link up";
        case Kind::changed:
            return "ports or sessions changed";
    }
    MP_ASSERT(false);
}

void set_port_state(Core& core, const Path& path, const std::string& word,
                    std::set<std::string>& set) {
    const std::string& dir = path.device->port_dir;
    if (path.device->protocol == model::Protocol::scsi_fcp && !dir.empty() &&
        set.insert(dir).second) {
        core.emit(
            model::effect::WriteAttribute{dir + "/port_state", word, "a notice of the fabric"});
    }
}

void begin_anew(Core& core, const std::set<PathId>& paths) {
    std::set<std::string> ports;
    for (PathId id : paths) {
        Path& path = *core.find_path(id);
        if (!path.marginal_by_fabric.empty()) {
            path.marginal_by_fabric.clear();
            set_port_state(core, path, "Online", ports);
            update_marginal(core, path);
        }
    }
}

bool concerns(const model::event::TransportNotice& notice, const Path& path) {
    const model::BlockDevice& device = *path.device;
    return notice.ports.empty() || std::ranges::any_of(notice.ports, [&](const std::string& port) {
               return port == device.target_wwpn || port == device.host_wwpn;
           });
}

void heed(Core& core, const model::event::TransportNotice& notice, const std::set<PathId>& paths) {
    std::set<std::string> ports;
    std::size_t count = 0;
    for (PathId id : paths) {
        Path& path = *core.find_path(id);
        if (!concerns(notice, path)) {
            continue;
        }
        ++count;
        const Map* map = core.map_of(path);
        if (map != nullptr && map->policy.marginal_by_fabric && path.marginal_by_fabric.empty() &&
            notice.kind == Kind::link_integrity) {
            path.marginal_by_fabric = text_of(notice.kind);
            set_port_state(core, path, "Marginal", ports);
            update_marginal(core, path);
        }
    }
    if (count > 0) {
        core.log(LogLevel::notice, "fabric-notice", nullptr, nullptr,
                 notice.adapter + ": " + text_of(notice.kind) + "; " + std::to_string(count) +
                     (count == 1 ? " path goes" : " paths go") + " that way");
    }
}

}  // namespace

void on_transport_notice(Core& core, const model::event::TransportNotice& notice) {
    Relatives::const_iterator found = core.by(Kin::adapter).find(notice.adapter);
    bool ours = found != core.by(Kin::adapter).end();
    switch (notice.kind) {
        case Kind::link_down:
        case Kind::link_up:
            if (ours) {
                core.log(notice.kind == Kind::link_down ? LogLevel::warning : LogLevel::notice,
                         "fabric-notice", nullptr, nullptr,
                         notice.adapter + ": " + text_of(notice.kind));
            }
            [[fallthrough]];
        case Kind::changed:
            if (ours && notice.kind != Kind::link_down) {
                begin_anew(core, std::set<PathId>(found->second));
            }
            core.emit(model::effect::LookAgain{});
            return;
        case Kind::link_integrity:
        case Kind::congestion:
        case Kind::delivery:
            if (ours) {
                heed(core, notice, std::set<PathId>(found->second));
            }
            return;
    }
}

}  // namespace mp::engine
