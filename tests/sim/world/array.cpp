// SPDX-License-Identifier: GPL-2.0-or-later
// The array as a model of SPC-5 and SBC-4: INQUIRY (standard, VPD 00h, 80h, 83h), TEST UNIT READY,
// REPORT TARGET PORT GROUPS, READ(10) and READ(16), with sense data in fixed format for even and in
// descriptor format for odd logical units. INQUIRY neither reports nor clears a unit attention; any
// other command does. Reservations and the rest of SCSI are not modelled.
#include "tests/sim/world/array.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "daemon/base/assert.h"

namespace mp::sim {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t kAttentionsMax = 4;
constexpr std::uint8_t kGood = 0x00;
constexpr std::uint8_t kCheckCondition = 0x02;

void put16(Bytes& out, std::size_t value) {
    out.push_back(static_cast<std::uint8_t>(value >> 8U));
    out.push_back(static_cast<std::uint8_t>(value));
}

void put_text(Bytes& out, const std::string& text, std::size_t width) {
    for (std::size_t i = 0; i < width; ++i) {
        out.push_back(static_cast<std::uint8_t>(i < text.size() ? text[i] : ' '));
    }
}

std::string hex(const Bytes& bytes) {
    std::string out;
    for (const std::uint8_t byte : bytes) {
        out += fmt::format("{:02x}", byte);
    }
    return out;
}

/// One designation descriptor (SPC-5 7.7.6.1).
void put_designator(Bytes& out, int code_set, int association, int type, const Bytes& id) {
    out.push_back(static_cast<std::uint8_t>(code_set));
    out.push_back(static_cast<std::uint8_t>((association << 4) | type));
    out.push_back(0);
    out.push_back(static_cast<std::uint8_t>(id.size()));
    out.insert(out.end(), id.begin(), id.end());
}

Bytes page(int code, const Bytes& body) {
    Bytes out{0x00, static_cast<std::uint8_t>(code)};
    put16(out, body.size());
    out.insert(out.end(), body.begin(), body.end());
    return out;
}

}  // namespace

int SimArray::tpgs() const {
    switch (model_) {
        case ArrayModel::symmetric:
            return 0;
        case ArrayModel::alua_implicit:
            return 1;
        case ArrayModel::alua_explicit:
            return 3;
    }
    return 0;
}

int SimArray::add_lu(IdKind kind, std::uint64_t size_sectors) {
    Lu lu;
    lu.number = lu_count();
    lu.id_kind = kind;
    lu.size_sectors = size_sectors;
    lu.serial = fmt::format("SIM{:09}", lu.number);
    const auto low = static_cast<std::uint8_t>(lu.number);
    const auto high = static_cast<std::uint8_t>(lu.number >> 8);
    switch (kind) {
        case IdKind::naa6:
            lu.designator = {0x60, 0x01, 0x40, 0x5a, 0xbc, 0xde, 0x01, 0x23,
                             0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, high, low};
            lu.wwid = Wwid("3" + hex(lu.designator));
            break;
        case IdKind::eui64:
            lu.designator = {0x00, 0x25, 0x38, 0x5b, 0x91, 0x50, high, low};
            lu.wwid = Wwid("2" + hex(lu.designator));
            break;
        case IdKind::t10: {
            const std::string text = fmt::format("SIMARRAYvolume-{:08}", lu.number);
            lu.designator.assign(text.begin(), text.end());
            lu.wwid = Wwid("1" + text);
            break;
        }
    }
    const int preferred = lu.number % 2;
    if (model_ != ArrayModel::symmetric) {
        lu.state[static_cast<std::size_t>(1 - preferred)] =
            model_ == ArrayModel::alua_implicit ? Alua::non_optimized : Alua::standby;
    }
    lus_.push_back(lu);
    return lu.number;
}

std::optional<int> SimArray::lu_of_wwid(const Wwid& wwid) const {
    for (const Lu& lu : lus_) {
        if (lu.wwid == wwid) {
            return lu.number;
        }
    }
    return std::nullopt;
}

void SimArray::set_ready(int number, bool ready) {
    at(number).ready = ready;
    ++version_;
}

void SimArray::set_hung(int number, bool hung) {
    at(number).hung = hung;
    ++version_;
}

void SimArray::map(int port, std::uint64_t lun, std::optional<int> lu, bool announce) {
    ++version_;
    if (lu) {
        maps_[{port, lun}] = *lu;
    } else {
        maps_.erase({port, lun});
    }
    for (int adapter = 0; announce && adapter < adapters_; ++adapter) {
        raise({adapter, port, lun}, kLunsChanged);
        raise({adapter, port, lun}, kInquiryChanged);
    }
}

std::optional<int> SimArray::lu_at(int port, std::uint64_t lun) const {
    const auto found = maps_.find({port, lun});
    return found == maps_.end() ? std::nullopt : std::optional<int>(found->second);
}

