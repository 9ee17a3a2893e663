// SPDX-License-Identifier: GPL-2.0-or-later
// What does a device mean by its sense data? SPC-5 4.5.2 (descriptor format, response codes 72h and
// 73h) and 4.5.3 (fixed format, 70h and 71h). The rule: the sense key must be there; additional
// codes that a short fixed answer lacks read as 00/00, which SPC-5 defines as "no additional
// information". completion_of() then folds status, host and driver bytes and sense into one word,
// so that every checker reads a reply alike. It decides nothing about paths: what "busy" means for
// a path is the checker's business.
#include "daemon/scsi/sense.h"

#include <array>

namespace mp::scsi {
namespace {

constexpr std::uint16_t kDriverSense = 0x08;  // old kernels set it beside valid sense data

std::string hex_byte(std::uint8_t byte) {
    std::array<std::uint8_t, 1> one{byte};
    return hex_text(one);
}

bool useful(const Sense& sense) {
    return sense.key == SenseKey::no_sense || sense.key == SenseKey::recovered_error ||
           sense.key == SenseKey::completed;
}

Completion of_check_condition(const model::ScsiReply& reply) {
    Result<Sense> sense = parse_sense(reply.sense);
    if (!sense) {
        return {.outcome = Outcome::other_status,
                .text = std::string("check condition without usable sense: ") + sense.error().what};
    }
    // A deferred error speaks of an earlier command; this one was not executed (SPC-5 4.5.7).
    if (useful(*sense) && !sense->deferred) {
        return {.outcome = Outcome::done, .sense = *sense};
    }
    return {.outcome = Outcome::sense, .sense = *sense, .text = "sense " + sense->text()};
}

}  // namespace

std::string Sense::text() const {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string out(1, kDigits[static_cast<std::uint8_t>(key) & 0xfU]);
    return out + "/" + hex_byte(asc) + "/" + hex_byte(ascq);
}

Result<Sense> parse_sense(Bytes bytes) {
    if (bytes.empty()) {
        return fail(Errc::invalid, "no sense data");
    }
    std::uint8_t response = bytes[0] & 0x7fU;
    bool fixed = response == 0x70 || response == 0x71;
    bool descriptor = response == 0x72 || response == 0x73;
    if (!fixed && !descriptor) {
        return fail(Errc::invalid, "unknown sense response code");
    }
    Sense sense;
    sense.deferred = response == 0x71 || response == 0x73;
    std::optional<std::uint8_t> key = u8_at(bytes, fixed ? 2 : 1);
    if (!key) {
        return fail(Errc::invalid, "sense data end before the sense key");
    }
    sense.key = static_cast<SenseKey>(*key & 0xfU);
    if (fixed) {
        // Byte 7 counts what follows it; codes beyond that count are not there.
        Bytes valid = slice(bytes, 0, static_cast<std::size_t>(u8_at(bytes, 7).value_or(0)) + 8);
        sense.asc = u8_at(valid, 12).value_or(0);
        sense.ascq = u8_at(valid, 13).value_or(0);
    } else {
        sense.asc = u8_at(bytes, 2).value_or(0);
        sense.ascq = u8_at(bytes, 3).value_or(0);
    }
    return sense;
}

bool is_power_on_or_reset(const Sense& sense) {
    return sense.is(SenseKey::unit_attention, 0x29);
}

bool is_capacity_changed(const Sense& sense) {
    return sense.is(SenseKey::unit_attention, 0x2a, 0x09);
}

bool is_alua_state_changed(const Sense& sense) {
    return sense.is(SenseKey::unit_attention, 0x2a, 0x06) ||
           sense.is(SenseKey::unit_attention, 0x2a, 0x07);
}

bool is_inquiry_data_changed(const Sense& sense) {
    return sense.is(SenseKey::unit_attention, 0x3f, 0x03) ||
           sense.is(SenseKey::unit_attention, 0x3f, 0x05);
}

bool is_report_luns_changed(const Sense& sense) {
    return sense.is(SenseKey::unit_attention, 0x3f, 0x0e);
}

bool is_identity_suspect(const Sense& sense) {
    return is_inquiry_data_changed(sense) || is_report_luns_changed(sense) ||
           is_capacity_changed(sense) || is_power_on_or_reset(sense);
}

bool is_alua_transitioning(const Sense& sense) {
    return sense.is(SenseKey::not_ready, 0x04, 0x0a);
}
bool is_alua_standby(const Sense& sense) {
    return sense.is(SenseKey::not_ready, 0x04, 0x0b);
}
bool is_alua_unavailable(const Sense& sense) {
    return sense.is(SenseKey::not_ready, 0x04, 0x0c);
}

bool is_lun_not_supported(const Sense& sense) {
    return sense.is(SenseKey::illegal_request, 0x25, 0x00);
}

bool is_unsupported_request(const Sense& sense) {
    return sense.is(SenseKey::illegal_request, 0x20, 0x00) ||
           sense.is(SenseKey::illegal_request, 0x24, 0x00) ||
           sense.is(SenseKey::illegal_request, 0x26);
}

Completion completion_of(const model::ScsiReply& reply) {
    std::uint8_t status = reply.status & 0x7eU;  // bits 0 and 7 are reserved or vendor specific
    if (status == kStatusReservationConflict) {
        return {.outcome = Outcome::reservation_conflict, .text = "reservation conflict"};
    }
    bool explained = status == kStatusCheckCondition && reply.host_status >= kHostTargetFailure &&
                     reply.host_status <= kHostMediumError;  // older kernels echo the sense there
    switch (explained ? kHostOk : reply.host_status) {
        case kHostOk:
            break;
        case kHostNoConnect:
        case kHostBadTarget:
        case kHostAbort:
        case kHostTransportFailfast:
            return {
                .outcome = Outcome::no_path,
                .text = "host status 0x" + hex_byte(static_cast<std::uint8_t>(reply.host_status))};
        default:
            return {
                .outcome = Outcome::transport,
                .text = "host status 0x" + hex_byte(static_cast<std::uint8_t>(reply.host_status))};
    }
    if (status == kStatusCheckCondition) {
        return of_check_condition(reply);
    }
    if (status == kStatusBusy || status == kStatusTaskSetFull) {
        return {.outcome = Outcome::busy, .text = "target busy"};
    }
    if (status != kStatusGood && status != kStatusConditionMet) {
        return {.outcome = Outcome::other_status, .text = "scsi status 0x" + hex_byte(status)};
    }
    if (reply.driver_status != 0 && reply.driver_status != kDriverSense) {
        return {
            .outcome = Outcome::transport,
            .text = "driver status 0x" + hex_byte(static_cast<std::uint8_t>(reply.driver_status))};
    }
    return {};
}

bool is_passing(const Completion& completion) {
    return completion.outcome == Outcome::busy ||
           (completion.outcome == Outcome::sense &&
            completion.sense.key == SenseKey::unit_attention);
}

}  // namespace mp::scsi
