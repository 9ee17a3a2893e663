// SPDX-License-Identifier: GPL-2.0-or-later
// Linux drivers/scsi/scsi_transport_fc.c: fast_io_fail_tmo stays below dev_loss_tmo and at most
// 600; dev_loss_tmo above 600 needs a fast_io_fail_tmo; a changed dev_loss_tmo does not check the
// other one, which is checked only when it is written itself.
#include "tests/sim/world/fc_port.h"

#include <cerrno>

#include "daemon/base/strings.h"

namespace mp::sim {
namespace {

constexpr std::uint64_t kBlockMax = 600;  // SCSI_DEVICE_BLOCK_MAX_TIMEOUT

}  // namespace

Result<std::string> FcPort::read(const std::string& name) const {
    if (name == "dev_loss_tmo") {
        return std::to_string(dev_loss_s_);
    }
    if (name == "fast_io_fail_tmo") {
        return fast_io_fail_s_ < 0 ? std::string("off") : std::to_string(fast_io_fail_s_);
    }
    return fail_errno(ENOENT, "read an attribute");
}

Result<> FcPort::write(const std::string& name, const std::string& value) {
    const bool fast = name == "fast_io_fail_tmo";
    if (!fast && name != "dev_loss_tmo") {
        return fail_errno(ENOENT, "write an attribute");
    }
    if (fast && value == "off") {
        fast_io_fail_s_ = -1;
        return {};
    }
    const Result<std::uint64_t> number = parse_u64(value);
    if (!number) {
        return fail_errno(EINVAL, "write an attribute");
    }
    if (fast && (*number >= dev_loss_s_ || *number > kBlockMax)) {
        return fail_errno(EINVAL, "write fast_io_fail_tmo");
    }
    if (!fast && (*number > 0x7fffffffU || (*number > kBlockMax && fast_io_fail_s_ < 0))) {
        return fail_errno(EINVAL, "write dev_loss_tmo");
    }
    if (fast) {
        fast_io_fail_s_ = static_cast<std::int64_t>(*number);
    } else {
        dev_loss_s_ = *number;
    }
    return {};
}

}  // namespace mp::sim
