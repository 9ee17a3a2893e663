// SPDX-License-Identifier: GPL-2.0-or-later
// The open files of one path, and the blocking calls on its device. Used in a lane, one call at a
// time: the path has one probe in flight.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/model/probe.h"
#include "daemon/os/sys_dir.h"
#include "daemon/os/unique_fd.h"

namespace mp::os {

class DeviceFile {
public:
    struct Options {
        std::string dev_root = "/dev";
        bool regular_files = false;  ///< accept files in place of block devices, for tests
    };

    DeviceFile(model::PathRef path, Options options)
        : path_(std::move(path)), options_(std::move(options)) {}

    /// Opens the node once and keeps it; verifies that it is this device, in this life (device
    /// number, disk sequence number). Errors: gone (no node, or the name belongs to another
    /// device), denied, ...
    Result<int> fd();
    /// Let go: the next fd() opens again.
    void forget() { fd_.reset(); }
    /// An attribute of the device or of what it hangs on; stays open. Errors: as SysDir::read().
    Result<std::string> attribute(const SysDir& sysfs, const std::string& path);

private:
    Result<> verify(int fd) const;

    const model::PathRef path_;
    const Options options_;
    UniqueFd fd_;
    std::vector<KeptAttribute> attributes_;
};

/// Issues the command with SG_IO and waits for it; the kernel aborts it after `timeout`.
/// Errors: unsupported (no SCSI device), gone, denied, io, invalid (CDB or length out of range).
model::ProbeReply issue_scsi(int fd, const model::ScsiCommand& command, Duration timeout);

/// Asks the controller of an NVMe namespace; the kernel gives up after `timeout`.
/// Errors: unsupported (no NVMe namespace), gone, denied, io, invalid (length out of range).
model::ProbeReply issue_nvme(int fd, const model::NvmeRead& command, Duration timeout);

/// Errors: io, gone, invalid (length out of range, read beyond the end).
model::ProbeReply read_blocks(int fd, const model::ReadBlocks& read);
/// What a read of `got` bytes (or -errno) into `buffer` means; shared with the ring.
model::ProbeReply read_outcome(std::int64_t got, const std::uint8_t* buffer,
                               const model::ReadBlocks& read);

constexpr std::uint32_t kTransferMax = 64U * 1024U;
constexpr std::size_t kReadAlignment = 4096;

/// Memory for direct reads, aligned to kReadAlignment.
class AlignedBuffer {
public:
    explicit AlignedBuffer(std::size_t size);
    ~AlignedBuffer();
    AlignedBuffer(const AlignedBuffer&) = delete;
    AlignedBuffer& operator=(const AlignedBuffer&) = delete;
    std::uint8_t* data() const { return data_; }

private:
    std::uint8_t* data_;
};

}  // namespace mp::os
