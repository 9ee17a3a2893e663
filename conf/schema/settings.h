// SPDX-License-Identifier: GPL-2.0-or-later
// The values of one section, each with the place where it was set.
#pragma once

#include <cstdint>
#include <vector>

#include "conf/schema/keyword.h"
#include "conf/schema/value.h"

namespace mp::conf {

/// Where a value or rule was written.
struct Origin {
    static constexpr std::uint32_t kBuiltIn = 0xFFFFFFFF;
    std::uint32_t file = kBuiltIn;  ///< index into the list of files
    std::uint32_t line = 0;
    bool built_in() const { return file == kBuiltIn; }
    auto operator<=>(const Origin&) const = default;
};

struct Setting {
    Key key{};
    Value value;
    Origin origin;
};

/// At most one setting per keyword.
class Settings {
public:
    const Setting* find(Key key) const;
    void set(Key key, Value value, Origin origin);
    void erase(Key key);
    /// Takes over all settings of `other`; they win.
    void merge(const Settings& other);
    bool empty() const { return list_.empty(); }

private:
    std::vector<Setting> list_;  ///< sorted by key
};

}  // namespace mp::conf