void SimArray::set_state(int lu_number, int group, Alua state, bool announce) {
    at(lu_number).state.at(static_cast<std::size_t>(group)) = state;
    ++version_;
    for (const auto& [where, mapped] : maps_) {
        for (int adapter = 0; announce && mapped == lu_number && adapter < adapters_; ++adapter) {
            raise({adapter, where.first, where.second}, kAluaChanged);
        }
    }
}

void SimArray::resize(int lu_number, std::uint64_t size_sectors, bool announce) {
    at(lu_number).size_sectors = size_sectors;
    ++version_;
    for (const auto& [where, mapped] : maps_) {
        for (int adapter = 0; announce && mapped == lu_number && adapter < adapters_; ++adapter) {
            raise({adapter, where.first, where.second}, kCapacityChanged);
        }
    }
}

void SimArray::raise(const Nexus& nexus, UnitAttention attention) {
    std::deque<UnitAttention>& queue = attentions_[nexus];
    if (queue.size() < kAttentionsMax) {
        queue.push_back(attention);
    }
}

std::optional<UnitAttention> SimArray::take_attention(const Nexus& nexus) {
    const auto found = attentions_.find(nexus);
    if (found == attentions_.end()) {
        return std::nullopt;
    }
    const UnitAttention attention = found->second.front();
    found->second.pop_front();
    if (found->second.empty()) {
        attentions_.erase(found);
    }
    return attention;
}

bool SimArray::activate(const Nexus& nexus) {
    const std::optional<int> number = lu_at(nexus.port, nexus.lun);
    if (model_ != ArrayModel::alua_explicit || !number) {
        return false;
    }
    const int group = group_of_port(nexus.port);
    if (lu(*number).state[static_cast<std::size_t>(group)] != Alua::standby) {
        return lu(*number).state[static_cast<std::size_t>(group)] == Alua::optimized;
    }
    set_state(*number, group, Alua::optimized, true);
    set_state(*number, 1 - group, Alua::standby, true);
    return true;
}

Bytes SimArray::inquiry(int port, std::uint64_t lun) const {
    const bool mapped = lu_at(port, lun).has_value();
    Bytes out{static_cast<std::uint8_t>(mapped ? 0x00 : 0x7f), 0x00, 0x06, 0x02, 91,
              static_cast<std::uint8_t>(tpgs() << 4),          0x00, 0x02};
    put_text(out, vendor_, 8);
    put_text(out, product_, 16);
    put_text(out, "1.0", 4);
    out.resize(96, 0);
    return out;
}

Bytes SimArray::vpd83(int port, std::uint64_t lun) const {
    const std::optional<int> number = lu_at(port, lun);
    if (!number) {
        return {};
    }
    const Lu& unit = lu(*number);
    Bytes body;
    switch (unit.id_kind) {
        case IdKind::naa6:
            put_designator(body, 1, 0, 3, unit.designator);
            break;
        case IdKind::eui64:
            put_designator(body, 1, 0, 2, unit.designator);
            break;
        case IdKind::t10:
            put_designator(body, 2, 0, 1, unit.designator);
            break;
    }
    const auto relative_port = static_cast<std::uint8_t>(port + 1);
    put_designator(body, 1, 1, 4, {0, 0, 0, relative_port});
    put_designator(body, 1, 1, 5, {0, 0, 0, static_cast<std::uint8_t>(group_of_port(port) + 1)});
    return page(0x83, body);
}

Bytes SimArray::vpd80(int port, std::uint64_t lun) const {
    const std::optional<int> number = lu_at(port, lun);
    if (!number) {
        return {};
    }
    const std::string& serial = lu(*number).serial;
    return page(0x80, Bytes(serial.begin(), serial.end()));
}

model::ScsiReply SimArray::reply_data(Bytes data, std::uint32_t limit) const {
    data.resize(std::min<std::size_t>(data.size(), limit));
    model::ScsiReply reply;
    reply.status = kGood;
    reply.data = std::move(data);
    return reply;
}

model::ScsiReply SimArray::check_condition(std::uint8_t key, std::uint8_t asc,
                                           std::uint8_t ascq) const {
    model::ScsiReply reply;
    reply.status = kCheckCondition;
    reply.driver_status = 0x08;  // DRIVER_SENSE, as the sg driver says it
    if (((asc + ascq) & 1) != 0) {
        reply.sense = {0x72, key, asc, ascq, 0, 0, 0, 0};
    } else {
        reply.sense = {0x70, 0, key, 0, 0, 0, 0, 10, 0, 0, 0, 0, asc, ascq, 0, 0, 0, 0};
    }
    return reply;
}

