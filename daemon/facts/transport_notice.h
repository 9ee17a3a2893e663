// SPDX-License-Identifier: GPL-2.0-or-later
// What the kernel's SCSI transports broadcast over netlink, as values. Pure: bytes in, notices out.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "daemon/model/event.h"
#include "daemon/scsi/bytes.h"

namespace mp::facts {

/// The payload of one NETLINK_SCSITRANSPORT message: an event of an FC host
/// (include/uapi/scsi/scsi_netlink_fc.h), in this machine's byte order. What a notification of the
/// fabric (FPIN) contains is big-endian (FC-LS-5). Nothing when it is no such event, when it tells
/// nothing that we heed, or from the first piece on that is cut short.
std::vector<model::event::TransportNotice> parse_fc_event(scsi::Bytes payload);

/// An iSCSI message of this type (enum iscsi_uevent_e, include/scsi/iscsi_if.h) says that a
/// connection or session changed.
bool is_iscsi_change(std::uint16_t message_type);

}  // namespace mp::facts
