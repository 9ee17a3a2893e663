// SPDX-License-Identifier: GPL-2.0-or-later
// Direct reads through io_uring. Reactor only. The kernel writes into the buffer of a read until
// the read completes, whatever the caller has decided meanwhile; so the ring owns the buffers.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "daemon/model/probe.h"
#include "daemon/os/event_loop.h"

namespace mp::os {

class ReadRing {
public:
    static constexpr unsigned kReadsMax = 256;
    using Done = std::function<void(std::uint64_t token, model::ProbeReply reply)>;

    /// Errors: denied or unsupported when the kernel gives no ring; the caller then reads in lanes.
    static Result<std::unique_ptr<ReadRing>> create(EventLoop& loop, Done done);
    ~ReadRing();
    ReadRing(const ReadRing&) = delete;
    ReadRing& operator=(const ReadRing&) = delete;

    /// `token` is not 0 and not in use; `fd` stays open until `done` has been called for it. Reads
    /// of one turn of the loop are submitted together. Errors: limit (ring full), invalid.
    Result<> submit(std::uint64_t token, int fd, const model::ReadBlocks& read);
    /// Asks the kernel to give the read back; `done` is still called when it does.
    void cancel(std::uint64_t token);

private:
    struct Impl;
    explicit ReadRing(std::shared_ptr<Impl> impl);
    std::shared_ptr<Impl> impl_;
};

}  // namespace mp::os
