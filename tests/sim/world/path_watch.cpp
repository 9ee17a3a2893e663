// SPDX-License-Identifier: GPL-2.0-or-later
// A watch that reads an attribute at most one polling period after it changed and says so when the
// value differs from the last one it read. What flips and flips back between two readings is
// missed, as it would be on a real host.
#include "tests/sim/world/path_watch.h"

namespace mp::sim {
namespace {

constexpr Duration kPeriod = milliseconds(250);

}  // namespace

void SimPathWatch::watch(const model::PathRef& path, const std::vector<std::string>& attributes) {
    if (attributes.empty()) {
        forget(path.id);
        return;
    }
    Watched entry{path, {}};
    for (const std::string& attribute : attributes) {
        entry.values[attribute] = host_.attribute(attribute).value_or("");
    }
    watched_[path.id] = std::move(entry);
}

void SimPathWatch::moved(DiskId disk) {
    const DevT devt = host_.disk(disk).devt;
    for (const auto& [id, entry] : watched_) {
        if (entry.path.devt == devt) {
            const Duration delay(static_cast<std::int64_t>(
                prng_.below(static_cast<std::uint64_t>(kPeriod.count()))));
            loop_.after(delay, [this, path = id] { poll(path); });
        }
    }
}

void SimPathWatch::poll(PathId path) {
    const auto found = watched_.find(path);
    if (found == watched_.end()) {
        return;
    }
    for (auto& [attribute, last] : found->second.values) {
        const std::string value = host_.attribute(attribute).value_or("");
        if (value != last) {
            last = value;
            outbox_.post(model::event::KernelStateChanged{path, attribute, value});
        }
    }
}

}  // namespace mp::sim
