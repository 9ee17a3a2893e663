// SPDX-License-Identifier: GPL-2.0-or-later
// The DeviceSource port on libudev. The monitor is read by the reactor; sysfs is read by one
// worker, in the order of the events, so that the events of one device stay in order and the
// reactor never waits for a device that is being torn down. Works without a udev database: the
// kernel's own events and sysfs are used then.
#pragma once

#include <memory>
#include <string>

#include "daemon/os/event_loop.h"
#include "daemon/os/sys_dir.h"
#include "daemon/ports/ports.h"

namespace mp::os {

class UdevSource final : public ports::DeviceSource {
public:
    struct Options {
        std::string sys_root = "/sys";               ///< the mount that `sysfs` was opened on
        std::string udev_run = "/run/udev/control";  ///< exists: udev is running
        std::size_t jobs_max = 65536;  ///< more outstanding work than this is an overflow
    };

    /// Errors: denied, io: the monitor cannot be opened; limit: no thread.
    static Result<std::unique_ptr<UdevSource>> create(EventLoop& loop, ports::EventSink& sink,
                                                      std::shared_ptr<const SysDir> sysfs,
                                                      Options options);
    ~UdevSource() override;

    void enumerate() override;
    void reread(const std::string& name) override;
    void retrigger(const std::string& sys_path) override;
    std::size_t backlog() const override;

private:
    struct Shared;
    UdevSource(EventLoop& loop, std::shared_ptr<Shared> shared);
    void on_monitor();

    EventLoop& loop_;
    std::shared_ptr<Shared> shared_;
};

}  // namespace mp::os
