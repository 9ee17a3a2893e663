// SPDX-License-Identifier: GPL-2.0-or-later
// Which settings are each right and together a trap? I/O that waits for ever with nobody to end it,
// timers of the kernel that contradict each other, names that differ between the nodes of a
// cluster, rules that leave no disk. Each pair is looked at where it takes effect: for all devices,
// for each configured array, for each configured map. A note says what will happen, not what to
// write; nothing is changed.
#include "conf/merge/lint.h"

#include <fmt/format.h>

#include <set>
#include <string>
#include <utility>

namespace mp::conf {
namespace {

constexpr std::int64_t kDevLossMaxWithoutFastFail = 600;  // the kernel's limit, SCSI FC transport
constexpr std::int64_t kLongInterval = 120;

/// Keywords that are accepted and change nothing, and the value that says what is done anyway. Why
/// they do not stands behind the colon of their description.
struct Idle {
    Key key;
    std::string_view like_ours;
};
constexpr Idle kIdle[] = {
    {Key::reassign_maps, "no"},          {Key::force_sync, "no"},       {Key::strict_timing, "no"},
    {Key::recheck_wwid, "yes"},          {Key::vpd_vendor, ""},
    {Key::missing_uev_wait_timeout, ""},
};

/// The settings in force at one place.
class View {
public:
    enum class Kind { all_devices, array, map };
    View(const Model& model, Kind kind, const Settings* own)
        : model_(model), kind_(kind), own_(own) {}

    const Setting* find(Key key) const {
        const Setting* own = own_ == nullptr ? nullptr : own_->find(key);
        const Setting* over = model_.overrides.find(key);
        const Setting* first = kind_ == Kind::map ? own : over;
        const Setting* second = kind_ == Kind::map ? over : own;
        return first != nullptr ? first : second != nullptr ? second : model_.defaults.find(key);
    }
    bool is(Key key, std::string_view word) const {
        const Setting* setting = find(key);
        return setting != nullptr && !setting->value.is_number && setting->value.text == word;
    }
    std::optional<std::int64_t> number(Key key) const {
        const Setting* setting = find(key);
        return setting != nullptr && setting->value.is_number
                   ? std::optional<std::int64_t>(setting->value.number)
                   : std::nullopt;
    }
    bool queues_for_ever() const {
        const Setting* features = find(Key::features);
        return is(Key::no_path_retry, "queue") ||
               (find(Key::no_path_retry) == nullptr && features != nullptr &&
                features->value.text.find("queue_if_no_path") != std::string::npos);
    }

private:
    const Model& model_;
    Kind kind_;
    const Settings* own_;
};

class Linter {
public:
    Linter(const Model& model, const std::vector<ConfigFile>& files, Reporter& reporter)
        : model_(model), files_(files), reporter_(reporter) {}

    void look_at_all() {
        look_at(View(model_, View::Kind::all_devices, nullptr));
        for (const DeviceEntry& entry : model_.devices) {
            const Setting* vendor = entry.settings.find(Key::vendor);
            if (vendor != nullptr && !vendor->origin.built_in()) {
                look_at(View(model_, View::Kind::array, &entry.settings));
            }
        }
        for (const Settings& map : model_.multipaths) {
            look_at(View(model_, View::Kind::map, &map));
        }
        look_at_filters();
    }

private:
    /// At the first of the settings that a file made.
    void note(std::initializer_list<const Setting*> settings, const std::string& text) {
        for (const Setting* setting : settings) {
            if (setting != nullptr && !setting->origin.built_in()) {
                note_at(setting->origin, text);
                return;
            }
        }
    }

    void note_at(const Origin& origin, const std::string& text) {
        if (!said_.insert({origin, text}).second || origin.file >= files_.size()) {
            return;
        }
        const std::string& content = files_[origin.file].content;
        std::size_t offset = 0;
        for (std::uint32_t line = 1; line < origin.line && offset < content.size(); ++line) {
            offset = std::min(content.find('\n', offset), content.size() - 1) + 1;
        }
        const std::size_t word = std::min(content.find_first_not_of(" \t", offset), content.size());
        reporter_.note({origin.file, static_cast<std::uint32_t>(word), origin.line,
                        static_cast<std::uint32_t>(word - offset + 1)},
                       text);
    }

