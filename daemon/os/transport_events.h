// SPDX-License-Identifier: GPL-2.0-or-later
// Hears what the kernel's SCSI transports broadcast over netlink (FC host events, iSCSI) and posts
// TransportNotice. A kernel without one of these transports is no error: there is nothing to hear
// until its module is loaded (opening the socket would load it), and it is looked for now and then.
#pragma once

#include <memory>

#include "daemon/base/time.h"
#include "daemon/os/event_loop.h"
#include "daemon/os/sys_dir.h"
#include "daemon/ports/ports.h"

namespace mp::os {

class TransportEvents {
public:
    /// `retry`: how long to wait before a transport that is not there is looked for again.
    TransportEvents(EventLoop& loop, ports::EventSink& sink, std::shared_ptr<const SysDir> sysfs,
                    Duration retry = seconds(60));
    ~TransportEvents();
    TransportEvents(const TransportEvents&) = delete;
    TransportEvents& operator=(const TransportEvents&) = delete;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace mp::os
