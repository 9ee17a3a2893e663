// SPDX-License-Identifier: GPL-2.0-or-later
// How is each step of a plan done in the kernel?
//
// Everything but creation addresses the map by uuid, so a map that somebody renamed meanwhile is
// still the right one, and a map that took over its name is never touched.
//
// - Create is three ioctls (create, load, resume); when a later one fails the device goes again, so
//   that the map exists afterwards or not at all.
// - A table that is refused because a path is write protected is loaded read-only.
// - Resume carries the flags that suspend would take: when a table waits, the kernel suspends,
// swaps
//   and resumes in that one call. File systems are never frozen (lockfs): a freeze can hang.
// - Remove looks at everything that would make it fail before it removes the first partition map.
// An
//   opener may be a udev rule that looks at the device for a moment, so it looks a few times.
// - Rename takes the partition maps along.
#include "daemon/os/libdm_steps.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <mutex>
#include <thread>

#include "daemon/base/strings.h"
#include "daemon/dm/planner.h"
#include "daemon/dm/table_codec.h"
#include "daemon/os/libdm_read.h"
#include "daemon/os/libdm_task.h"

namespace mp::os::libdm {
namespace {

using model::DmMapState;

constexpr int kBusyTries = 5;
constexpr auto kBusyPause = std::chrono::milliseconds(100);

std::uint16_t udev_flags(const model::UdevFlags& flags) {
    unsigned out = DM_UDEV_DISABLE_LIBRARY_FALLBACK;
    out |= flags.reload ? DM_SUBSYSTEM_UDEV_FLAG0 : 0U;
    out |= flags.skip_kpartx ? DM_SUBSYSTEM_UDEV_FLAG1 : 0U;
    out |= flags.no_path ? DM_SUBSYSTEM_UDEV_FLAG2 : 0U;
    return static_cast<std::uint16_t>(out);
}

/// udev has set its own owner by now; what the configuration says comes on top.
void set_owner(std::uint32_t minor, const model::NodeOwner& owner) {
    std::string node = "/dev/dm-" + std::to_string(minor);
    if (owner.mode) {
        (void)::chmod(node.c_str(), *owner.mode & 07777U);
    }
    if (owner.uid || owner.gid) {
        constexpr std::uint32_t kKeep = static_cast<std::uint32_t>(-1);
        [[maybe_unused]] int done =
            ::chown(node.c_str(), owner.uid.value_or(kKeep), owner.gid.value_or(kKeep));
    }
}

Result<> load_table(const std::string& uuid, const model::MultipathTable& table, bool read_only) {
    MP_TRY(DmTask task, DmTask::by_uuid(DM_DEVICE_RELOAD, uuid));
    std::string params = dm::render_table(table);
    if (dm_task_add_target(task.get(), 0, table.size_sectors, "multipath", params.c_str()) == 0) {
        return fail(Errc::limit, "add the target to a table");
    }
    if (read_only) {
        dm_task_set_ro(task.get());
    }
    Result<> done = task.run("load a table");
    if (!done && !read_only &&
        (done.error().sys_errno == EROFS || done.error().sys_errno == EACCES)) {
        return load_table(uuid, table, true);
    }
    return done;
}

class Runner {
public:
    Runner(std::string name, std::string uuid, UdevCookies& cookies, std::string delimiter)
        : name_(std::move(name)),
          uuid_(std::move(uuid)),
          cookies_(cookies),
          delimiter_(std::move(delimiter)) {}

    const std::string& uuid() const { return uuid_; }

    Result<> operator()(const model::step::Create& step) {
        if (step.uuid != uuid_) {
            return fail(Errc::invalid, "create with another uuid than the plan's");
        }
        MP_TRY(DmTask create, DmTask::create(name_, uuid_));
        Result<> made = create.run("create a map");
        if (!made) {
            return made;
        }
        Result<> live = load_table(uuid_, step.table, step.read_only);
        if (live) {
            live = resume(step.flags, false, &step.owner);
        }
        if (!live) {
            std::string why = take_last_message();
            (void)remove_one(uuid_, false);
            message_ = why;
        }
        return live;
    }

    Result<> operator()(const model::step::Load& step) {
        return load_table(uuid_, step.table, step.read_only);
    }

