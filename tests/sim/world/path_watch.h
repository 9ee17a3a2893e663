// SPDX-License-Identifier: GPL-2.0-or-later
// The passive watch: polls the attributes of watched paths a few times a second. The host says when
// something moved, so that a quiet world costs nothing.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "daemon/ports/ports.h"
#include "tests/sim/world/host.h"

namespace mp::sim {

class SimPathWatch : public ports::PathWatch {
public:
    SimPathWatch(SimLoop& loop, Outbox& outbox, SimHost& host, Prng prng)
        : loop_(loop), outbox_(outbox), host_(host), prng_(prng) {}

    void watch(const model::PathRef& path, const std::vector<std::string>& attributes) override;
    void forget(PathId path) override { watched_.erase(path); }

    void look() override;

    /// The attributes of this disk may have changed; seen within a polling period.
    void moved(DiskId disk);
    void reset() { watched_.clear(); }
    std::size_t size() const { return watched_.size(); }

private:
    struct Watched {
        model::PathRef path;
        std::string first;
        /// Attribute -> last value, "" when absent; unset before the first reading.
        std::map<std::string, std::optional<std::string>> values;
    };
    void poll(PathId path);
    Duration some_time();
    SimLoop& loop_;
    Outbox& outbox_;
    SimHost& host_;
    Prng prng_;
    std::map<PathId, Watched> watched_;
};

}  // namespace mp::sim
