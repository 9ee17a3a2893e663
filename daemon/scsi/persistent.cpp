// SPDX-License-Identifier: GPL-2.0-or-later
// Which bytes make a PERSISTENT RESERVE IN and OUT, and what do the answers say? Layouts: SPC-5
// 6.16 (IN: READ KEYS, READ RESERVATION, REPORT CAPABILITIES, READ FULL STATUS) and 6.17 (OUT: the
// basic parameter list and, for a registration on behalf of other initiators, the list of
// TransportIDs behind it). REGISTER AND MOVE is not built. An answer that is shorter than it
// declares is read as far as it goes; one without a whole header is an error.
#include "daemon/scsi/persistent.h"

#include <algorithm>
#include <array>

#include "daemon/base/assert.h"
#include "daemon/scsi/bytes.h"

namespace mp::scsi {
namespace {

constexpr std::uint8_t kPersistentReserveIn = 0x5e;
constexpr std::uint8_t kPersistentReserveOut = 0x5f;
constexpr std::uint8_t kSpecIPt = 0x08;
constexpr std::uint8_t kAllTgPt = 0x04;
constexpr std::uint8_t kAptpl = 0x01;
constexpr std::size_t kHeaderBytes = 8;
constexpr std::size_t kDescriptorBytes = 24;

void append(std::vector<std::uint8_t>& out, unsigned bits, std::uint64_t value) {
    for (; bits > 0; bits -= 8) {
        out.push_back(byte_of(value, bits - 8));
    }
}

struct Header {
    std::uint32_t generation = 0;
    std::uint32_t declared = 0;
    Bytes body;
};

Result<Header> parse_header(Bytes data) {
    if (data.size() < kHeaderBytes) {
        return fail(Errc::invalid, "persistent reservation data without a header");
    }
    Header header{*u32_at(data, 0), *u32_at(data, 4), {}};
    header.body = slice(data, kHeaderBytes, header.declared);
    return header;
}

}  // namespace

std::string_view reservation_type_text(std::uint8_t type) {
    constexpr std::array<std::string_view, 9> kTexts = {
        "obsolete [0]",
        "Write Exclusive",
        "obsolete [2]",
        "Exclusive Access",
        "obsolete [4]",
        "Write Exclusive, registrants only",
        "Exclusive Access, registrants only",
        "Write Exclusive, all registrants",
        "Exclusive Access, all registrants",
    };
    return type < kTexts.size() ? kTexts.at(type) : "reserved";
}

bool is_reservation_type(std::uint8_t type) {
    return type == 1 || type == 3 || (type >= 5 && type <= 8);
}

bool held_by_all_registrants(std::uint8_t type) {
    return type == 7 || type == 8;
}

model::ScsiCommand persistent_reserve_in(PrIn action, std::uint16_t allocation) {
    return {.cdb = {kPersistentReserveIn, static_cast<std::uint8_t>(action), 0, 0, 0, 0, 0,
                    byte_of(allocation, 8), byte_of(allocation, 0), 0},
            .transfer_length = allocation};
}

model::ScsiCommand persistent_reserve_out(PrOut action, std::uint8_t type,
                                          const PrOutParameters& parameters) {
    MP_ASSERT(parameters.transport_ids.size() <= kTransportIdsMax);
    std::vector<std::uint8_t> list;
    append(list, 64, parameters.key);
    append(list, 64, parameters.service_action_key);
    append(list, 32, 0);
    bool named = !parameters.transport_ids.empty();
    list.push_back(static_cast<std::uint8_t>((named ? kSpecIPt : 0) |
                                             (parameters.all_target_ports ? kAllTgPt : 0) |
                                             (parameters.aptpl ? kAptpl : 0)));
    list.insert(list.end(), 3, 0);
    if (named) {
        std::size_t bytes = 0;
        for (const std::vector<std::uint8_t>& id : parameters.transport_ids) {
            bytes += id.size();
        }
        append(list, 32, bytes);
        for (const std::vector<std::uint8_t>& id : parameters.transport_ids) {
            list.insert(list.end(), id.begin(), id.end());
        }
    }
    MP_ASSERT(list.size() <= kReservationDataMax);
    return {.cdb = {kPersistentReserveOut, static_cast<std::uint8_t>(action),
                    static_cast<std::uint8_t>(type & 0x0fU), 0, 0, byte_of(list.size(), 24),
                    byte_of(list.size(), 16), byte_of(list.size(), 8), byte_of(list.size(), 0), 0},
            .data_out = std::move(list)};
}

Result<PrKeys> parse_pr_keys(Bytes data) {
    MP_TRY(Header header, parse_header(data));
    PrKeys out{header.generation, header.declared, {}};
    for (std::size_t at = 0; at + 8 <= header.body.size(); at += 8) {
        out.keys.push_back(*u64_at(header.body, at));
    }
    return out;
}

Result<PrReservation> parse_pr_reservation(Bytes data) {
    MP_TRY(Header header, parse_header(data));
    PrReservation out;
    out.generation = header.generation;
    std::optional<std::uint8_t> kind = u8_at(header.body, 13);
    if (!kind) {
        return out;
    }
    out.held = true;
    out.key = *u64_at(header.body, 0);
    out.scope = *kind >> 4U;
    out.type = *kind & 0x0fU;
    return out;
}

Result<PrFullStatus> parse_pr_full_status(Bytes data) {
    MP_TRY(Header header, parse_header(data));
    PrFullStatus out{header.generation, {}};
    Bytes rest = header.body;
    while (rest.size() >= kDescriptorBytes) {
        PrRegistrant one;
        one.key = *u64_at(rest, 0);
        one.all_target_ports = (*u8_at(rest, 12) & 0x02U) != 0;
        one.holder = (*u8_at(rest, 12) & 0x01U) != 0;
        one.scope = *u8_at(rest, 13) >> 4U;
        one.type = *u8_at(rest, 13) & 0x0fU;
        one.relative_port = *u16_at(rest, 18);
        std::size_t length = *u32_at(rest, 20);
        Bytes id = slice(rest, kDescriptorBytes, length);
        one.transport_id.assign(id.begin(), id.end());
        out.registrants.push_back(std::move(one));
        if (id.size() < length) {
            break;
        }
        rest = rest.subspan(kDescriptorBytes + length);
    }
    return out;
}

Result<PrCapabilities> parse_pr_capabilities(Bytes data) {
    if (data.size() < 6) {
        return fail(Errc::invalid, "persistent reservation capabilities cut short");
    }
    return PrCapabilities{*u16_at(data, 0), data[2], data[3], *u16_at(data, 4)};
}

}  // namespace mp::scsi
