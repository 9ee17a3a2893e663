// SPDX-License-Identifier: GPL-2.0-or-later
// The parts of a BlockDevice that depend on what the disk hangs on. Each function adds to a device
// whose name and sys_path are set and leaves alone what it cannot know.
#pragma once

#include "daemon/facts/sys_tree.h"
#include "daemon/model/device.h"

namespace mp::facts {

void read_scsi_facts(const SysTree& tree, model::BlockDevice& device);
/// Transport of a SCSI device: protocol, remote port, names of both ends; needs device.hctl.
void read_scsi_transport(const SysTree& tree, model::BlockDevice& device);
void read_nvme_facts(const SysTree& tree, model::BlockDevice& device);
void read_ccw_facts(const SysTree& tree, model::BlockDevice& device);
void read_cciss_facts(const SysTree& tree, model::BlockDevice& device);
/// virtio-blk, nbd, null_blk and everything else.
void read_other_facts(const SysTree& tree, model::BlockDevice& device);
/// PCI function above the device, its node and that node's distances; on every bus.
void read_adapter_place(const SysTree& tree, model::BlockDevice& device);

}  // namespace mp::facts
