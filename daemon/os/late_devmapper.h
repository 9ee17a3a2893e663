// SPDX-License-Identifier: GPL-2.0-or-later
// libdevmapper, loaded late: see late_library.h. Inside mp::os its functions are called by their
// own names.
#pragma once

#include <libdevmapper.h>

#include "daemon/os/late_library.h"

#define MP_LATE_DEVMAPPER(X)    \
    X(dm_cookie_supported)      \
    X(dm_get_next_target)       \
    X(dm_hold_control_dev)      \
    X(dm_log_with_errno_init)   \
    X(dm_task_add_target)       \
    X(dm_task_create)           \
    X(dm_task_deferred_remove)  \
    X(dm_task_destroy)          \
    X(dm_task_get_errno)        \
    X(dm_task_get_info)         \
    X(dm_task_get_name)         \
    X(dm_task_get_uuid)         \
    X(dm_task_no_flush)         \
    X(dm_task_run)              \
    X(dm_task_set_cookie)       \
    X(dm_task_set_message)      \
    X(dm_task_set_name)         \
    X(dm_task_set_newname)      \
    X(dm_task_set_ro)           \
    X(dm_task_set_sector)       \
    X(dm_task_set_uuid)         \
    X(dm_task_skip_lockfs)      \
    X(dm_task_update_nodes)     \
    X(dm_udev_complete)         \
    X(dm_udev_get_sync_support) \
    X(dm_udev_set_sync_support) \
    X(dm_udev_wait_immediate)

namespace mp::os {

#define X(name) inline decltype(&::name) name = nullptr;
MP_LATE_DEVMAPPER(X)
#undef X

/// Before the first of these calls, in whatever needs them. Errors: unsupported.
Result<> load_devmapper();

}  // namespace mp::os
