// SPDX-License-Identifier: GPL-2.0-or-later
// The control half of the simulated device-mapper: what the ioctls do. The rules that matter to a
// daemon are all here: a new table starts with every path active; making it live waits for I/O in
// flight, so a hung disk holds the whole map; a message to a suspended map is refused; an attached
// hardware handler replaces the one that the table names; the selector writes its own arguments
// into the table that it shows; a disk that went away can be loaded again while the map holds it.
#include "tests/sim/world/dm_kernel.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "daemon/base/strings.h"

namespace mp::sim {
namespace {

constexpr std::uint32_t kDmMajor = 254;
constexpr std::array<std::string_view, 5> kSelectors = {
    "round-robin", "queue-length", "service-time", "historical-service-time", "io-affinity"};
constexpr std::array<std::string_view, 4> kHandlers = {"alua", "rdac", "emc", "hp_sw"};

bool known_feature(std::string_view word) {
    return word == "queue_if_no_path" || word == "retain_attached_hw_handler" ||
           word == "pg_init_retries" || word == "pg_init_delay_msecs" || word == "queue_mode";
}

bool takes_value(std::string_view word) {
    return word == "pg_init_retries" || word == "pg_init_delay_msecs" || word == "queue_mode";
}

constexpr std::string_view kNuma = "numa-distance";

/// "[<repeat count> [auto|<node> [auto|<busy>]]]", as dm-target/ reads them.
bool good_numa_words(const std::vector<std::string>& words) {
    if (words.size() > 3) {
        return false;
    }
    for (std::size_t i = 0; i < words.size(); ++i) {
        const bool automatic = i > 0 && words[i] == "auto";
        if (!automatic && !parse_u64(words[i])) {
            return false;
        }
    }
    return true;
}

bool good_features(const std::vector<std::string>& words) {
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (!known_feature(words[i])) {
            return false;
        }
        i += takes_value(words[i]) ? 1 : 0;
    }
    return true;
}

}  // namespace

std::size_t DmTarget::active_paths() const {
    std::size_t count = 0;
    for (const DmGroup& group : groups) {
        count += static_cast<std::size_t>(std::ranges::count(group.paths, true, &DmPath::active));
    }
    return count;
}

std::size_t DmTarget::path_count() const {
    std::size_t count = 0;
    for (const DmGroup& group : groups) {
        count += group.paths.size();
    }
    return count;
}

DmMap* DmKernel::map_at(std::uint32_t minor) {
    const auto found = maps_.find(minor);
    return found == maps_.end() ? nullptr : &found->second;
}

DmMap* DmKernel::map_at(std::uint32_t minor, std::uint64_t serial) {
    DmMap* map = map_at(minor);
    return map != nullptr && map->serial == serial ? map : nullptr;
}

const DmMap* DmKernel::find(std::uint32_t minor) const {
    const auto found = maps_.find(minor);
    return found == maps_.end() ? nullptr : &found->second;
}

const DmMap* DmKernel::find(const std::string& name) const {
    for (const auto& [minor, map] : maps_) {
        if (map.name == name) {
            return &map;
        }
    }
    return nullptr;
}

const DmMap* DmKernel::find(const Wwid& wwid) const {
    for (const auto& [minor, map] : maps_) {
        if (map.uuid == model::kUuidPrefix + wwid.str()) {
            return &map;
        }
    }
    return nullptr;
}

Result<std::uint32_t> DmKernel::create(const std::string& name, const std::string& uuid) {
    std::uint32_t minor = 0;
    for (const auto& [taken, map] : maps_) {
        if (map.name == name || map.uuid == uuid) {
            return fail_errno(EBUSY, "create: the name or uuid is taken");
        }
        minor = taken == minor ? minor + 1 : minor;
    }
    DmMap map;
    map.minor = minor;
    map.serial = ++next_serial_;
    map.name = name;
    map.uuid = uuid;
    trace_.note(fmt::format("dm create {} {}", name, uuid));
    maps_.emplace(minor, std::move(map));
    ++version_;
    on_event_(name, true);
    return minor;
}