    Result<> operator()(const model::step::Suspend& step) {
        MP_TRY(DmTask task, DmTask::by_uuid(DM_DEVICE_SUSPEND, uuid_));
        dm_task_skip_lockfs(task.get());
        if (!step.flush) {
            dm_task_no_flush(task.get());
        }
        return task.run("suspend a map");
    }

    Result<> operator()(const model::step::Resume& step) {
        return resume(step.flags, step.flush, nullptr);
    }

    Result<> operator()(const model::step::Clear&) {
        MP_TRY(DmTask task, DmTask::by_uuid(DM_DEVICE_CLEAR, uuid_));
        return task.run("drop a loaded table");
    }

    Result<> operator()(const model::step::Rename& step) {
        MP_TRY(DmMapState map, read_map_by_uuid(uuid_));
        if (map.name != step.new_name) {
            MP_CHECK(rename_one(map.name, step.new_name, step.flags));
        }
        for (const Holder& holder : holders_of(map.devt)) {
            if (!is_partition_of(holder.dm_uuid, uuid_)) {
                continue;
            }
            std::optional<std::string> renamed =
                renamed_partition(holder.dm_name, map.name, step.new_name, delimiter_);
            if (renamed && *renamed != holder.dm_name) {
                MP_CHECK(rename_one(holder.dm_name, *renamed, step.flags));
            }
        }
        return {};
    }

    Result<> operator()(const model::step::Remove& step) {
        MP_TRY(std::vector<std::string> partitions, partitions_free_to_go(step.deferred));
        for (const std::string& partition : partitions) {
            MP_CHECK(remove_when_let_go(partition, step.deferred));
        }
        return remove_when_let_go(uuid_, step.deferred);
    }

    Result<> operator()(const model::step::Message& step) {
        MP_TRY(DmTask task, DmTask::by_uuid(DM_DEVICE_TARGET_MSG, uuid_));
        if (dm_task_set_sector(task.get(), 0) == 0 ||
            dm_task_set_message(task.get(), step.text.c_str()) == 0) {
            return fail(Errc::limit, "prepare a message to a map");
        }
        return task.run("send a message to a map");
    }

    /// What the library had to say about the failure.
    std::string message() { return message_.empty() ? take_last_message() : message_; }

private:
    Result<> resume(const model::UdevFlags& flags, bool flush, const model::NodeOwner* owner) {
        MP_TRY(DmTask task, DmTask::by_uuid(DM_DEVICE_RESUME, uuid_));
        dm_task_skip_lockfs(task.get());
        if (!flush) {
            dm_task_no_flush(task.get());
        }
        MP_TRY(UdevCookies::Use use, cookies_.attach(task.get(), udev_flags(flags), name_));
        MP_CHECK(task.run("resume a map"));
        if (owner != nullptr && *owner != model::NodeOwner{}) {
            std::uint32_t minor = task.info().minor;
            use.afterwards([minor, set = *owner] { set_owner(minor, set); });
        }
        return {};
    }

    Result<> rename_one(const std::string& from, const std::string& to,
                        const model::UdevFlags& flags) {
        // The kernel renames by name only, and then the library queues a (void) node operation in a
        // list of the process. The ioctl itself waits for no I/O.
        static std::mutex node_list;
        std::lock_guard lock(node_list);
        MP_TRY(DmTask task, DmTask::by_name(DM_DEVICE_RENAME, from));
        if (dm_task_set_newname(task.get(), to.c_str()) == 0) {
            return fail(Errc::invalid, "not a usable map name");
        }
        MP_TRY(UdevCookies::Use use, cookies_.attach(task.get(), udev_flags(flags), to));
        Result<> done = task.run("rename a map");
        dm_task_update_nodes();
        return done;
    }

    Result<> remove_one(const std::string& uuid, bool deferred) {
        MP_TRY(DmTask task, DmTask::by_uuid(DM_DEVICE_REMOVE, uuid));
        if (deferred) {
            dm_task_deferred_remove(task.get());
        }
        MP_TRY(UdevCookies::Use use,
               cookies_.attach(task.get(), DM_UDEV_DISABLE_LIBRARY_FALLBACK, name_));
        return task.run("remove a map");
    }

