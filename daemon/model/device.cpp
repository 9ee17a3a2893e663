// SPDX-License-Identifier: GPL-2.0-or-later
// Which word does a transport go by? One table, shared by the configuration language, the filters
// and the output, so that what `show` prints can be written into multipath.conf.
#include "daemon/model/device.h"

#include <array>
#include <utility>

namespace mp::model {
namespace {

constexpr std::array<std::pair<Protocol, std::string_view>, 21> kProtocolWords = {{
    {Protocol::undef, "undef"},
    {Protocol::ccw, "ccw"},
    {Protocol::cciss, "cciss"},
    {Protocol::scsi_fcp, "scsi:fcp"},
    {Protocol::scsi_spi, "scsi:spi"},
    {Protocol::scsi_ssa, "scsi:ssa"},
    {Protocol::scsi_sbp, "scsi:sbp"},
    {Protocol::scsi_srp, "scsi:srp"},
    {Protocol::scsi_iscsi, "scsi:iscsi"},
    {Protocol::scsi_sas, "scsi:sas"},
    {Protocol::scsi_adt, "scsi:adt"},
    {Protocol::scsi_ata, "scsi:ata"},
    {Protocol::scsi_usb, "scsi:usb"},
    {Protocol::scsi_unspec, "scsi:unspec"},
    {Protocol::nvme_pcie, "nvme:pcie"},
    {Protocol::nvme_rdma, "nvme:rdma"},
    {Protocol::nvme_fc, "nvme:fc"},
    {Protocol::nvme_tcp, "nvme:tcp"},
    {Protocol::nvme_loop, "nvme:loop"},
    {Protocol::nvme_apple, "nvme:apple-nvme"},
    {Protocol::nvme_unspec, "nvme:unspec"},
}};

}  // namespace

std::string_view protocol_text(Protocol protocol) {
    for (const std::pair<Protocol, std::string_view>& entry : kProtocolWords) {
        if (entry.first == protocol) {
            return entry.second;
        }
    }
    return "undef";
}

std::optional<Protocol> protocol_of_text(std::string_view text) {
    for (const std::pair<Protocol, std::string_view>& entry : kProtocolWords) {
        if (entry.second == text) {
            return entry.first;
        }
    }
    return std::nullopt;
}

std::string BlockDevice::text() const {
    std::string out = name + " (" + devt.str();
    if (hctl) {
        out += ", " + hctl->str();
    }
    if (!vendor.empty() || !product.empty()) {
        out += ", " + vendor + "," + product;
    }
    return out + ")";
}

std::string BlockDevice::parent_dir() const {
    // SCSI and ccw disks have a "block" directory between the device and the disk, NVMe has not.
    std::size_t disk = sys_path.rfind('/');
    if (disk == std::string::npos || disk == 0) {
        return {};
    }
    std::string_view parent = std::string_view(sys_path).substr(0, disk);
    constexpr std::string_view kBlock = "/block";
    if (parent.size() > kBlock.size() && parent.substr(parent.size() - kBlock.size()) == kBlock) {
        parent.remove_suffix(kBlock.size());
    }
    return std::string(parent);
}

}  // namespace mp::model