    void look_at(const View& view) {
        look_at_queueing(view);
        look_at_timers(view);
        look_at_names(view);
        const Setting* checker = view.find(Key::path_checker);
        if (view.is(Key::path_checker, "none")) {
            note({checker},
                 "no command is sent to see whether a path works; one that fails "
                 "silently is found by I/O only");
        }
        if (view.is(Key::rr_weight, "priorities") &&
            view.is(Key::path_grouping_policy, "group_by_prio")) {
            note({view.find(Key::rr_weight), view.find(Key::path_grouping_policy)},
                 "rr_weight has no effect: all paths of a group have one priority");
        }
        for (const Idle& idle : kIdle) {
            const Setting* setting = view.find(idle.key);
            if (setting != nullptr &&
                (setting->value.is_number || setting->value.text != idle.like_ours)) {
                const Keyword& word = keyword(idle.key);
                std::string_view why = word.doc.substr(word.doc.find(": ") + 2);
                note({setting}, fmt::format("{} has no effect: {}", word.name, why));
            }
        }
        const std::optional<std::int64_t> longest = view.number(Key::max_polling_interval);
        if (longest && *longest > kLongInterval) {
            note({view.find(Key::max_polling_interval), view.find(Key::polling_interval)},
                 fmt::format("an idle path that fails without an event may go unnoticed for {} "
                             "seconds",
                             *longest));
        }
    }

    void look_at_queueing(const View& view) {
        if (!view.queues_for_ever()) {
            return;
        }
        const Setting* retry = view.find(Key::no_path_retry);
        const Setting* queue = retry == nullptr ? view.find(Key::features) : retry;
        if (view.is(Key::flush_on_last_del, "never")) {
            note({view.find(Key::flush_on_last_del), queue},
                 "I/O waits for ever when all paths are lost, and goes on waiting when the last "
                 "path is deleted");
        }
        if (view.is(Key::queue_without_daemon, "yes")) {
            note({view.find(Key::queue_without_daemon), queue},
                 "I/O to a map without paths waits for ever while the daemon is stopped, also "
                 "when the system shuts down");
        }
    }

    void look_at_timers(const View& view) {
        const Setting* fast = view.find(Key::fast_io_fail_tmo);
        const Setting* loss = view.find(Key::dev_loss_tmo);
        if (fast == nullptr || loss == nullptr) {
            return;
        }
        const bool off = view.is(Key::fast_io_fail_tmo, "off");
        const std::optional<std::int64_t> loss_s = view.number(Key::dev_loss_tmo);
        const std::optional<std::int64_t> fast_s = view.number(Key::fast_io_fail_tmo);
        if (loss_s && fast_s && *fast_s >= *loss_s) {
            note({loss, fast}, fmt::format("the kernel refuses this: fast_io_fail_tmo {} is not "
                                           "less than dev_loss_tmo {}",
                                           *fast_s, *loss_s));
        }
        if (off && (!loss_s || *loss_s > kDevLossMaxWithoutFastFail)) {
            note({loss, fast}, fmt::format("the kernel limits dev_loss_tmo to {} while "
                                           "fast_io_fail_tmo is off",
                                           kDevLossMaxWithoutFastFail));
        }
        const std::optional<std::int64_t> retries = view.number(Key::no_path_retry);
        const std::int64_t interval = view.number(Key::polling_interval).value_or(1);
        if (loss_s && retries && *retries > *loss_s / std::max<std::int64_t>(interval, 1)) {
            note({loss, view.find(Key::no_path_retry)},
                 fmt::format("paths are deleted {} seconds after they were lost, before the {} "
                             "checks of no_path_retry are over",
                             *loss_s, *retries));
        }
        if (loss_s && view.queues_for_ever()) {
            note({loss, view.find(Key::no_path_retry)},
                 fmt::format("I/O waits for ever, but the paths it waits for are deleted after "
                             "{} seconds",
                             *loss_s));
        }
    }

    void look_at_names(const View& view) {
        const Setting* key = view.find(Key::reservation_key);
        if (key != nullptr && view.is(Key::user_friendly_names, "yes") &&
            view.find(Key::alias) == nullptr) {
            note({view.find(Key::user_friendly_names), key},
                 "reservation_key speaks of a cluster, and user-friendly names differ between its "
                 "nodes; aliases and WWIDs do not");
        }
    }

    void look_at_filters() {
        const Setting* mode = model_.defaults.find(Key::find_multipaths);
        bool own_rules = false;
        for (std::size_t i = 0; i < kCriterionCount; ++i) {
            for (const Rule& rule : model_.blacklist.rules[i]) {
                own_rules = own_rules || !rule.origin.built_in();
                const bool everything = rule.text == ".*" && !rule.inverted;
                if (everything && model_.exceptions.rules[i].empty()) {
                    note_at(rule.origin,
                            "this excludes every device, and no exception takes any "
                            "back");
                }
            }
        }
        for (const DeviceRule& rule : model_.blacklist.devices) {
            own_rules = own_rules || !rule.origin.built_in();
        }
        if (mode != nullptr && !own_rules &&
            (mode->value.text == "off" || mode->value.text == "greedy")) {
            note({mode}, "without a blacklist this makes a map of every disk, local ones too");
        }
    }

    const Model& model_;
    const std::vector<ConfigFile>& files_;
    Reporter& reporter_;
    std::set<std::pair<Origin, std::string>> said_;
};

}  // namespace

void lint(const Model& model, const std::vector<ConfigFile>& files, Reporter& reporter) {
    Linter(model, files, reporter).look_at_all();
}

}  // namespace mp::conf
