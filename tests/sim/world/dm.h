// SPDX-License-Identifier: GPL-2.0-or-later
// The DeviceMapper port over the simulated kernel: steps take time, some are refused, cookies wait
// for udev, and events are gathered before the daemon hears of them.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "daemon/ports/ports.h"
#include "tests/sim/world/dm_kernel.h"

namespace mp::sim {

class SimDm : public ports::DeviceMapper {
public:
    SimDm(SimLoop& loop, Trace& trace, Outbox& outbox, const Weather& weather, DmKernel& kernel,
          Prng prng);

    void list() override;
    void query(OpId op, const std::string& name) override;
    void run(OpId op, const model::Plan& plan) override;

    /// Sees each step just before the kernel does, with the instant at which its plan was handed
    /// in.
    using Observer = std::function<void(const DmMap*, const model::Step&, Instant since)>;
    void on_step(Observer observer) { observer_ = std::move(observer); }
    /// The next operations fail while this says so (fault walks).
    void fail_when(std::function<bool()> callback) { fail_when_ = std::move(callback); }
    /// The process died: plans stop between two steps.
    void reset() { busy_.clear(); }
    /// Plans handed in while another ran on the same map: the daemon broke the contract.
    std::uint64_t misuses() const { return misuses_; }
    std::uint64_t plans() const { return plans_; }  ///< handed in
    std::uint64_t loads() const { return loads_; }  ///< tables that the kernel took

private:
    struct Running {
        std::uint64_t session = 0;
        OpId op;
        model::Plan plan;
        Instant since{};
        std::size_t done = 0;
        std::optional<std::uint32_t> minor;
    };
    const DmMap* find(const model::Plan& plan) const;
    void next_step(const std::shared_ptr<Running>& running);
    void apply(const std::shared_ptr<Running>& running, const model::Step& step);
    void applied(const std::shared_ptr<Running>& running, Result<> outcome, bool waits_for_udev);
    void finish(const std::shared_ptr<Running>& running, Result<> outcome);
    void create(const std::shared_ptr<Running>& running, const model::step::Create& step);
    bool refused(unsigned per_mille);
    void heard(const std::string& name, bool set_changed);

    SimLoop& loop_;
    Trace& trace_;
    Outbox& outbox_;
    const Weather& weather_;
    DmKernel& kernel_;
    Prng prng_;
    std::set<std::string> busy_;
    std::set<std::string> changed_;
    bool set_changed_ = false;
    bool event_queued_ = false;
    std::uint64_t misuses_ = 0;
    std::uint64_t plans_ = 0;
    std::uint64_t loads_ = 0;
    Observer observer_;
    std::function<bool()> fail_when_;
};

}  // namespace mp::sim
