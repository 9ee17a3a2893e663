// SPDX-License-Identifier: GPL-2.0-or-later
// The PathIo port: SG_IO and attribute reads in lanes, direct reads through io_uring where the
// kernel allows it, in lanes otherwise. See ports.h for the contract.
//
// Errors beyond the contract: limit when no lane was free until the deadline; the device was not
// asked, so this says nothing about the path.
#pragma once

#include <functional>
#include <memory>

#include "daemon/os/device_file.h"
#include "daemon/os/event_loop.h"
#include "daemon/os/lane_pool.h"
#include "daemon/os/sys_dir.h"
#include "daemon/ports/ports.h"

namespace mp::os {

class LanePathIo final : public ports::PathIo {
public:
    struct Options {
        DeviceFile::Options device;
        LanePool::Options lanes;
        bool use_ring = true;  ///< false: direct reads in lanes, as where io_uring is forbidden
        /// What a lane does with a probe; tests put a device of their own here.
        std::function<model::ProbeReply(int fd, const model::ScsiCommand&, Duration timeout)> scsi =
            &issue_scsi;
        std::function<model::ProbeReply(int fd, const model::ReadBlocks&)> read = &read_blocks;
    };

    LanePathIo(EventLoop& loop, ports::EventSink& sink, std::shared_ptr<const SysDir> sysfs,
               Options options);
    /// Does not wait for commands that hang; nothing is posted any more.
    ~LanePathIo() override;

    void start(OpId op, const model::PathRef& path, const model::Questions& questions,
               Duration timeout) override;
    void release(PathId path) override;
    model::ProbingLoad usage() const override;
    /// True when direct reads go through io_uring.
    bool has_ring() const;

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace mp::os
