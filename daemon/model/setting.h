// SPDX-License-Identifier: GPL-2.0-or-later
// Settings of the kernel that go with a path: timers of its remote port, of its host, of its disk.
#pragma once

#include <string>

namespace mp::model {

/// An attribute that is to be brought to a value and read back.
struct Setting {
    std::string attribute;  ///< sysfs path below the mount
    std::string value;
    /// Only makes room for the next one: written when a smaller number stands there.
    bool at_least = false;
    std::string note = {};  ///< why it is not what the configuration says; empty when it is
    auto operator<=>(const Setting&) const = default;
};
/// The attribute says `found`: there is nothing to write.
bool stands(const Setting& setting, const std::string& found);

/// What became of one.
struct SettingView {
    std::string attribute;  ///< sysfs path below the mount
    std::string wanted;
    std::string found;    ///< what the kernel has now; empty when it could not be read
    std::string problem;  ///< why it is not what was wanted; empty when it is
    std::string note;     ///< why what was wanted is not what the configuration says
};

}  // namespace mp::model