std::optional<model::ScsiReply> SimArray::not_ready(const Lu& unit, int group) const {
    switch (unit.state.at(static_cast<std::size_t>(group))) {
        case Alua::optimized:
        case Alua::non_optimized:
            break;
        case Alua::standby:
            return check_condition(2, 0x04, 0x0b);
        case Alua::unavailable:
            return check_condition(2, 0x04, 0x0c);
        case Alua::transitioning:
            return check_condition(2, 0x04, 0x0a);
    }
    if (!unit.ready) {
        return check_condition(2, 0x04, 0x03);
    }
    return std::nullopt;
}

model::ScsiReply SimArray::answer_inquiry(const Nexus& nexus,
                                          const model::ScsiCommand& command) const {
    const std::uint32_t limit = command.transfer_length;
    if ((command.cdb[1] & 1) == 0) {
        return reply_data(inquiry(nexus.port, nexus.lun), limit);
    }
    if (!lu_at(nexus.port, nexus.lun)) {
        return check_condition(5, 0x25, 0x00);
    }
    switch (command.cdb[2]) {
        case 0x00:
            return reply_data(page(0x00, {0x00, 0x80, 0x83}), limit);
        case 0x80:
            return reply_data(vpd80(nexus.port, nexus.lun), limit);
        case 0x83:
            return reply_data(vpd83(nexus.port, nexus.lun), limit);
        default:
            return check_condition(5, 0x24, 0x00);
    }
}

Bytes SimArray::report_groups(const Lu& unit, bool extended) const {
    Bytes groups;
    for (int group = 0; group < std::min(2, ports_); ++group) {
        const bool preferred = model_ != ArrayModel::symmetric && unit.number % 2 == group;
        const auto code = static_cast<std::uint8_t>(unit.state.at(static_cast<std::size_t>(group)));
        groups.push_back(static_cast<std::uint8_t>((preferred ? 0x80 : 0x00) | code));
        groups.push_back(0x8f);
        put16(groups, static_cast<std::size_t>(group + 1));
        groups.push_back(0);
        groups.push_back(0);
        groups.push_back(0);
        Bytes ports;
        for (int port = group; port < ports_; port += 2) {
            ports.insert(ports.end(), {0, 0, 0, static_cast<std::uint8_t>(port + 1)});
        }
        groups.push_back(static_cast<std::uint8_t>(ports.size() / 4));
        groups.insert(groups.end(), ports.begin(), ports.end());
    }
    Bytes body;
    if (extended) {
        body = {0x10, 60, 0, 0};
    }
    body.insert(body.end(), groups.begin(), groups.end());
    Bytes out{0, 0};
    put16(out, body.size());
    out.insert(out.end(), body.begin(), body.end());
    return out;
}

model::ScsiReply SimArray::answer_read(const Nexus& nexus,
                                       const model::ScsiCommand& command) const {
    const std::optional<int> number = lu_at(nexus.port, nexus.lun);
    MP_ASSERT(number.has_value());
    if (const std::optional<model::ScsiReply> trouble =
            not_ready(lu(*number), group_of_port(nexus.port))) {
        return *trouble;
    }
    Bytes data(command.transfer_length, static_cast<std::uint8_t>(*number));
    return reply_data(std::move(data), command.transfer_length);
}

model::ScsiReply SimArray::execute(const Nexus& nexus, const model::ScsiCommand& command) {
    MP_ASSERT(command.cdb.size() >= 6 && command.cdb.size() <= 16);
    const std::uint8_t opcode = command.cdb[0];
    if (opcode == 0x12) {
        return answer_inquiry(nexus, command);
    }
    if (const std::optional<UnitAttention> attention = take_attention(nexus)) {
        return check_condition(6, attention->asc, attention->ascq);
    }
    const std::optional<int> number = lu_at(nexus.port, nexus.lun);
    if (!number) {
        return check_condition(5, 0x25, 0x00);
    }
    const Lu& unit = lu(*number);
    switch (opcode) {
        case 0x00:  // TEST UNIT READY
            if (const std::optional<model::ScsiReply> trouble =
                    not_ready(unit, group_of_port(nexus.port))) {
                return *trouble;
            }
            return reply_data({}, 0);
        case 0x28:  // READ(10)
        case 0x88:  // READ(16)
            return answer_read(nexus, command);
        case 0xa3:  // MAINTENANCE IN: REPORT TARGET PORT GROUPS
            if ((command.cdb[1] & 0x1f) == 0x0a && model_ != ArrayModel::symmetric) {
                return reply_data(report_groups(unit, (command.cdb[1] >> 5) == 1),
                                  command.transfer_length);
            }
            return check_condition(5, 0x20, 0x00);
        default:
            return check_condition(5, 0x20, 0x00);
    }
}

DataOutcome SimArray::data(const Nexus& nexus) const {
    const std::optional<int> number = lu_at(nexus.port, nexus.lun);
    if (!number) {
        return DataOutcome::no_such_lun;
    }
    return not_ready(lu(*number), group_of_port(nexus.port)) ? DataOutcome::not_ready
                                                             : DataOutcome::done;
}

}  // namespace mp::sim
