// SPDX-License-Identifier: GPL-2.0-or-later
// What would the kernel make of a plan?
//
// A model of one map in device-mapper (Linux drivers/md/dm-ioctl.c, dm.c, dm-mpath.c), just deep
// enough that a plan which the kernel would refuse is refused here: no message reaches a suspended
// map, the queue mode of a map never changes, a map is removed only when nobody has it open, a
// resume swaps in whatever table was loaded. A leftover table of unknown content that becomes live
// is an error of the plan, although the kernel would do it.
//
// The model does not run I/O, paths do not fail in it, and two maps never meet in it.
#include <algorithm>
#include <utility>

#include "daemon/base/assert.h"
#include "daemon/base/strings.h"
#include "daemon/dm/equality.h"
#include "daemon/dm/planner.h"
#include "daemon/dm/table_codec.h"

namespace mp::dm {
namespace {

using model::DmMapState;
using model::MultipathTable;

/// The statuses of a table that has just become live: all paths good, no group used yet.
model::MultipathStatus fresh_status(const MultipathTable& table) {
    model::MultipathStatus status;
    status.queue_if_no_path = has_feature(table, "queue_if_no_path");
    status.next_group = table.initial_group;
    for (const model::TableGroup& group : table.groups) {
        model::StatusGroup shown{model::DmGroupState::enabled, {}, {}};
        for (const model::TablePath& path : group.paths) {
            shown.paths.push_back({path.devt, model::DmPathState::active, 0, {}});
        }
        status.groups.push_back(shown);
    }
    return status;
}

class MapModel {
public:
    explicit MapModel(std::optional<DmMapState> map) : map_(std::move(map)) {}

    std::optional<DmMapState> take() { return std::move(map_); }

    Result<> apply(const std::string& name, const model::Step& step) {
        if (const auto* create = std::get_if<model::step::Create>(&step)) {
            return on_create(name, *create);
        }
        if (!map_) {
            return fail(Errc::gone, "step on a map that does not exist");
        }
        return std::visit([this](const auto& one) { return on_step(one); }, step);
    }

private:
    Result<> on_create(const std::string& name, const model::step::Create& step) {
        if (map_) {
            return fail(Errc::busy, "map exists already");
        }
        map_ = DmMapState{};
        map_->name = name;
        map_->uuid = step.uuid;
        map_->live_table = true;
        map_->read_only = step.read_only;
        map_->table = kernel_view(step.table);
        map_->status = fresh_status(map_->table);
        return {};
    }
    Result<> on_step(const model::step::Create&) { MP_ASSERT(false); }
    Result<> on_step(const model::step::Load& step) {
        if (map_->live_table && queue_mode(map_->table) != queue_mode(step.table)) {
            return fail(Errc::invalid, "the queue mode of a map cannot change");
        }
        map_->inactive_table = true;
        loaded_ = step;
        return {};
    }
    Result<> on_step(const model::step::Suspend&) {
        map_->suspended = true;
        return {};
    }
    Result<> on_step(const model::step::Resume& step) {
        if (map_->inactive_table) {
            if (!loaded_) {
                return fail(Errc::invalid, "resume makes a leftover table live");
            }
            bool shrinks =
                map_->live_table && loaded_->table.size_sectors < map_->table.size_sectors;
            if (shrinks && !step.flush) {
                return fail(Errc::invalid, "a map shrinks without flushing its I/O");
            }
            map_->table = kernel_view(loaded_->table);
            map_->status = fresh_status(map_->table);
            map_->read_only = loaded_->read_only;
            map_->live_table = true;
            map_->is_multipath = true;
            map_->inactive_table = false;
            loaded_.reset();
        }
        if (!map_->live_table) {
            return fail(Errc::invalid, "resume of a map without a table");
        }
        map_->suspended = false;
        return {};
    }
    Result<> on_step(const model::step::Clear&) {
        map_->inactive_table = false;
        loaded_.reset();
        return {};
    }
    Result<> on_step(const model::step::Rename& step) {
        if (step.new_name == map_->name) {
            return fail(Errc::busy, "map has that name already");
        }
        map_->name = step.new_name;
        return {};
    }
    Result<> on_step(const model::step::Remove& step) {
        if (map_->open_count <= map_->holders.size()) {
            map_.reset();
            return {};
        }
        if (!step.deferred) {
            return fail(Errc::busy, "map is open");
        }
        map_->deferred_remove = true;
        return {};
    }
    Result<> on_step(const model::step::Message& step) {
        if (step.text == "@cancel_deferred_remove") {
            map_->deferred_remove = false;
            return {};
        }
        if (!map_->live_table) {
            return fail(Errc::gone, "message to a map without a table");
        }
        if (map_->suspended) {
            return fail(Errc::busy, "message to a suspended map");
        }
        if (step.text == "queue_if_no_path" || step.text == "fail_if_no_path") {
            bool on = step.text == "queue_if_no_path";
            map_->table.features = with_queueing(map_->table.features, on);
            map_->status.queue_if_no_path = on;
            return {};
        }
        return on_path_message(step.text);
    }
    Result<> on_path_message(const std::string& text) {
        std::vector<std::string_view> words = split_words(text);
        if (words.size() != 2 || (words[0] != "fail_path" && words[0] != "reinstate_path")) {
            return words.size() == 2 && ends_with(words[0], "_group")
                       ? Result<>{}
                       : Result<>(fail(Errc::invalid, "unknown message"));
        }
        MP_TRY(DevT devt, parse_devt(words[1]));
        if (!in_table(devt)) {
            return fail(Errc::invalid, "no such path in the map");
        }
        for (model::StatusGroup& group : map_->status.groups) {
            for (model::StatusPath& path : group.paths) {
                if (path.devt == devt) {
                    set_path(path, words[0] == "fail_path");
                }
            }
        }
        return {};
    }
    bool in_table(DevT devt) const {
        for (const model::TableGroup& group : map_->table.groups) {
            if (std::ranges::find(group.paths, devt, &model::TablePath::devt) !=
                group.paths.end()) {
                return true;
            }
        }
        return false;
    }
    static void set_path(model::StatusPath& path, bool failed) {
        if (failed && path.state != model::DmPathState::failed) {
            ++path.fail_count;
        }
        path.state = failed ? model::DmPathState::failed : model::DmPathState::active;
    }

    std::optional<DmMapState> map_;
    std::optional<model::step::Load> loaded_;
};

}  // namespace

Result<std::optional<DmMapState>> apply_in_model(const std::optional<DmMapState>& actual,
                                                 const model::Plan& plan) {
    if (actual && !plan.uuid.empty() && actual->uuid != plan.uuid) {
        return fail(Errc::gone, "the map of that name has another uuid");
    }
    MapModel map(actual);
    for (const model::Step& step : plan.steps) {
        MP_CHECK(map.apply(plan.map_name, step));
    }
    return map.take();
}

}  // namespace mp::dm
