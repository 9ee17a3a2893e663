// SPDX-License-Identifier: GPL-2.0-or-later
// How is an answer about reservations shown? Fence agents and cluster resources read these lines:
// one key per line, "0x" and lower-case digits without leading zeros, nothing behind it; and
// "Key = 0x..." for the holder. The words are part of the contract.
#include "daemon/cli/persist_text.h"

#include <array>
#include <cstdio>
#include <utility>

namespace mp::cli {
namespace {

std::string hex(std::uint64_t value) {
    std::array<char, 24> text{};
    (void)std::snprintf(text.data(), text.size(), "0x%llx", static_cast<unsigned long long>(value));
    return text.data();
}

std::string scope_and_type(std::uint8_t scope, std::uint8_t type, const std::string& is,
                           const std::string& comma) {
    return "scope" + is + (scope == 0 ? std::string("LU_SCOPE") : std::to_string(scope)) + comma +
           "type" + is + std::string(scsi::reservation_type_text(type));
}

std::string spaced_hex(scsi::Bytes bytes) {
    std::string out;
    for (std::uint8_t byte : bytes) {
        out += " " + scsi::hex_text(scsi::Bytes(&byte, 1));
    }
    return out;
}

Result<std::string> keys_text(scsi::Bytes data) {
    MP_TRY(scsi::PrKeys keys, scsi::parse_pr_keys(data));
    std::string out = "  PR generation=" + hex(keys.generation) + ", ";
    std::size_t count = keys.declared_bytes / 8;
    if (count == 0) {
        return out + "\t0 registered reservation key.\n";
    }
    out += count == 1 ? "\t1 registered reservation key follows:\n"
                      : "\t" + std::to_string(count) + " registered reservation keys follow:\n";
    for (std::uint64_t key : keys.keys) {
        out += "    " + hex(key) + "\n";
    }
    return out;
}

Result<std::string> reservation_text(scsi::Bytes data) {
    MP_TRY(scsi::PrReservation reservation, scsi::parse_pr_reservation(data));
    std::string out = "  PR generation=" + hex(reservation.generation);
    if (!reservation.held) {
        return out + ", there is NO reservation held \n";
    }
    return out + ", Reservation follows:\n   Key = " + hex(reservation.key) + "\n  " +
           scope_and_type(reservation.scope, reservation.type, " = ", ", ") + "\n";
}

std::string name_of(const std::vector<std::uint8_t>& id) {
    scsi::Bytes bytes = id;
    std::uint8_t protocol = scsi::u8_at(bytes, 0).value_or(0) & 0x0fU;
    switch (protocol) {
        case 0x0:
            return "   FCP-2 World Wide Name:\n   " + scsi::hex_text(scsi::slice(bytes, 8, 8)) +
                   "\n";
        case 0x5: {
            std::size_t length = scsi::u16_at(bytes, 2).value_or(0);
            return "   iSCSI name: " + scsi::text_field(scsi::slice(bytes, 4, length)) + "\n";
        }
        case 0x6:
            return "   SAS        " + spaced_hex(scsi::slice(bytes, 4, 8)) + "\n";
        default:
            return "   TransportID: " + scsi::hex_text(bytes) + "\n";
    }
}

Result<std::string> status_text(scsi::Bytes data) {
    MP_TRY(scsi::PrFullStatus status, scsi::parse_pr_full_status(data));
    std::string out = "  PR generation=" + hex(status.generation) + " \n";
    for (const scsi::PrRegistrant& one : status.registrants) {
        out += "   Key = " + hex(one.key) + "\n";
        out += one.all_target_ports ? "      All target ports bit set\n"
                                    : "      All target ports bit clear\n      Relative port "
                                      "address: " +
                                          hex(one.relative_port) + "\n";
        out += one.holder ? "      << Reservation holder >>\n      " +
                                scope_and_type(one.scope, one.type, ": ", ",  ") + "\n"
                          : "      not reservation holder\n";
        if (!one.transport_id.empty()) {
            out += name_of(one.transport_id);
        }
    }
    return out;
}

Result<std::string> capabilities_text(scsi::Bytes data) {
    MP_TRY(scsi::PrCapabilities found, scsi::parse_pr_capabilities(data));
    struct Line {
        const char* text;
        unsigned value;
    };
    auto bit = [](unsigned value, unsigned mask) { return (value & mask) != 0 ? 1U : 0U; };
    const Line lines[] = {
        {"  Compatible Reservation Handling(CRH): ", bit(found.flags, 0x10)},
        {"  Specify Initiator Ports Capable(SIP_C): ", bit(found.flags, 0x08)},
        {"  All Target Ports Capable(ATP_C): ", bit(found.flags, 0x04)},
        {"  Persist Through Power Loss Capable(PTPL_C): ", bit(found.flags, 0x01)},
        {"  Type Mask Valid(TMV): ", bit(found.more_flags, 0x80)},
        {"  Allow Commands: ", (found.more_flags >> 4U) & 7U},
        {"  Persist Through Power Loss Active(PTPL_A): ", bit(found.more_flags, 0x01)},
    };
    const Line types[] = {
        {"      Write Exclusive, all registrants: ", bit(found.type_mask, 0x8000)},
        {"      Exclusive Access, registrants only: ", bit(found.type_mask, 0x4000)},
        {"      Write Exclusive, registrants only: ", bit(found.type_mask, 0x2000)},
        {"      Exclusive Access: ", bit(found.type_mask, 0x0800)},
        {"      Write Exclusive: ", bit(found.type_mask, 0x0200)},
        {"      Exclusive Access, all registrants: ", bit(found.type_mask, 0x0001)},
    };
    std::string out = "Report capabilities response:\n";
    for (const Line& line : lines) {
        out += line.text + std::to_string(line.value) + "\n";
    }
    if ((found.more_flags & 0x80U) != 0) {
        out += "    Support indicated in Type mask:\n";
        for (const Line& line : types) {
            out += line.text + std::to_string(line.value) + "\n";
        }
    }
    return out;
}

}  // namespace

Result<std::string> render_reservation_data(scsi::PrIn question, scsi::Bytes data) {
    switch (question) {
        case scsi::PrIn::read_keys:
            return keys_text(data);
        case scsi::PrIn::read_reservation:
            return reservation_text(data);
        case scsi::PrIn::read_full_status:
            return status_text(data);
        case scsi::PrIn::report_capabilities:
            return capabilities_text(data);
    }
    return fail(Errc::invalid, "unknown question");
}

std::string render_hex(scsi::Bytes data) {
    constexpr std::size_t kPerLine = 16;
    std::string out;
    for (std::size_t at = 0; at < data.size(); at += kPerLine) {
        std::array<char, 40> offset{};
        (void)std::snprintf(offset.data(), offset.size(), " %02zx     ", at);
        out += offset.data();
        for (std::uint8_t byte : scsi::slice(data, at, kPerLine)) {
            out += scsi::hex_text(scsi::Bytes(&byte, 1)) + " ";
        }
        out.back() = '\n';
    }
    return out;
}

}  // namespace mp::cli
