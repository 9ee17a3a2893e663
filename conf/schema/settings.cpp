// SPDX-License-Identifier: GPL-2.0-or-later
// What does this section set? A sorted vector: a section sets a handful of the 85 keywords, and
// there are some hundred sections, so a slot per keyword would be mostly empty memory.
#include "conf/schema/settings.h"

#include <algorithm>
#include <utility>

namespace mp::conf {

const Setting* Settings::find(Key key) const {
    const auto at = std::ranges::lower_bound(list_, key, {}, &Setting::key);
    return at != list_.end() && at->key == key ? &*at : nullptr;
}

void Settings::set(Key key, Value value, Origin origin) {
    const auto at = std::ranges::lower_bound(list_, key, {}, &Setting::key);
    if (at != list_.end() && at->key == key) {
        at->value = std::move(value);
        at->origin = origin;
        return;
    }
    list_.insert(at, Setting{key, std::move(value), origin});
}

void Settings::erase(Key key) {
    const auto at = std::ranges::lower_bound(list_, key, {}, &Setting::key);
    if (at != list_.end() && at->key == key) {
        list_.erase(at);
    }
}

void Settings::merge(const Settings& other) {
    for (const Setting& setting : other.list_) {
        set(setting.key, setting.value, setting.origin);
    }
}

}  // namespace mp::conf