Result<DmTarget> DmKernel::build_target(const DmMap& map,
                                        const model::MultipathTable& table) const {
    DmTarget target;
    target.table = table;
    target.queue_if_no_path = std::ranges::count(table.features, "queue_if_no_path") > 0;
    if (!good_features(table.features)) {
        return fail_errno(EINVAL, "load: unknown feature");
    }
    if (!table.hw_handler.empty()) {
        if (std::ranges::count(kHandlers, table.hw_handler.front()) == 0) {
            return fail_errno(EINVAL, "load: unknown hardware handler");
        }
        target.handler = table.hw_handler.front();
    }
    if (table.initial_group > table.groups.size() ||
        (table.initial_group == 0 && !table.groups.empty())) {
        return fail_errno(EINVAL, "load: bad initial group");
    }
    for (const model::TableGroup& group : table.groups) {
        const bool numa = group.selector == kNuma && numa_selector_;
        if ((!numa && std::ranges::count(kSelectors, group.selector) == 0) || group.paths.empty()) {
            return fail_errno(EINVAL, "load: bad group");
        }
        DmGroup& built = target.groups.emplace_back();
        for (const model::TablePath& path : group.paths) {
            std::optional<DiskId> disk = host_.find(path.devt);
            for (const DmGroup& held : map.live ? map.live->groups : std::vector<DmGroup>{}) {
                for (const DmPath& open : held.paths) {
                    disk = open.devt == path.devt ? open.disk : disk;
                }
            }
            if (!disk) {
                return fail_errno(ENXIO, "load: no such device");
            }
            if (numa && !good_numa_words(path.args)) {
                return fail_errno(EINVAL, "load: bad path arguments");
            }
            if (host_.disk(*disk).size_sectors < table.size_sectors) {
                return fail_errno(EINVAL, "load: device too small");
            }
            if (!host_.disk(*disk).dh_state.empty()) {
                target.handler = host_.disk(*disk).dh_state;
            }
            built.paths.push_back(DmPath{*disk, path.devt, true, 0, {}, loop_.now()});
        }
    }
    target.next = static_cast<int>(table.initial_group) - 1;
    return target;
}

Result<> DmKernel::load(std::uint32_t minor, const model::MultipathTable& table, bool read_only) {
    DmMap* map = map_at(minor);
    if (map == nullptr) {
        return fail_errno(ENXIO, "load: no such map");
    }
    MP_TRY(DmTarget target, build_target(*map, table));
    trace_.note(fmt::format("dm load {}: {} groups {} paths", map->name, target.groups.size(),
                            target.path_count()));
    map->inactive = std::move(target);
    map->read_only = read_only;
    return {};
}

Result<> DmKernel::clear(std::uint32_t minor) {
    DmMap* map = map_at(minor);
    if (map == nullptr) {
        return fail_errno(ENXIO, "clear: no such map");
    }
    map->inactive.reset();
    return {};
}

void DmKernel::suspend(std::uint32_t minor, bool flush, std::function<void(Result<>)> done) {
    DmMap* map = map_at(minor);
    if (map == nullptr) {
        done(fail_errno(ENXIO, "suspend: no such map"));
        return;
    }
    if (map->suspended) {
        done({});
        return;
    }
    trace_.note("dm suspend " + map->name + (flush ? " flush" : ""));
    if (flush && map->live) {
        map->live->saved_queue = map->live->queue_if_no_path;
        set_queueing(*map, false);
    }
    map->suspending = true;
    ++version_;
    map->when_idle.push_back([this, minor, serial = map->serial, done = std::move(done)] {
        DmMap* now = map_at(minor, serial);
        if (now == nullptr) {
            done(fail_errno(ENXIO, "suspend: the map went away"));
            return;
        }
        now->suspending = false;
        now->suspended = true;
        done({});
    });
    check_idle(*map);
}

void DmKernel::check_idle(DmMap& map) {
    if (map.in_flight > 0 || map.when_idle.empty()) {
        return;
    }
    const std::vector<std::function<void()>> waiting = std::move(map.when_idle);
    map.when_idle.clear();
    for (const std::function<void()>& callback : waiting) {
        callback();
    }
}

