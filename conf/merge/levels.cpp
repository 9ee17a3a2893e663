// SPDX-License-Identifier: GPL-2.0-or-later
// Which level sets a value? Multipath sections know the map, protocol sections the transport,
// overrides everybody, device entries the array, and defaults the rest, among them what is built
// in. Of the matching device entries the one with the highest precedence that has the value gives
// it.
#include "conf/merge/levels.h"

#include "daemon/base/assert.h"

namespace mp::conf {

const Setting* Levels::at(Level level, Key key) const {
    switch (level) {
        case Level::multipath:
            return map_ == nullptr ? nullptr : map_->find(key);
        case Level::protocol:
            return protocol_ == nullptr ? nullptr : protocol_->find(key);
        case Level::overrides:
            return model_.overrides.find(key);
        case Level::defaults:
            return model_.defaults.find(key);
        case Level::device:
            for (const DeviceEntry* entry : matches_) {
                const Setting* setting = entry->settings.find(key);
                if (setting != nullptr) {
                    return setting;
                }
            }
            return nullptr;
    }
    MP_ASSERT(false);
}

const Setting* Levels::find(Key key) const {
    for (Level level :
         {Level::multipath, Level::protocol, Level::overrides, Level::device, Level::defaults}) {
        const Setting* setting = at(level, key);
        if (setting != nullptr) {
            return setting;
        }
    }
    return nullptr;
}

bool Levels::flag(Key key) const {
    return is_word(find(key), "yes");
}

std::string Levels::text(Key key) const {
    const Setting* setting = find(key);
    return setting == nullptr ? std::string() : setting->value.text;
}

std::optional<std::uint32_t> Levels::number(Key key) const {
    return number_of(find(key));
}

bool is_word(const Setting* setting, std::string_view word) {
    return setting != nullptr && !setting->value.is_number && setting->value.text == word;
}

std::optional<std::uint32_t> number_of(const Setting* setting) {
    if (setting == nullptr || !setting->value.is_number) {
        return std::nullopt;
    }
    return static_cast<std::uint32_t>(setting->value.number);
}

}  // namespace mp::conf
