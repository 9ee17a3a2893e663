// SPDX-License-Identifier: GPL-2.0-or-later
// Files as a disk keeps them: what was synced survives a power cut, what was not may be half there.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "daemon/ports/ports.h"
#include "tests/sim/world/fc_port.h"
#include "tests/sim/world/host.h"

namespace mp::sim {

class SimFiles : public ports::FileStore {
public:
    SimFiles(SimLoop& loop, Trace& trace, Outbox& outbox, const Weather& weather, SimHost& host,
             Prng prng)
        : loop_(loop),
          trace_(trace),
          outbox_(outbox),
          weather_(weather),
          host_(host),
          prng_(prng) {}

    std::vector<Loaded> read_config() override;
    Loaded read_state(model::StateFile file) override;
    void replace(OpId op, model::StateFile file, const std::string& content) override;
    void append(OpId op, model::StateFile file, const std::string& header,
                const std::string& content) override;
    void mark_failed_wwid(const std::string& wwid, bool failed) override;
    void write_attribute(const std::string& path, const std::string& value,
                         const std::string& why) override;
    void apply(OpId op, const std::vector<model::Setting>& settings) override;

    void set_config(std::string text) { config_ = std::move(text); }
    const std::string& config() const { return config_; }
    const std::optional<std::string>& state(model::StateFile file) const { return slot(file).seen; }
    void set_state(model::StateFile file, std::string content);
    const std::set<std::string>& failed_wwids() const { return failed_wwids_; }
    void fail_when(std::function<bool()> callback) { fail_when_ = std::move(callback); }
    /// The machine crashed: an append that was not synced is torn, a replacement not yet there.
    void power_cut();

private:
    struct Slot {
        std::optional<std::string> seen;     ///< what a reader gets now
        std::optional<std::string> durable;  ///< what a power cut leaves
    };
    Slot& slot(model::StateFile file) { return slots_.at(static_cast<std::size_t>(file)); }
    const Slot& slot(model::StateFile file) const {
        return slots_.at(static_cast<std::size_t>(file));
    }
    bool refused();
    Result<std::string> apply_one(const model::Setting& setting);

    SimLoop& loop_;
    Trace& trace_;
    Outbox& outbox_;
    const Weather& weather_;
    SimHost& host_;
    Prng prng_;
    std::string config_;
    std::array<Slot, 3> slots_;
    std::set<std::string> failed_wwids_;
    std::function<bool()> fail_when_;
    std::map<std::string, FcPort> ports_;  ///< by directory
};

}  // namespace mp::sim
