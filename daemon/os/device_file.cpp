// SPDX-License-Identifier: GPL-2.0-or-later
// What happens on a path's device: open, SG_IO, NVMe admin command, direct read. Every call here
// may block for as long as the kernel likes, which is why only lanes make them.
//
// Identity: a kernel name is reused as soon as its device is deleted. The node is therefore
// compared with the device number and, where the kernel has one, with the disk sequence number
// (linux/fs.h, BLKGETDISKSEQ), which is never used twice in one boot. An open device stays that
// device.
//
// SG_IO is version 3 of the sg interface (scsi/sg.h). O_DIRECT reads go past the page cache: an
// answer from memory says nothing about a path.
#include "daemon/os/device_file.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <linux/nvme_ioctl.h>
#include <scsi/sg.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <limits>

namespace mp::os {

namespace {

constexpr std::size_t kAttributesMax = 4;  ///< more than one check of a path reads

// Kernel names hold '!' where the node has a directory ("cciss!c0d0").
std::string node_of(const std::string& root, std::string name) {
    std::ranges::replace(name, '!', '/');
    return root + "/" + name;
}

}  // namespace

Result<int> DeviceFile::fd() {
    if (fd_) {
        return fd_.get();
    }
    if (path_.name.empty() || path_.name.find("..") != std::string::npos) {
        return fail(Errc::invalid, "device name");
    }
    const std::string node = node_of(options_.dev_root, path_.name);
    constexpr int kFlags = O_RDONLY | O_NONBLOCK | O_CLOEXEC;
    UniqueFd opened(::open(node.c_str(), kFlags | O_DIRECT));
    if (!opened && errno == EINVAL && options_.regular_files) {
        opened.reset(::open(node.c_str(), kFlags));
    }
    if (!opened) {
        return fail_errno(errno, "open the device");
    }
    MP_CHECK(verify(opened.get()));
    // O_NONBLOCK was for the open only; io_uring would refuse to wait for a read with it.
    ::fcntl(opened.get(), F_SETFL, ::fcntl(opened.get(), F_GETFL) & ~O_NONBLOCK);
    fd_ = std::move(opened);
    return fd_.get();
}

Result<std::string> DeviceFile::attribute(const SysDir& sysfs, const std::string& path) {
    auto kept = std::ranges::find(attributes_, path, &KeptAttribute::path);
    if (kept == attributes_.end()) {
        if (attributes_.size() == kAttributesMax) {
            attributes_.erase(attributes_.begin());
        }
        kept = attributes_.emplace(attributes_.end(), path);
    }
    return kept->read(sysfs);
}

Result<> DeviceFile::verify(int fd) const {
    struct stat status {};
    if (::fstat(fd, &status) != 0) {
        return fail_errno(errno, "look at the device node");
    }
    if (!S_ISBLK(status.st_mode) && !options_.regular_files) {
        return fail(Errc::gone, "the node is no block device");
    }
    const DevT found{major(status.st_rdev), minor(status.st_rdev)};
    if (found != path_.devt) {
        return fail(Errc::gone, "the name belongs to another device");
    }
    if (path_.disk_seq != 0) {
        std::uint64_t disk_seq = 0;
        if (::ioctl(fd, BLKGETDISKSEQ, &disk_seq) == 0 && disk_seq != path_.disk_seq) {
            return fail(Errc::gone, "the device number belongs to another disk");
        }
    }
    return {};
}

namespace {

unsigned milliseconds_of(Duration timeout) {
    const std::int64_t wanted = std::max<std::int64_t>(1, timeout.count() / 1000);
    return static_cast<unsigned>(std::min<std::int64_t>(wanted, std::numeric_limits<int>::max()));
}

}  // namespace

model::ProbeReply issue_scsi(int fd, const model::ScsiCommand& command, Duration timeout) {
    if (command.cdb.size() < 6 || command.cdb.size() > 16 ||
        command.transfer_length > kTransferMax || command.data_out.size() > kTransferMax ||
        (command.transfer_length > 0 && !command.data_out.empty())) {
        return fail(Errc::invalid, "SCSI command out of range");
    }
    std::array<std::uint8_t, 16> cdb{};
    std::ranges::copy(command.cdb, cdb.begin());
    std::array<std::uint8_t, 252> sense{};
    model::ScsiReply reply;
    reply.data.resize(command.transfer_length);

    sg_io_hdr header{};
    header.interface_id = 'S';
    header.dxfer_direction = command.transfer_length == 0 ? SG_DXFER_NONE : SG_DXFER_FROM_DEV;
    header.cmd_len = static_cast<unsigned char>(command.cdb.size());
    header.cmdp = cdb.data();
    header.mx_sb_len = static_cast<unsigned char>(sense.size());
    header.sbp = sense.data();
    header.dxfer_len = command.transfer_length;
    header.dxferp = reply.data.data();
    std::vector<std::uint8_t> sent = command.data_out;  // the kernel's interface is not const
    if (!sent.empty()) {
        header.dxfer_direction = SG_DXFER_TO_DEV;
        header.dxfer_len = static_cast<unsigned>(sent.size());
        header.dxferp = sent.data();
    }
    header.timeout = milliseconds_of(timeout);

    if (::ioctl(fd, SG_IO, &header) != 0) {
        return fail_errno(errno, "SG_IO");
    }
    reply.status = header.status;
    reply.host_status = header.host_status;
    reply.driver_status = header.driver_status;
    reply.sense.assign(sense.begin(),
                       sense.begin() + std::min<std::size_t>(header.sb_len_wr, sense.size()));
    const std::uint32_t residual = header.resid < 0 ? 0U : static_cast<std::uint32_t>(header.resid);
    reply.data.resize(command.transfer_length - std::min(residual, command.transfer_length));
    return model::ProbeAnswer(std::move(reply));
}

model::ProbeReply issue_nvme(int fd, const model::NvmeRead& command, Duration timeout) {
    if (command.length == 0 || command.length % 4 != 0 || command.length > kTransferMax) {
        return fail(Errc::invalid, "NVMe command out of range");
    }
    model::BytesReply reply;
    reply.data.resize(command.length);
    nvme_admin_cmd request{};
    request.opcode = command.opcode;
    request.nsid = command.nsid;
    request.cdw10 = command.cdw10;
    request.cdw11 = command.cdw11;
    request.addr = reinterpret_cast<std::uintptr_t>(reply.data.data());
    request.data_len = command.length;
    request.timeout_ms = milliseconds_of(timeout);
    const int outcome = ::ioctl(fd, NVME_IOCTL_ADMIN_CMD, &request);
    if (outcome < 0) {
        return fail_errno(errno, "NVMe admin command");
    }
    if (outcome > 0) {
        return fail(Errc::io, "the NVMe controller refused the command");
    }
    return model::ProbeAnswer(std::move(reply));
}

model::ProbeReply read_outcome(std::int64_t got, const std::uint8_t* buffer,
                               const model::ReadBlocks& read) {
    if (got < 0) {
        return fail_errno(static_cast<int>(-got), "direct read");
    }
    if (static_cast<std::uint64_t>(got) != read.length) {
        return fail(Errc::io, "direct read came back short");
    }
    return model::ProbeAnswer(model::BytesReply{{buffer, buffer + got}});
}

model::ProbeReply read_blocks(int fd, const model::ReadBlocks& read) {
    if (read.length == 0 || read.length > kTransferMax) {
        return fail(Errc::invalid, "length of a direct read");
    }
    const AlignedBuffer buffer(read.length);
    const ssize_t got =
        ::pread(fd, buffer.data(), read.length, static_cast<off_t>(read.offset_bytes));
    return read_outcome(got < 0 ? -errno : got, buffer.data(), read);
}

AlignedBuffer::AlignedBuffer(std::size_t size)
    : data_(static_cast<std::uint8_t*>(std::aligned_alloc(
          kReadAlignment, (size + kReadAlignment - 1) / kReadAlignment * kReadAlignment))) {
    MP_ASSERT(data_ != nullptr);
}

AlignedBuffer::~AlignedBuffer() {
    std::free(data_);
}

}  // namespace mp::os
