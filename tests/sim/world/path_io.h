// SPDX-License-Identifier: GPL-2.0-or-later
// Probes: the lanes that carry the daemon's questions to disks. A lane whose command outlives its
// deadline is stuck until the kernel lets go; late answers are dropped.
#pragma once

#include <functional>
#include <map>
#include <vector>

#include "daemon/ports/ports.h"
#include "tests/sim/world/host.h"

namespace mp::sim {

class SimPathIo : public ports::PathIo {
public:
    SimPathIo(SimLoop& loop, Trace& trace, Outbox& outbox, const Weather& weather, SimHost& host,
              Prng prng)
        : loop_(loop),
          trace_(trace),
          outbox_(outbox),
          weather_(weather),
          host_(host),
          prng_(prng) {}

    void start(OpId op, const model::PathRef& path, const model::Questions& questions,
               Duration timeout) override;
    void release(PathId path) override;
    model::ProbingLoad usage() const override;

    /// Sees every answer at the moment the disk gives it.
    using Observer = std::function<void(DiskId, const model::Probe&, const model::ProbeReply&)>;
    void on_answer(Observer observer) { observer_ = std::move(observer); }
    /// Called when the weather spoils an answer of this disk.
    void on_disturbed(std::function<void(DiskId)> callback) { on_disturbed_ = std::move(callback); }
    /// The process died: its descriptors are closed, its lanes are gone.
    void reset() { lanes_.clear(); }
    /// A command to the disk is still with the kernel although its deadline has passed.
    bool is_stuck(DiskId disk) const;
    std::uint64_t probes() const { return next_number_; }

private:
    struct Lane {
        std::uint64_t number = 0;  ///< of the probe it carries
        OpId op;
        bool stuck = false;
        DiskId disk;
        std::vector<model::Probe> foreseen;      ///< still to be asked
        std::vector<model::ProbeReply> answers;  ///< so far
        Instant deadline{};
    };
    struct Asked {
        std::uint64_t number = 0;
        std::uint64_t session = 0;
        OpId op;
        PathId path;
        DiskId disk;
        model::Probe probe;
        Instant since{};
    };
    void ask(const Asked& asked);
    void answer(const Asked& asked, model::ProbeReply reply);
    void note(const Asked& asked, Lane& lane, model::ProbeReply reply);
    void deliver(const Asked& asked, std::vector<model::ProbeReply> answers);
    void deadline(const Asked& asked);
    void post_error(const Asked& asked, Errc code, const char* what);
    model::ProbeReply reply_to(const Asked& asked, std::uint16_t host_status);
    void spoil(DiskId disk, model::ScsiReply& reply);

    SimLoop& loop_;
    Trace& trace_;
    Outbox& outbox_;
    const Weather& weather_;
    SimHost& host_;
    Prng prng_;
    std::map<PathId, Lane> lanes_;
    std::uint64_t next_number_ = 0;
    Observer observer_;
    std::function<void(DiskId)> on_disturbed_;
};

}  // namespace mp::sim