void DmKernel::resume(std::uint32_t minor, bool flush, std::function<void(Result<>)> done) {
    DmMap* map = map_at(minor);
    if (map == nullptr) {
        done(fail_errno(ENXIO, "resume: no such map"));
        return;
    }
    if (map->inactive && map->live && !map->suspended) {
        suspend(minor, flush, [this, minor, flush, done = std::move(done)](Result<> outcome) {
            if (!outcome) {
                done(outcome);
                return;
            }
            resume(minor, flush, done);
        });
        return;
    }
    if (map->inactive) {
        map->live = std::move(map->inactive);
        map->inactive.reset();
        for (DmGroup& group : map->live->groups) {
            for (DmPath& path : group.paths) {
                path.activated_at = loop_.now();
            }
        }
    } else if (map->live && map->live->saved_queue) {
        map->live->queue_if_no_path = true;
        map->live->saved_queue = false;
    }
    map->suspended = false;
    map->resumed_at = loop_.now();
    trace_.note("dm resume " + map->name);
    ++version_;
    run_held(minor);
    done({});
}

Result<> DmKernel::rename(std::uint32_t minor, const std::string& name) {
    DmMap* map = map_at(minor);
    if (map == nullptr) {
        return fail_errno(ENXIO, "rename: no such map");
    }
    if (find(name) != nullptr) {
        return fail_errno(EBUSY, "rename: the name is taken");
    }
    trace_.note("dm rename " + map->name + " " + name);
    map->name = name;
    ++version_;
    on_event_(name, true);
    return {};
}

Result<> DmKernel::remove(std::uint32_t minor, bool deferred) {
    DmMap* map = map_at(minor);
    if (map == nullptr) {
        return fail_errno(ENXIO, "remove: no such map");
    }
    if (map->opened) {
        if (!deferred) {
            return fail_errno(EBUSY, "remove: the map is open");
        }
        map->deferred_remove = true;
        trace_.note("dm deferred remove " + map->name);
        return {};
    }
    drop(minor);
    return {};
}

void DmKernel::drop(std::uint32_t minor) {
    DmMap gone = std::move(maps_.at(minor));
    maps_.erase(minor);
    ++version_;
    trace_.note("dm remove " + gone.name);
    for (UserRequest& request : gone.held) {
        request.done(UserResult{});
    }
    for (const std::function<void()>& callback : gone.when_idle) {
        callback();
    }
    on_event_(gone.name, true);
}

void DmKernel::power_cut() {
    for (auto& [minor, map] : maps_) {
        map.held.clear();
    }
    ++version_;
    maps_.clear();
}

void DmKernel::open(std::uint32_t minor, bool opened) {
    DmMap* map = map_at(minor);
    if (map == nullptr) {
        return;
    }
    map->opened = opened;
    if (!opened && map->deferred_remove) {
        drop(minor);
    }
}

Result<> DmKernel::message(std::uint32_t minor, const std::string& text, bool by_daemon) {
    DmMap* map = map_at(minor);
    if (map == nullptr) {
        return fail_errno(ENXIO, "message: no such map");
    }
    const std::vector<std::string_view> words = split_words(text);
    if (words.empty()) {
        return fail_errno(EINVAL, "message: empty");
    }
    trace_.note("dm message " + map->name + " " + text);
    if (words.front() == "@cancel_deferred_remove") {
        map->deferred_remove = false;
        return {};
    }
    if (!map->live) {
        return fail_errno(ENXIO, "message: no live table");
    }
    if (map->suspended) {  // one that still waits for its I/O takes messages, as in __dm_suspend()
        return fail_errno(EBUSY, "message: the map is suspended");
    }
    return target_message(*map, words, by_daemon);
}

Result<> DmKernel::target_message(DmMap& map, const std::vector<std::string_view>& words,
                                  bool by_daemon) {
    DmTarget& target = *map.live;
    const std::string_view verb = words.front();
    if (verb == "queue_if_no_path" || verb == "fail_if_no_path") {
        set_queueing(map, verb == "queue_if_no_path");
        return {};
    }
    if (words.size() != 2) {
        return fail_errno(EINVAL, "message: unknown");
    }
    if (verb == "fail_path" || verb == "reinstate_path") {
        MP_TRY(const DevT devt, parse_devt(words[1]));
        DmPath* path = find_path(target, devt);
        if (path == nullptr) {
            return fail_errno(EINVAL, "message: no such path");
        }
        if (verb == "fail_path") {
            fail_path(map, *path, by_daemon);
        } else {
            reinstate_path(map, *path);
        }
        return {};
    }
    MP_TRY(const std::uint64_t number, parse_u64(words[1]));
    if (number == 0 || number > target.groups.size()) {
        return fail_errno(EINVAL, "message: no such group");
    }
    if (verb == "switch_group") {
        for (std::size_t i = 0; i < number; ++i) {
            target.groups[i].bypassed = false;
        }
        target.current = -1;
        target.next = static_cast<int>(number) - 1;
    } else if (verb == "enable_group" || verb == "disable_group") {
        target.groups[number - 1].bypassed = verb == "disable_group";
        target.current = -1;
    } else {
        return fail_errno(EINVAL, "message: unknown");
    }
    event(map);
    return {};
}

