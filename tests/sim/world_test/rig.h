// SPDX-License-Identifier: GPL-2.0-or-later
// The fakes wired together without a daemon, for tests of the fakes themselves.
#pragma once

#include <vector>

#include "tests/sim/world/dm.h"
#include "tests/sim/world/files.h"
#include "tests/sim/world/path_io.h"
#include "tests/sim/world/path_watch.h"
#include "tests/sim/world/user_io.h"

namespace mp::sim {

class CollectingSink : public ports::EventSink {
public:
    void post(model::Event event) override { events.push_back(std::move(event)); }
    template <class Kind>
    std::vector<Kind> of() const {
        std::vector<Kind> out;
        for (const model::Event& event : events) {
            if (const Kind* kind = std::get_if<Kind>(&event)) {
                out.push_back(*kind);
            }
        }
        return out;
    }
    std::vector<model::Event> events;
};

/// Two adapters, two ports, LUNs as given; everything attached.
struct Rig {
    explicit Rig(ArrayModel model = ArrayModel::symmetric, int luns = 2, int adapters = 2)
        : array(model, 2, adapters), host(loop, trace, outbox, weather, array, adapters, Prng(1)) {
        outbox.connect(&sink);
        for (int i = 0; i < luns; ++i) {
            array.add_lu(IdKind::naa6, 2048);
            for (int port = 0; port < 2; ++port) {
                array.map(port, static_cast<std::uint64_t>(i), i, false);
            }
        }
        host.held_by([this](DiskId disk) { return kernel.holders(disk); });
        host.on_state_change([this](DiskId disk) { path_watch.moved(disk); });
        host.attach_all();
        run_for(milliseconds(100));
        sink.events.clear();
    }
    void run_for(Duration time) {
        const Instant end = loop.now() + time;
        loop.at(end, [] {});
        while (loop.next() <= end) {
            loop.step();
        }
    }
    /// The disk of a nexus.
    const Disk& at(int adapter, int port, std::uint64_t lun) {
        for (const DiskId id : host.present()) {
            if (host.disk(id).nexus == Nexus{adapter, port, lun}) {
                return host.disk(id);
            }
        }
        std::abort();
    }
    model::PathRef ref(const Disk& disk, std::uint64_t id = 1) const {
        return model::PathRef{PathId{id}, disk.devt, disk.name, disk.disk_seq};
    }
    /// A table with one group per adapter for a LUN.
    model::MultipathTable table(std::uint64_t lun) {
        model::MultipathTable out;
        out.size_sectors = 2048;
        out.initial_group = 1;
        for (int adapter = 0; adapter < host.adapters(); ++adapter) {
            model::TableGroup& group = out.groups.emplace_back();
            for (int port = 0; port < 2; ++port) {
                group.paths.push_back({at(adapter, port, lun).devt, {"1"}});
            }
        }
        return out;
    }
    std::uint32_t make_map(std::uint64_t lun, std::vector<std::string> features = {}) {
        model::MultipathTable wanted = table(lun);
        wanted.features = std::move(features);
        const Wwid wwid = array.lu(static_cast<int>(lun)).wwid;
        const Result<std::uint32_t> minor =
            kernel.create("mpath" + std::to_string(lun), model::kUuidPrefix + wwid.str());
        if (!minor || !kernel.load(*minor, wanted, false)) {
            std::abort();
        }
        kernel.resume(*minor, false, [](Result<>) {});
        return *minor;
    }
    DmPath* path(std::uint32_t minor, DevT devt) {
        for (const DmGroup& group : kernel.find(minor)->live->groups) {
            for (const DmPath& path : group.paths) {
                if (path.devt == devt) {
                    return const_cast<DmPath*>(&path);
                }
            }
        }
        return nullptr;
    }

    SimLoop loop;
    Trace trace{loop};
    Outbox outbox;
    Weather weather;
    CollectingSink sink;
    SimArray array;
    SimHost host;
    DmKernel kernel{loop, trace, host, Prng(2)};
    SimDm dm{loop, trace, outbox, weather, kernel, Prng(3)};
    SimPathIo path_io{loop, trace, outbox, weather, host, Prng(4)};
    SimPathWatch path_watch{loop, outbox, host, Prng(5)};
    SimFiles files{loop, trace, outbox, weather, host, Prng(6)};
    UserIo users{loop, kernel, Prng(7)};
};

}  // namespace mp::sim
