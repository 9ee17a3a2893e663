// SPDX-License-Identifier: GPL-2.0-or-later
// What must never happen, whatever the hardware does. The oracles know the ground truth (which
// logical unit is behind which disk, which disk could serve) and watch what the daemon does and
// what becomes of the users' requests.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "daemon/model/step.h"
#include "tests/sim/world/dm_kernel.h"
#include "tests/sim/world/user_io.h"

namespace mp::sim {

class SimWorld;

class Oracles {
public:
    explicit Oracles(SimWorld& world) : world_(world) {}

    /// Connects to the fakes; once.
    void install();
    void after_step();

    /// The daemon began to run, or runs again after it was stopped.
    void daemon_sees_from(Instant when);
    /// How long a mistake may stand before the daemon must have seen it.
    Duration window() const;
    /// A usable disk must be in use after this long.
    Duration recovery_window() const;
    /// The disk could have served its own logical unit, undisturbed, since then; kNever: it cannot.
    Instant usable_since(DiskId disk) const;
    void disturbed(DiskId disk);
    /// An administrator failed the disk's path: nobody may use it until it is reinstated.
    void failed_by_operator(DiskId disk);
    void reinstated_by_operator(DiskId disk);
    const std::set<DiskId>& held_by_operator() const { return held_by_operator_; }
    /// The daemon that was told so is gone; the next one knows nothing of it.
    void operator_forgotten();
    /// Somebody else than the daemon did something to maps; be patient from now on.
    void outside_interference();

    std::uint64_t wrong_writes() const { return wrong_writes_; }
    std::uint64_t failed_io() const { return failed_io_; }

private:
    struct Known {
        Instant usable_since = kNever;
        Instant good_check{};
        Instant bad_check{};
        Instant identity{};        ///< last time an identification page was answered
        int identity_lu = -1;      ///< of which logical unit it spoke
        Instant asked{};           ///< last answer of any kind
        std::optional<Alua> alua;  ///< of its target port, as last seen
    };
    using Wrong = std::pair<DiskId, Wwid>;

    void look_at_truth();
    void look_at_wrong_paths();
    void look_at_bounds();
    void look_at_stalls();
    void look_at_starvation();
    void look_at_names();
    void look_at_plans();
    void on_answer(DiskId disk, const model::Probe& probe, const model::ProbeReply& reply);
    void on_step(const DmMap* map, const model::Step& step, Instant since);
    void on_reinstate(const DmMap& map, DevT devt, Instant since);
    void on_table(const DmMap* map, const model::MultipathTable& table, bool creating);
    void on_user_io(const UserIo::Done& done);
    Instant wrong_path_deadline(const Wrong& wrong, const DmMap& map) const;
    bool is_wrong(DiskId disk, const Wwid& wwid) const;
    std::optional<DiskId> usable_disk(const Wwid& wwid, Duration longer_than) const;
    Instant patience() const;

    SimWorld& world_;
    std::map<DiskId, Known> known_;
    std::map<Wrong, Instant> wrong_since_;
    std::map<std::string, Wwid> names_;
    std::set<DiskId> held_by_operator_;
    Instant sees_from_{};
    Instant interfered_{};
    Instant next_sweep_{};
    Instant step_instant_{};
    std::uint64_t steps_at_instant_ = 0;
    std::uint64_t plans_seen_ = 0;
    int busy_seconds_ = 0;
    std::uint64_t wrong_writes_ = 0;
    std::uint64_t failed_io_ = 0;
    std::uint64_t seen_version_ = ~std::uint64_t{0};
};

}  // namespace mp::sim
