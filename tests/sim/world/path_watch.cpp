// SPDX-License-Identifier: GPL-2.0-or-later
// A watch that reads an attribute at most one polling period after it changed and says so when the
// value differs from the last one it read; the first
// reading of the first attribute is said too. What flips and flips back
// between two readings is missed, as it would be on a real host.
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
    Watched entry{path, attributes.front(), {}};
    const auto before = watched_.find(path.id);
    for (const std::string& attribute : attributes) {
        const bool known = before != watched_.end() && before->second.values.contains(attribute);
        entry.values[attribute] = known ? before->second.values.at(attribute) : std::nullopt;
    }
    watched_[path.id] = std::move(entry);
    loop_.after(some_time(), [this, id = path.id] { poll(id); });
}

Duration SimPathWatch::some_time() {
    return Duration(
        static_cast<std::int64_t>(prng_.below(static_cast<std::uint64_t>(kPeriod.count()))));
}

void SimPathWatch::moved(DiskId disk) {
    const DevT devt = host_.disk(disk).devt;
    for (const auto& [id, entry] : watched_) {
        if (entry.path.devt == devt) {
            loop_.after(some_time(), [this, path = id] { poll(path); });
        }
    }
}

void SimPathWatch::look() {
    for (const auto& [id, entry] : watched_) {
        loop_.after(milliseconds(1), [this, path = id] { poll(path); });
    }
}

void SimPathWatch::poll(PathId path) {
    const auto found = watched_.find(path);
    if (found == watched_.end()) {
        return;
    }
    for (auto& [attribute, last] : found->second.values) {
        const std::string value = host_.attribute(attribute).value_or("");
        const bool news = last ? value != *last : attribute == found->second.first;
        last = value;
        if (news) {
            outbox_.post(model::event::KernelStateChanged{path, attribute, value});
        }
    }
}

}  // namespace mp::sim