    /// A partition that is gone already is as good as removed.
    Result<> remove_when_let_go(const std::string& uuid, bool deferred) {
        Result<> done = remove_one(uuid, deferred);
        for (int tries = 1; tries < kBusyTries && !done && done.error().code == Errc::busy;
             ++tries) {
            std::this_thread::sleep_for(kBusyPause);
            done = remove_one(uuid, deferred);
        }
        if (!done && done.error().code == Errc::gone && uuid != uuid_) {
            return {};
        }
        return done;
    }

    /// The partition maps by uuid, if nothing else holds the map or one of them.
    Result<std::vector<std::string>> partitions_free_to_go(bool deferred) {
        for (int tries = 1;; ++tries) {
            MP_TRY(DmMapState map, read_map_by_uuid(uuid_));
            std::vector<std::string> partitions;
            bool held = false;
            for (const Holder& holder : holders_of(map.devt)) {
                if (!is_partition_of(holder.dm_uuid, uuid_)) {
                    held = true;
                    continue;
                }
                partitions.push_back(holder.dm_uuid);
                MP_TRY(DmTask task, DmTask::by_uuid(DM_DEVICE_INFO, holder.dm_uuid));
                MP_CHECK(task.run("look at a partition map"));
                held = held || task.info().open_count > 0;
            }
            held = held || map.open_count > partitions.size();
            if (!held || deferred) {
                return partitions;
            }
            if (tries == kBusyTries) {
                return fail_errno(EBUSY, "remove a map that is in use");
            }
            std::this_thread::sleep_for(kBusyPause);
        }
    }

    std::string name_;
    std::string uuid_;
    UdevCookies& cookies_;
    std::string delimiter_;
    std::string message_;
};

bool creates(const model::Plan& plan) {
    return !plan.steps.empty() && std::holds_alternative<model::step::Create>(plan.steps.front());
}

Result<std::string> uuid_of(const model::Plan& plan) {
    if (!plan.uuid.empty()) {
        return plan.uuid;
    }
    MP_TRY(DmMapState map, read_map_by_name(plan.map_name));
    return map.uuid;
}

}  // namespace

std::optional<std::string> renamed_partition(const std::string& partition,
                                             const std::string& old_name,
                                             const std::string& new_name,
                                             const std::string& delimiter) {
    auto digit = [](char c) { return c >= '0' && c <= '9'; };
    if (!starts_with(partition, old_name) || partition.size() == old_name.size() ||
        old_name.empty() || new_name.empty()) {
        return std::nullopt;
    }
    std::string suffix = partition.substr(old_name.size());
    if (!delimiter.empty()) {
        std::size_t number = suffix.find_last_not_of("0123456789") + 1;
        return number == suffix.size()
                   ? std::nullopt
                   : std::optional(new_name + delimiter + suffix.substr(number));
    }
    bool set_off = suffix.size() > 1 && suffix[0] == 'p' && digit(suffix[1]);
    if (set_off && digit(old_name.back()) && !digit(new_name.back())) {
        suffix.erase(0, 1);
    } else if (digit(suffix[0]) && digit(new_name.back())) {
        suffix.insert(0, 1, 'p');
    }
    return new_name + suffix;
}

PlanOutcome run_plan(const model::Plan& plan, UdevCookies& cookies, const std::string& delimiter) {
    PlanOutcome result;
    Result<std::string> uuid = uuid_of(plan);
    if (!uuid) {
        result.outcome = tl::unexpected<Error>(uuid.error());
        return result;
    }
    MP_ASSERT(!creates(plan) || !plan.uuid.empty());
    Runner runner(plan.map_name, *uuid, cookies, delimiter);
    for (const model::Step& step : plan.steps) {
        (void)take_last_message();
        result.outcome = std::visit(runner, step);
        if (!result.outcome) {
            result.detail = plan.map_name + ": " + dm::render_step(step) + ": " +
                            result.outcome.error().text() + ": " + runner.message();
            break;
        }
        ++result.steps_done;
    }
    Result<DmMapState> now = read_map_by_uuid(*uuid);
    if (now) {
        result.now = std::move(*now);
    }
    return result;
}

}  // namespace mp::os::libdm
