// SPDX-License-Identifier: GPL-2.0-or-later
// Questions to a device, as values. Checkers and prioritizers name a Probe and judge the reply; the
// PathIo port performs it. One probe is in flight per path, and every probe has a deadline.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "daemon/base/ids.h"
#include "daemon/base/result.h"
#include "daemon/base/time.h"

namespace mp::model {

/// A SCSI command that transfers nothing, reads, or sends parameters; never writes user data.
struct ScsiCommand {
    std::vector<std::uint8_t> cdb;            ///< 6 to 16 bytes
    std::uint32_t transfer_length = 0;        ///< bytes to read, at most 64 KiB; 0 for no data
    std::vector<std::uint8_t> data_out = {};  ///< to send, at most 64 KiB; nothing is read then
    auto operator<=>(const ScsiCommand&) const = default;
};

/// Read `length` bytes at `offset_bytes`, past the page cache.
struct ReadBlocks {
    std::uint64_t offset_bytes = 0;
    std::uint32_t length = 4096;  ///< a multiple of the logical block size, at most 64 KiB
    auto operator<=>(const ReadBlocks&) const = default;
};

/// Read a sysfs attribute; `path` is below the sysfs mount.
struct ReadAttribute {
    std::string path;
    auto operator<=>(const ReadAttribute&) const = default;
};

/// An admin command to the NVMe controller of the path that reads (NVM Express base specification
/// 2.0, 5); never changes anything. Answered by BytesReply; a status other than success is
/// Errc::io.
struct NvmeRead {
    std::uint8_t opcode = 0;
    std::uint32_t nsid = 0;
    std::uint32_t cdw10 = 0;
    std::uint32_t cdw11 = 0;
    std::uint32_t length = 4096;  ///< bytes to read, a multiple of 4, at most 64 KiB
    auto operator<=>(const NvmeRead&) const = default;
};

using Probe = std::variant<ScsiCommand, ReadBlocks, ReadAttribute, NvmeRead>;

/// A question, and those that will most likely follow it: asked right after, as long as each answer
/// is plain.
struct Questions {
    Probe first;
    std::vector<Probe> foreseen;
    // Not explicit: one question alone is what most callers have.
    Questions(Probe one, std::vector<Probe> then = {})
        : first(std::move(one)), foreseen(std::move(then)) {}
    Questions() = default;
};

/// Completion of a ScsiCommand that reached the SCSI layer (SAM-5 status, host and driver bytes of
/// the sg driver). Failures to issue it at all are the Error of ProbeReply.
struct ScsiReply {
    std::uint8_t status =
        0;  ///< SAM status byte, 0 GOOD, 2 CHECK CONDITION, 0x18 RESERVATION CONFLICT
    std::uint16_t host_status = 0;  ///< Linux DID_* value, 0 DID_OK
    std::uint16_t driver_status = 0;
    std::vector<std::uint8_t> sense;  ///< as returned, fixed or descriptor format; may be empty
    std::vector<std::uint8_t> data;   ///< bytes really transferred (residual already subtracted)
    auto operator<=>(const ScsiReply&) const = default;
};

/// Bytes of a block, of an attribute or of an NVMe controller.
struct BytesReply {
    std::vector<std::uint8_t> data;
    auto operator<=>(const BytesReply&) const = default;
};

using ProbeAnswer = std::variant<ScsiReply, BytesReply>;

/// Errc::timeout: the deadline passed and the command may still be in flight (the lane is stuck);
/// Errc::gone: the device node vanished; unsupported: the ioctl is not for this device.
using ProbeReply = Result<ProbeAnswer>;

/// What a port needs to reach a path's device.
struct PathRef {
    PathId id;
    DevT devt;
    std::string name;            ///< kernel name
    std::uint64_t disk_seq = 0;  ///< 0: not checked
    auto operator<=>(const PathRef&) const = default;
};

}  // namespace mp::model
