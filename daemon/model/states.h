// SPDX-License-Identifier: GPL-2.0-or-later
// The words of path health. The texts are what `show` prints and scripts grep for; they are
// interface.
#pragma once

#include <string_view>

namespace mp::model {

/// What a checker says of a path. Order and words follow the field's usage.
enum class PathState {
    wild,          ///< this checker cannot be used on this device
    unchecked,     ///< no result yet
    down,          ///< failed
    up,            ///< usable
    shaky,         ///< exists, must not be used
    ghost,         ///< passive or standby, can be activated
    pending,       ///< check in flight or kernel has the device blocked
    timeout,       ///< the check overran its deadline
    removed,       ///< the device is gone from the kernel
    delayed,       ///< would be up, held back
    disconnected,  ///< the LUN is no longer mapped to us
};
/// Text of %T: undef, faulty, ready, shaky, ghost, "i/o pending", "i/o timeout", delayed,
/// disconnected.
std::string_view path_state_text(PathState state);
/// May carry I/O now or after activation.
constexpr bool usable(PathState state) {
    return state == PathState::up || state == PathState::ghost;
}

/// What dm-multipath says of a path.
enum class DmPathState { undef, failed, active };
std::string_view dm_path_state_text(DmPathState state);

/// What dm-multipath says of a path group.
enum class DmGroupState { undef, enabled, disabled, active };
std::string_view dm_group_state_text(DmGroupState state);

/// How far the daemon has come to know a path.
enum class InitState {
    fresh,           ///< "new": seen, identity not known yet
    failed,          ///< could not be read
    udev_missing,    ///< udev has no data on it yet
    udev_requested,  ///< a change uevent was re-triggered to get it
    ok,
    removed,  ///< gone from the kernel but still in a table
    partial,  ///< known only from a dm table
};
std::string_view init_state_text(InitState state);

}  // namespace mp::model
