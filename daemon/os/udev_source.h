// SPDX-License-Identifier: GPL-2.0-or-later
// The DeviceSource port on libudev and sysfs. Works without a udev database too, as in a container:
// then the kernel's own uevents are heard and everything is read from sysfs.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "daemon/os/event_loop.h"
#include "daemon/os/sys_dir.h"
#include "daemon/ports/ports.h"

namespace mp::os {

class UdevSource final : public ports::DeviceSource {
public:
    struct Options {
        std::optional<bool> udev;  ///< false: there is no udev daemon; unset: look for its socket
        std::size_t devices_max = 65536;  ///< with events that wait; beyond: DevicesOverflowed
        int receive_buffer_bytes = 128 * 1024 * 1024;  ///< the kernel takes memory only as it fills
    };
    /// Errors: denied, unsupported (no netlink), limit.
    static Result<std::unique_ptr<UdevSource>> create(EventLoop& loop, ports::EventSink& sink,
                                                      std::shared_ptr<const SysDir> sysfs,
                                                      Options options);
    /// Does not wait for a device whose attributes cannot be read now.
    ~UdevSource() override;

    void enumerate() override;
    void reread(const std::string& name) override;
    void retrigger(const std::string& sys_path) override;
    std::size_t backlog() const override;

private:
    struct Impl;
    explicit UdevSource(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace mp::os
