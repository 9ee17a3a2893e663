// SPDX-License-Identifier: GPL-2.0-or-later
// libudev, loaded late: see late_library.h. Inside mp::os its functions are called by their own
// names.
#pragma once

#include <libudev.h>

#include "daemon/os/late_library.h"

#define MP_LATE_UDEV(X)                                \
    X(udev_device_get_action)                          \
    X(udev_device_get_devnum)                          \
    X(udev_device_get_devpath)                         \
    X(udev_device_get_is_initialized)                  \
    X(udev_device_get_properties_list_entry)           \
    X(udev_device_get_property_value)                  \
    X(udev_device_get_subsystem)                       \
    X(udev_device_get_sysname)                         \
    X(udev_device_new_from_subsystem_sysname)          \
    X(udev_device_unref)                               \
    X(udev_list_entry_get_name)                        \
    X(udev_list_entry_get_next)                        \
    X(udev_list_entry_get_value)                       \
    X(udev_monitor_enable_receiving)                   \
    X(udev_monitor_filter_add_match_subsystem_devtype) \
    X(udev_monitor_get_fd)                             \
    X(udev_monitor_new_from_netlink)                   \
    X(udev_monitor_receive_device)                     \
    X(udev_monitor_set_receive_buffer_size)            \
    X(udev_monitor_unref)                              \
    X(udev_new)                                        \
    X(udev_unref)

namespace mp::os {

#define X(name) inline decltype(&::name) name = nullptr;
MP_LATE_UDEV(X)
#undef X

/// Before the first of these calls, in whatever needs them. Errors: unsupported.
Result<> load_udev();

}  // namespace mp::os
