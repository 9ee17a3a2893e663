// SPDX-License-Identifier: GPL-2.0-or-later
// The levels at which one value can be set, asked from the most to the least specific.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>

#include "conf/merge/lookup.h"
#include "conf/merge/model.h"
#include "daemon/base/time.h"

namespace mp::conf {

enum class Level { multipath, protocol, overrides, device, defaults };

class Levels {
public:
    Levels(const Model& model, const Matches& matches, const Settings* map,
           const Settings* protocol)
        : model_(model), matches_(matches), map_(map), protocol_(protocol) {}

    /// The setting of one level, or null.
    const Setting* at(Level level, Key key) const;
    /// The setting in force: multipath, protocol, overrides, device, defaults, in this order.
    /// Sections in which a keyword has no meaning never hold it, so one order serves all.
    const Setting* find(Key key) const;

    bool flag(Key key) const;                            ///< yes; unset is no
    std::string text(Key key) const;                     ///< unset is ""
    std::optional<std::uint32_t> number(Key key) const;  ///< unset or a word is nothing

private:
    const Model& model_;
    const Matches& matches_;
    const Settings* map_;
    const Settings* protocol_;
};

/// Helpers for values.
bool is_word(const Setting* setting, std::string_view word);
std::optional<std::uint32_t> number_of(const Setting* setting);

}  // namespace mp::conf
