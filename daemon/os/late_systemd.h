// SPDX-License-Identifier: GPL-2.0-or-later
// libsystemd's event loop, notifications and journal, loaded late: see late_library.h. Inside
// mp::os its functions are called by their own names.
#pragma once

#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>
#include <systemd/sd-journal.h>

#include "daemon/os/late_library.h"

#define MP_LATE_SYSTEMD(X)           \
    X(sd_event_add_defer)            \
    X(sd_event_add_io)               \
    X(sd_event_add_signal)           \
    X(sd_event_add_time)             \
    X(sd_event_exit)                 \
    X(sd_event_get_state)            \
    X(sd_event_loop)                 \
    X(sd_event_new)                  \
    X(sd_event_run)                  \
    X(sd_event_set_watchdog)         \
    X(sd_event_source_disable_unref) \
    X(sd_event_source_set_enabled)   \
    X(sd_event_source_set_io_events) \
    X(sd_event_source_set_time)      \
    X(sd_event_unref)                \
    X(sd_journal_send_with_location) \
    X(sd_listen_fds)                 \
    X(sd_notify)                     \
    X(sd_notifyf)

namespace mp::os {

#define X(name) inline decltype(&::name) name = nullptr;
MP_LATE_SYSTEMD(X)
#undef X

/// Before the first of these calls, in whatever needs them. Errors: unsupported.
Result<> load_systemd();

}  // namespace mp::os
