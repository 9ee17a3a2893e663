// SPDX-License-Identifier: GPL-2.0-or-later
// The printed words of each state, in one place so that table, tree, JSON and monitor agree. Each
// switch names every state: a new one without a word does not compile.
#include "daemon/model/states.h"

namespace mp::model {

std::string_view path_state_text(PathState state) {
    switch (state) {
        case PathState::wild:
        case PathState::unchecked:
        case PathState::removed:
            return "undef";
        case PathState::down:
            return "faulty";
        case PathState::up:
            return "ready";
        case PathState::shaky:
            return "shaky";
        case PathState::ghost:
            return "ghost";
        case PathState::pending:
            return "i/o pending";
        case PathState::timeout:
            return "i/o timeout";
        case PathState::delayed:
            return "delayed";
        case PathState::disconnected:
            return "disconnected";
    }
    return "undef";
}

std::string_view dm_path_state_text(DmPathState state) {
    switch (state) {
        case DmPathState::undef:
            return "undef";
        case DmPathState::failed:
            return "failed";
        case DmPathState::active:
            return "active";
    }
    return "undef";
}

std::string_view dm_group_state_text(DmGroupState state) {
    switch (state) {
        case DmGroupState::undef:
            return "undef";
        case DmGroupState::enabled:
            return "enabled";
        case DmGroupState::disabled:
            return "disabled";
        case DmGroupState::active:
            return "active";
    }
    return "undef";
}

std::string_view init_state_text(InitState state) {
    switch (state) {
        case InitState::fresh:
            return "new";
        case InitState::failed:
            return "failed";
        case InitState::udev_missing:
            return "udev-missing";
        case InitState::udev_requested:
            return "udev-requested";
        case InitState::ok:
            return "ok";
        case InitState::removed:
            return "removed";
        case InitState::partial:
            return "partial";
    }
    return "undef";
}

}  // namespace mp::model
