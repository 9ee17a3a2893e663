// SPDX-License-Identifier: GPL-2.0-or-later
// A block device as udev and sysfs describe it, as one value. os/ builds it in one place and tests
// build it by hand; nobody else has ever seen libudev. Text is trimmed; what is unknown is empty.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/ids.h"

namespace mp::model {

enum class Bus { unknown, scsi, nvme, ccw, cciss, other };

/// Transport of a path, with the words that configuration and %P use.
enum class Protocol {
    undef,
    ccw,
    cciss,
    scsi_fcp,
    scsi_spi,
    scsi_ssa,
    scsi_sbp,
    scsi_srp,
    scsi_iscsi,
    scsi_sas,
    scsi_adt,
    scsi_ata,
    scsi_usb,
    scsi_unspec,
    nvme_pcie,
    nvme_rdma,
    nvme_fc,
    nvme_tcp,
    nvme_loop,
    nvme_apple,
    nvme_unspec,
};
std::string_view protocol_text(Protocol protocol);                ///< "scsi:iscsi", "undef", ...
std::optional<Protocol> protocol_of_text(std::string_view text);  ///< exact words only

/// The initiator side of a path: what fails together when a card, cable or virtual HBA dies.
struct Adapter {
    std::string id;  ///< "host3", "nvme0", ccw channel-path set; empty when unknown
    std::string
        pci_address;     ///< "0000:00:05.0", the PCI function that the device hangs on, or empty
    int numa_node = -1;  ///< node of that function, -1 when the kernel does not say
    std::vector<int> node_distance;  ///< of numa_node to node 0, 1, ...; -1: no such node
    auto operator<=>(const Adapter&) const = default;
};

struct BlockDevice {
    DevT devt;
    std::string name;      ///< kernel name, "sda"
    std::string sys_path;  ///< below the sysfs mount: "/devices/.../block/sda"
    std::uint64_t disk_seq =
        0;                ///< kernel's diskseq, 0 when it has none: tells two lives of a name apart
    bool is_disk = true;  ///< DEVTYPE disk (not partition)
    bool hidden = false;
    bool read_only = false;
    bool usb = false;
    std::uint64_t size_sectors = 0;  ///< 512-byte sectors
    std::uint32_t logical_block_size = 512;
    std::int64_t max_sectors_kb = -1;  ///< queue/max_sectors_kb, -1 unknown

    Bus bus = Bus::unknown;
    Protocol protocol = Protocol::undef;
    std::optional<Hctl> hctl;  ///< SCSI; NVMe maps instance:cntlid:namespace instance:nsid onto it
    std::string vendor;
    std::string product;
    std::string revision;
    std::string serial;
    std::string kernel_state;     ///< device/state: "running", "offline", "blocked", "live", ...
    std::string state_attribute;  ///< sysfs path of that attribute below the mount, empty when none
    std::vector<std::string>
        watch_attributes;  ///< sysfs paths worth re-reading while idle: state_attribute,
                           ///< remote port or session state; filled by daemon/facts
    std::uint32_t scsi_timeout_s = 0;  ///< device/timeout, 0 unknown
    /// sysfs directories below the mount where the kernel keeps settings; empty: none.
    std::string port_dir;  ///< of the remote port (FC), session (iSCSI) or end device (SAS)
    std::string host_dir;  ///< of the SCSI host
    std::string disk_dir;  ///< of the SCSI disk driver

    Adapter adapter;
    std::string target_port;  ///< the I_T nexus' far end: WWPN, IQN+TPGT, NQN+address, SAS address;
                              ///< or "host:channel:target"
    std::string host_wwnn;
    std::string host_wwpn;
    std::string target_wwnn;
    std::string target_wwpn;
    std::string fabric;  ///< FC: name of the fabric that the host is logged into
    std::string
        rport_name;  ///< FC "rport-3:0-1", iSCSI "session4", SAS end device; empty when none

    std::string access_state;  ///< SCSI sysfs access_state, empty when the handler does not know
    std::string dh_state;      ///< attached hardware handler ("alua", "detached", empty)
    std::optional<int> tpgs;   ///< INQUIRY TPGS field 0..3 from the sysfs inquiry page
    std::vector<std::uint8_t> vpd_pg83;  ///< sysfs copy, may be stale; empty when none
    std::vector<std::uint8_t> vpd_pg80;
    std::string sysfs_wwid;  ///< NVMe wwid attribute
    std::string ccw_uid;     ///< DASD uid attribute, all components
    std::string ccw_busid;   ///< "0.0.0200"
    bool nvme_ana = false;   ///< sysfs shows the ANA state

    std::map<std::string, std::string> properties;  ///< udev properties
    bool udev_initialized =
        false;  ///< false: udev has not processed it, or there is no udev database
    std::vector<std::string> holders;  ///< names of block devices stacked on it ("dm-3")

    /// One line for logs: "sda (8:0, 2:0:0:1, LIO-ORG,disk)".
    std::string text() const;
    /// sysfs directory of the device that the disk hangs on (SCSI device, NVMe controller, ccw
    /// device), below the mount; empty when sys_path does not tell.
    std::string parent_dir() const;
    auto operator<=>(const BlockDevice&) const = default;
};

}  // namespace mp::model
