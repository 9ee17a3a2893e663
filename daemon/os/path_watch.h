// SPDX-License-Identifier: GPL-2.0-or-later
// The PathWatch port: one thread that re-reads sysfs attributes. A read that blocks delays the
// watch and nothing else.
#pragma once

#include <memory>

#include "daemon/os/event_loop.h"
#include "daemon/os/sys_dir.h"
#include "daemon/ports/ports.h"

namespace mp::os {

class SysfsWatch final : public ports::PathWatch {
public:
    /// `period` between passes as long as they are cheap; see choose_pace(). Errors: limit (no
    /// thread).
    static Result<std::unique_ptr<SysfsWatch>> create(EventLoop& loop, ports::EventSink& sink,
                                                      std::shared_ptr<const SysDir> sysfs,
                                                      Duration period = milliseconds(250));
    /// Does not wait for a read that blocks; nothing is posted any more.
    ~SysfsWatch() override;

    void watch(const model::PathRef& path, const std::vector<std::string>& attributes) override;
    void forget(PathId path) override;
    void look() override;

private:
    struct Shared;
    explicit SysfsWatch(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}
    std::shared_ptr<Shared> shared_;
};

}  // namespace mp::os
