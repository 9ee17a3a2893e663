// SPDX-License-Identifier: GPL-2.0-or-later
// The Engine decides everything: which devices are paths, which paths form a map, who is checked
// when, what is failed, reinstated, switched, queued, removed. It consumes one Event at a time and
// returns Effects; it never touches the system and never waits. Given the same events at the same
// instants it returns the same effects.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "conf/policy.h"
#include "daemon/base/time.h"
#include "daemon/model/effect.h"
#include "daemon/model/event.h"
#include "daemon/model/snapshot.h"

namespace mp::engine {

struct Options {
    bool one_shot =
        false;  ///< create and update maps once, then Exit: `multipath` without a daemon
    bool observe_only = false;  ///< make and change nothing but what a command asks for
    bool dry_run = false;  ///< with observe_only: the snapshot shows what would be made and changed
    bool read_only_bindings = false;  ///< -B
    bool ignore_wwids = false;        ///< -i: what the wwids file does not name counts too
    bool force_reload = false;        ///< -r: the tables of maps that exist are loaded again
    bool allow_queueing = true;  ///< false: one_shot leaves no map queueing, nobody would end it
    std::string only;            ///< map, WWID or path: one_shot changes this map alone; empty: all
    std::optional<conf::GroupPolicy> grouping;  ///< -p: instead of what is configured
    std::uint64_t seed = 1;                     ///< jitter of check times
};

class Engine {
public:
    explicit Engine(Options options);
    ~Engine();
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    /// The first effects: read the configuration, list maps, enumerate devices.
    std::vector<model::Effect> start(Instant now);
    /// `now` never goes backwards.
    std::vector<model::Effect> on_event(Instant now, const model::Event& event);
    /// When a Tick is due; kNever when nothing is timed.
    Instant next_deadline() const;

    /// True when something visible changed since the last take_snapshot.
    bool snapshot_dirty() const;
    std::shared_ptr<const model::Snapshot> take_snapshot(Instant now,
                                                         const model::ProbingLoad& probing = {});

private:
    class State;
    std::unique_ptr<State> state_;
};

}  // namespace mp::engine
