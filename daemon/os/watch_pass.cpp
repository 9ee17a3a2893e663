// SPDX-License-Identifier: GPL-2.0-or-later
// Which paths has the kernel given up while nobody was using them? Setting a SCSI device offline,
// or a remote port going away, raises no event that can be waited for, so the attributes are read
// again and again: one pread on an open descriptor each.
//
// The cost is kept in bounds by reading only a part of the paths in each pass. That hardly delays
// the news that matters: an adapter takes all its paths with it, so some of them are in every part,
// and one change makes the pass go over all the others at once. Only when a part is still too
// expensive do the passes move apart.
#include "daemon/os/watch_pass.h"

#include <algorithm>
#include <string_view>

#include "daemon/base/strings.h"

namespace mp::os {

namespace {
constexpr std::size_t kStateMax = 128;
// Words of SCSI devices, FC remote ports, iSCSI sessions and NVMe controllers whose fate is being
// decided: what comes next should be known at once.
constexpr std::string_view kPassing[] = {"blocked", "Blocked", "FAILED", "connecting", "resetting"};

bool will_not_last(const std::string& value) {
    return std::ranges::find(kPassing, value) != std::end(kPassing);
}
}  // namespace

void WatchList::set(PathId path, const std::vector<std::string>& attributes) {
    const auto found = std::ranges::find_if(paths_, [&](const Path& p) { return p.id == path; });
    std::vector<Attribute> old;
    if (found != paths_.end()) {
        old = std::move(found->attributes);
        if (attributes.empty()) {
            forget_values(old);
            paths_.erase(found);
            return;
        }
    }
    std::vector<Attribute> fresh;
    for (const std::string& name : attributes) {
        const auto same =
            std::ranges::find_if(old, [&](const Attribute& a) { return a.file.path() == name; });
        if (same != old.end()) {
            fresh.push_back(std::move(*same));
            old.erase(same);
        } else {
            fresh.push_back({.file = KeptAttribute(name),
                             .read_before = false,
                             .report_first = fresh.empty(),
                             .value = {}});
        }
    }
    forget_values(old);
    if (found != paths_.end()) {
        found->attributes = std::move(fresh);
    } else if (!fresh.empty()) {
        paths_.push_back({path, std::move(fresh)});
    }
}

void WatchList::forget_values(const std::vector<Attribute>& attributes) {
    passing_ -= static_cast<std::size_t>(std::ranges::count_if(
        attributes, [](const Attribute& a) { return will_not_last(a.value); }));
}

std::size_t WatchList::attribute_count() const {
    std::size_t count = 0;
    for (const Path& path : paths_) {
        count += path.attributes.size();
    }
    return count;
}

// The value, empty when there is no such attribute; unset when nothing can be said this time.
std::optional<std::string> WatchList::read(Attribute& attribute) const {
    const Result<std::string> text = attribute.file.read(*sysfs_);
    if (text) {
        // States are words; what is longer is compared by its beginning.
        return std::string(trim(std::string_view(*text).substr(0, kStateMax)));
    }
    return text.error().code == Errc::gone ? std::optional<std::string>("") : std::nullopt;
}

void WatchList::read_path(Path& path, std::vector<model::event::KernelStateChanged>& changes) {
    for (Attribute& attribute : path.attributes) {
        std::optional<std::string> value = read(attribute);
        if (!value.has_value()) {
            continue;
        }
        const bool changed =
            attribute.read_before ? *value != attribute.value : attribute.report_first;
        attribute.read_before = true;
        if (changed) {
            changes.push_back({path.id, attribute.file.path(), *value});
        }
        passing_ -= will_not_last(attribute.value) ? 1 : 0;
        passing_ += will_not_last(*value) ? 1 : 0;
        attribute.value = std::move(*value);
    }
}

std::vector<model::event::KernelStateChanged> WatchList::passing_pass() {
    std::vector<model::event::KernelStateChanged> changes;
    std::size_t read = 0;
    for (Path& path : paths_) {
        bool passing = std::ranges::any_of(
            path.attributes, [](const Attribute& a) { return will_not_last(a.value); });
        if (passing) {
            read_path(path, changes);
            if (++read == kPassingMax) {
                break;
            }
        }
    }
    if (!changes.empty()) {
        for (Path& path : paths_) {
            read_path(path, changes);
        }
    }
    return changes;
}

std::vector<model::event::KernelStateChanged> WatchList::pass(std::size_t slice,
                                                              std::size_t slices) {
    std::vector<model::event::KernelStateChanged> changes;
    for (std::size_t i = slice % slices; i < paths_.size(); i += slices) {
        read_path(paths_[i], changes);
    }
    if (changes.empty() || slices == 1) {
        return changes;
    }
    for (std::size_t i = 0; i < paths_.size(); ++i) {
        if (i % slices != slice % slices) {
            read_path(paths_[i], changes);
        }
    }
    return changes;
}

WatchPace choose_pace(Duration period, Duration full_pass) {
    WatchPace pace;
    const Duration budget = std::max(Duration(1), period / WatchPace::kShare);
    const auto parts = static_cast<std::size_t>((full_pass + budget - Duration(1)) / budget);
    pace.slices = std::clamp<std::size_t>(parts, 1, WatchPace::kSlicesMax);
    const Duration per_pass = full_pass / static_cast<std::int64_t>(pace.slices);
    pace.period =
        std::clamp(per_pass * WatchPace::kShare, period, std::max(period, WatchPace::kPeriodMax));
    return pace;
}

}  // namespace mp::os