DmPath* DmKernel::find_path(DmTarget& target, DevT devt) {
    for (DmGroup& group : target.groups) {
        for (DmPath& path : group.paths) {
            if (path.devt == devt) {
                return &path;
            }
        }
    }
    return nullptr;
}

std::vector<std::string> DmKernel::holders(DiskId disk) const {
    std::vector<std::string> out;
    for (const auto& [minor, map] : maps_) {
        bool holds = false;
        for (const std::optional<DmTarget>* slot : {&map.live, &map.inactive}) {
            for (const DmGroup& group : *slot ? (*slot)->groups : std::vector<DmGroup>{}) {
                holds = holds || std::ranges::count(group.paths, disk, &DmPath::disk) > 0;
            }
        }
        if (holds) {
            out.push_back(fmt::format("dm-{}", minor));
        }
    }
    return out;
}

namespace {

/// The table as the kernel shows it: its own selector arguments, the attached handler, the group
/// that is or will be used, and queueing as it is now.
model::MultipathTable shown_table(const DmTarget& target) {
    model::MultipathTable out = target.table;
    std::erase(out.features, "queue_if_no_path");
    if (target.queue_if_no_path || target.saved_queue) {
        out.features.insert(out.features.begin(), "queue_if_no_path");
    }
    if (target.handler.empty()) {
        out.hw_handler.clear();
    } else if (out.hw_handler.empty() || out.hw_handler.front() != target.handler) {
        out.hw_handler = {target.handler};
    }
    for (model::TableGroup& group : out.groups) {
        for (model::TablePath& path : group.paths) {
            if (group.selector == kNuma) {
                path.args.resize(3, "auto");
                continue;
            }
            path.args.resize(group.selector == "service-time" ? 2 : 1, "1");
            path.args.front() = "1";
        }
    }
    const int shown = target.next >= 0 ? target.next : std::max(target.current, 0);
    out.initial_group = out.groups.empty() ? 0 : static_cast<std::uint32_t>(shown + 1);
    return out;
}

}  // namespace

model::DmMapState DmKernel::state(const DmMap& map) const {
    model::DmMapState out;
    out.name = map.name;
    out.uuid = map.uuid;
    out.minor = map.minor;
    out.devt = DevT{kDmMajor, map.minor};
    out.event_nr = map.event_nr;
    out.open_count = map.opened ? 1 : 0;
    out.suspended = map.suspended || !map.live;
    out.inactive_table = map.inactive.has_value();
    out.read_only = map.read_only;
    out.deferred_remove = map.deferred_remove;
    out.live_table = map.live.has_value();
    if (!map.live) {
        return out;
    }
    out.table = shown_table(*map.live);
    out.status.queue_if_no_path = map.live->queue_if_no_path;
    out.status.queue_size = map.held.size();
    out.status.pg_init_count = map.live->pg_inits;
    out.status.next_group = out.table.initial_group;
    for (std::size_t i = 0; i < map.live->groups.size(); ++i) {
        const DmGroup& group = map.live->groups[i];
        model::StatusGroup& shown = out.status.groups.emplace_back();
        shown.state = group.bypassed ? model::DmGroupState::disabled
                                     : (map.live->current == static_cast<int>(i)
                                            ? model::DmGroupState::active
                                            : model::DmGroupState::enabled);
        if (out.table.groups[i].selector == kNuma) {
            shown.selector_status = {std::to_string(map.event_nr), "0", "0"};
        }
        for (const DmPath& path : group.paths) {
            shown.paths.push_back(model::StatusPath{
                path.devt,
                path.active ? model::DmPathState::active : model::DmPathState::failed,
                path.fail_count,
                {}});
        }
    }
    return out;
}

}  // namespace mp::sim
