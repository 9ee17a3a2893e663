// SPDX-License-Identifier: GPL-2.0-or-later
// What a device means by its sense data, and what a whole ScsiReply amounts to.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include "daemon/base/result.h"
#include "daemon/model/probe.h"
#include "daemon/scsi/bytes.h"

namespace mp::scsi {

enum class SenseKey : std::uint8_t {
    no_sense = 0x0,
    recovered_error = 0x1,
    not_ready = 0x2,
    medium_error = 0x3,
    hardware_error = 0x4,
    illegal_request = 0x5,
    unit_attention = 0x6,
    data_protect = 0x7,
    blank_check = 0x8,
    vendor_specific = 0x9,
    copy_aborted = 0xa,
    aborted_command = 0xb,
    reserved = 0xc,
    volume_overflow = 0xd,
    miscompare = 0xe,
    completed = 0xf,
};

struct Sense {
    SenseKey key = SenseKey::no_sense;
    std::uint8_t asc = 0;
    std::uint8_t ascq = 0;
    bool deferred = false;  ///< about an earlier command (response code 71h, 73h)

    bool is(SenseKey wanted_key, std::uint8_t wanted_asc) const {
        return key == wanted_key && asc == wanted_asc;
    }
    bool is(SenseKey wanted_key, std::uint8_t wanted_asc, std::uint8_t wanted_ascq) const {
        return key == wanted_key && asc == wanted_asc && ascq == wanted_ascq;
    }
    /// "2/04/0b".
    std::string text() const;
    auto operator<=>(const Sense&) const = default;
};

/// Fixed and descriptor format. Fixed data cut before ASC read with ASC and ASCQ 0. Errors:
/// invalid, with what was wrong (empty, unknown response code, cut before the sense key).
Result<Sense> parse_sense(Bytes bytes);

// What a unit attention tells (SPC-5 4.5.3 table of additional sense codes).
bool is_power_on_or_reset(
    const Sense& sense);                       ///< 6/29/xx: the nexus was lost, anything may be new
bool is_capacity_changed(const Sense& sense);  ///< 6/2A/09
bool is_alua_state_changed(const Sense& sense);  ///< 6/2A/06, 6/2A/07
bool is_inquiry_data_changed(
    const Sense& sense);  ///< 6/3F/03, and 6/3F/05 device identifier changed
bool is_report_luns_changed(const Sense& sense);  ///< 6/3F/0E
/// The disk behind this address may be another one now: identity must be read before it is trusted.
bool is_identity_suspect(const Sense& sense);

bool is_alua_transitioning(const Sense& sense);  ///< 2/04/0A
bool is_alua_standby(const Sense& sense);        ///< 2/04/0B
bool is_alua_unavailable(const Sense& sense);    ///< 2/04/0C
bool is_lun_not_supported(const Sense& sense);   ///< 5/25/00: no logical unit at this LUN
/// 5/20/00, 5/24/00, 5/26/xx: the device does not know this command, page or field.
bool is_unsupported_request(const Sense& sense);

// SAM-5 status bytes.
constexpr std::uint8_t kStatusGood = 0x00;
constexpr std::uint8_t kStatusCheckCondition = 0x02;
constexpr std::uint8_t kStatusConditionMet = 0x04;
constexpr std::uint8_t kStatusBusy = 0x08;
constexpr std::uint8_t kStatusReservationConflict = 0x18;
constexpr std::uint8_t kStatusTaskSetFull = 0x28;

// Linux host bytes (include/scsi/scsi_status.h) that decide anything here.
constexpr std::uint16_t kHostOk = 0x00;
constexpr std::uint16_t kHostNoConnect = 0x01;
constexpr std::uint16_t kHostBusBusy = 0x02;
constexpr std::uint16_t kHostTimeOut = 0x03;
constexpr std::uint16_t kHostBadTarget = 0x04;
constexpr std::uint16_t kHostAbort = 0x05;
constexpr std::uint16_t kHostError = 0x07;
constexpr std::uint16_t kHostSoftError = 0x0b;
constexpr std::uint16_t kHostTransportDisrupted = 0x0e;
constexpr std::uint16_t kHostTransportFailfast = 0x0f;
constexpr std::uint16_t kHostTargetFailure = 0x10;
constexpr std::uint16_t kHostMediumError = 0x13;

/// A ScsiReply in one word. The order of tests: reservation conflict, transport, status and sense.
enum class Outcome {
    done,  ///< the command did its work (also with a recovered error)
    reservation_conflict,
    busy,          ///< BUSY or TASK SET FULL
    sense,         ///< CHECK CONDITION; look at `sense`
    no_path,       ///< the host adapter says the target is not reachable: trying again is no use
    transport,     ///< another host or driver error
    other_status,  ///< a status byte that has no place here
};
struct Completion {
    Outcome outcome = Outcome::done;
    Sense sense;       ///< for Outcome::sense
    std::string text;  ///< what was seen, for a message: "sense 2/04/03", "host status 0x03"; empty
                       ///< when done
};
Completion completion_of(const model::ScsiReply& reply);
/// Busy, or a unit attention: the same command may do its work when it is sent again at once.
bool is_passing(const Completion& completion);

}  // namespace mp::scsi
