// SPDX-License-Identifier: GPL-2.0-or-later
// A storage array: logical units with an identity, target ports in one or two target port groups,
// LUN maps per port, ALUA states, unit attentions. It answers SCSI commands with real bytes and
// knows which logical unit every byte of user data went to: that is the ground truth of the
// oracles.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/ids.h"
#include "daemon/model/probe.h"

namespace mp::sim {

/// SPC-5 asymmetric access states, with their codes.
enum class Alua : std::uint8_t {
    optimized = 0x0,
    non_optimized = 0x1,
    standby = 0x2,
    unavailable = 0x3,
    transitioning = 0xf,
};

enum class ArrayModel {
    symmetric,      ///< no ALUA: every port serves every logical unit
    alua_implicit,  ///< optimized and non-optimized controllers; the array decides
    alua_explicit,  ///< optimized and standby controllers; the host may activate
};

enum class IdKind { naa6, eui64, t10 };

struct Lu {
    int number = 0;
    IdKind id_kind = IdKind::naa6;
    std::vector<std::uint8_t> designator;
    Wwid wwid;           ///< as udev and the daemon write it
    std::string serial;  ///< VPD 0x80
    std::uint64_t size_sectors = 0;
    bool ready = true;  ///< false: the medium does not answer (2/04/03)
    bool hung = false;  ///< commands to it do not come back
    std::array<Alua, 2> state{Alua::optimized, Alua::optimized};  ///< per target port group
};

/// One way from the host to a LUN: the initiator port, the target port, the number.
struct Nexus {
    int adapter = 0;
    int port = 0;
    std::uint64_t lun = 0;
    auto operator<=>(const Nexus&) const = default;
};

struct UnitAttention {
    std::uint8_t asc = 0;
    std::uint8_t ascq = 0;
};
constexpr UnitAttention kPowerOn{0x29, 0x00};
constexpr UnitAttention kCapacityChanged{0x2a, 0x09};
constexpr UnitAttention kAluaChanged{0x2a, 0x06};
constexpr UnitAttention kInquiryChanged{0x3f, 0x03};
constexpr UnitAttention kLunsChanged{0x3f, 0x0e};

/// What became of user data sent down a nexus.
enum class DataOutcome { done, not_ready, no_such_lun };

class SimArray {
public:
    SimArray(ArrayModel model, int ports, int adapters)
        : model_(model), ports_(ports), adapters_(adapters) {}

    ArrayModel model() const { return model_; }
    int ports() const { return ports_; }
    int group_of_port(int port) const { return port % 2; }
    void set_ready(int lu, bool ready);
    void set_hung(int lu, bool hung);
    /// Moves whenever something about identity or service changed.
    std::uint64_t version() const { return version_; }
    int tpgs() const;  ///< 0 none, 1 implicit, 3 implicit and explicit

    int add_lu(IdKind kind, std::uint64_t size_sectors);
    const Lu& lu(int number) const { return lus_.at(static_cast<std::size_t>(number)); }
    int lu_count() const { return static_cast<int>(lus_.size()); }
    std::optional<int> lu_of_wwid(const Wwid& wwid) const;

    /// Changes what stands behind a LUN of a port. `announce`: initiators get unit attentions.
    void map(int port, std::uint64_t lun, std::optional<int> lu, bool announce);
    std::optional<int> lu_at(int port, std::uint64_t lun) const;
    void set_state(int lu, int group, Alua state, bool announce);
    void resize(int lu, std::uint64_t size_sectors, bool announce);
    void raise(const Nexus& nexus, UnitAttention attention);

    /// Never fails to answer; transport trouble is the fabric's business.
    model::ScsiReply execute(const Nexus& nexus, const model::ScsiCommand& command);
    DataOutcome data(const Nexus& nexus) const;
    /// A read or write of user data takes a pending unit attention away (the kernel retries).
    std::optional<UnitAttention> take_attention(const Nexus& nexus);
    /// SET TARGET PORT GROUPS: makes this port's group the optimized one, where the model allows
    /// it.
    bool activate(const Nexus& nexus);

    std::vector<std::uint8_t> vpd83(int port, std::uint64_t lun) const;
    std::vector<std::uint8_t> vpd80(int port, std::uint64_t lun) const;
    std::vector<std::uint8_t> inquiry(int port, std::uint64_t lun) const;

    const std::string& vendor() const { return vendor_; }
    const std::string& product() const { return product_; }
    void set_product(std::string vendor, std::string product) {
        vendor_ = std::move(vendor);
        product_ = std::move(product);
    }

private:
    model::ScsiReply reply_data(std::vector<std::uint8_t> data, std::uint32_t limit) const;
    model::ScsiReply check_condition(std::uint8_t key, std::uint8_t asc, std::uint8_t ascq) const;
    model::ScsiReply answer_inquiry(const Nexus& nexus, const model::ScsiCommand& command) const;
    model::ScsiReply answer_read(const Nexus& nexus, const model::ScsiCommand& command) const;
    std::optional<model::ScsiReply> not_ready(const Lu& lu, int group) const;
    std::vector<std::uint8_t> report_groups(const Lu& lu, bool extended) const;

    ArrayModel model_;
    int ports_;
    int adapters_;
    std::string vendor_ = "SIMARRAY";
    std::string product_ = "DISK";
    Lu& at(int number) { return lus_.at(static_cast<std::size_t>(number)); }
    std::vector<Lu> lus_;
    std::uint64_t version_ = 0;
    std::map<std::pair<int, std::uint64_t>, int> maps_;
    std::map<Nexus, std::deque<UnitAttention>> attentions_;
};

}  // namespace mp::sim
