// SPDX-License-Identifier: GPL-2.0-or-later
// Persistent reservations: the commands, their parameter lists and the answers (SPC-5 5.14, 6.16,
// 6.17).
#pragma once

#include <compare>
#include <cstdint>
#include <string_view>
#include <vector>

#include "daemon/base/result.h"
#include "daemon/model/probe.h"
#include "daemon/scsi/bytes.h"

namespace mp::scsi {

/// The largest answer that is asked for, and the largest parameter list that is sent.
constexpr std::uint16_t kReservationDataMax = 8192;
constexpr std::size_t kTransportIdsMax = 32;

enum class PrIn : std::uint8_t {
    read_keys = 0,
    read_reservation = 1,
    report_capabilities = 2,
    read_full_status = 3,
};
enum class PrOut : std::uint8_t {
    register_key = 0,
    reserve = 1,
    release = 2,
    clear = 3,
    preempt = 4,
    preempt_and_abort = 5,
    register_and_ignore = 6,
};

/// "Write Exclusive, registrants only"; obsolete and reserved types say so.
std::string_view reservation_type_text(std::uint8_t type);
bool is_reservation_type(std::uint8_t type);
/// 7 and 8: every registered path holds the reservation.
bool held_by_all_registrants(std::uint8_t type);

model::ScsiCommand persistent_reserve_in(PrIn action,
                                         std::uint16_t allocation = kReservationDataMax);

struct PrOutParameters {
    std::uint64_t key = 0;                 ///< that this path is registered with
    std::uint64_t service_action_key = 0;  ///< the new one, or whose registration is meant
    bool aptpl = false;
    bool all_target_ports = false;
    std::vector<std::vector<std::uint8_t>> transport_ids = {};  ///< whole TransportIDs
};
/// `type` counts for reserve, release and preempt. At most kTransportIdsMax transport ids
/// (asserted).
model::ScsiCommand persistent_reserve_out(PrOut action, std::uint8_t type,
                                          const PrOutParameters& parameters);

struct PrKeys {
    std::uint32_t generation = 0;
    std::uint32_t declared_bytes = 0;  ///< of keys, as the header says
    std::vector<std::uint64_t> keys;   ///< as many as came
};
Result<PrKeys> parse_pr_keys(Bytes data);

struct PrReservation {
    std::uint32_t generation = 0;
    bool held = false;
    std::uint64_t key = 0;
    std::uint8_t scope = 0;
    std::uint8_t type = 0;
};
Result<PrReservation> parse_pr_reservation(Bytes data);

struct PrRegistrant {
    std::uint64_t key = 0;
    bool all_target_ports = false;
    bool holder = false;
    std::uint8_t scope = 0;  ///< of a holder
    std::uint8_t type = 0;
    std::uint16_t relative_port = 0;
    std::vector<std::uint8_t> transport_id;
    auto operator<=>(const PrRegistrant&) const = default;
};
struct PrFullStatus {
    std::uint32_t generation = 0;
    std::vector<PrRegistrant> registrants;
};
Result<PrFullStatus> parse_pr_full_status(Bytes data);

struct PrCapabilities {
    std::uint16_t length = 0;
    std::uint8_t flags = 0;       ///< byte 2
    std::uint8_t more_flags = 0;  ///< byte 3
    std::uint16_t type_mask = 0;  ///< bytes 4 and 5
};
Result<PrCapabilities> parse_pr_capabilities(Bytes data);

}  // namespace mp::scsi
