// SPDX-License-Identifier: GPL-2.0-or-later
// The life of a seed: build a world, let the daemon make its maps in peace, let faults strike while
// users write and the oracles look, stop the faults, demand that everything becomes right within
// bounded virtual time, and that a reload of the same configuration then changes no table.
#include "tests/sim/swarm/swarm.h"

#include <fmt/format.h>

#include <cstdio>

#include "daemon/base/assert.h"
#include "tests/sim/swarm/faults.h"

namespace mp::sim {
namespace {

const SimWorld* current_world = nullptr;

void report_assertion(const char* condition, const char* file, int line) noexcept {
    if (current_world != nullptr) {
        std::fprintf(stderr, "%s", current_world->trace.tail().c_str());
        std::fprintf(
            stderr,
            "%s:%d: %s\nseed %llu: the daemon stopped itself\nreplay: ./dev sim --seed %llu\n",
            file, line, condition, static_cast<unsigned long long>(current_world->seed),
            static_cast<unsigned long long>(current_world->seed));
    }
}

const char* model_word(ArrayModel model) {
    switch (model) {
        case ArrayModel::symmetric:
            return "symmetric";
        case ArrayModel::alua_implicit:
            return "implicit ALUA";
        case ArrayModel::alua_explicit:
            return "explicit ALUA";
    }
    return "?";
}

/// Virtual time that is enough to get over anything: time-outs of users' requests, checks at the
/// longest interval, deferred failback, retries. A path that bounced is held back twice as long
/// each time, so no longer than it had been bouncing, twice.
Duration settle_limit(const SimWorld& world, const SwarmOptions& options) {
    return 4 * world.settings.max_polling() + 4 * world.settings.checker_timeout() + seconds(120) +
           world.settings.judgement + 2 * options.trouble;
}

void live(SimWorld& world, Faults& faults, const SwarmOptions& options) {
    world.attach_everything();
    world.run_for(seconds(2));
    world.boot();
    if (!world.settle(settle_limit(world, options))) {
        return;
    }
    world.users.start(milliseconds(100));
    faults.choose();
    world.trace.note("faults begin: " + faults.kinds());
    faults.start();
    world.run_for(options.trouble);
    faults.heal();
    if (!world.good() || !world.settle(settle_limit(world, options))) {
        return;
    }
    // Late consequences (an expired failback delay, a last retry) may still load tables; then none.
    world.run_for(2 * world.settings.max_polling() + seconds(10) + world.settings.judgement);
    const std::uint64_t loads = world.dm.loads();
    world.supervisor.hang_up();
    world.run_for(world.settings.max_polling() + seconds(10));
    if (world.good() && world.dm.loads() != loads) {
        world.complain("a reload of the same configuration loaded tables");
    }
    if (world.good()) {
        (void)world.settle(settle_limit(world, options));
    }
}

}  // namespace

void install_assert_report() {
    set_assert_hook(report_assertion);
}

SwarmResult run_seed(std::uint64_t seed, const SwarmOptions& options) {
    Prng prng(seed * 0x9E3779B97F4A7C15ULL + 1);
    const Topology topology = pick_topology(prng);
    const Settings settings = pick_settings(prng, topology);
    SimWorld world(seed, topology, settings);
    current_world = &world;
    world.trace.echo(options.verbose);
    Faults faults(world);
    live(world, faults, options);
    SwarmResult result;
    result.good = world.good();
    result.hash = world.hash();
    result.steps = world.loop.steps();
    result.summary = fmt::format(
        "{} adapters x {} ports x {} LUs, {}; faults: {}; {} requests, {} failed, {} probes, {} "
        "tables, {} steps, {} writes to a wrong disk",
        topology.adapters, topology.ports, topology.lus, model_word(topology.model), faults.kinds(),
        world.users.issued(), world.users.failed(), world.path_io.probes(), world.dm.loads(),
        result.steps, world.oracles.wrong_writes());
    if (!result.good) {
        result.report =
            fmt::format("{}\nseed {}: {}\n{}\nreplay: ./dev sim --seed {}\n", world.trace.tail(),
                        seed, world.violation(), result.summary, seed);
    }
    current_world = nullptr;
    return result;
}

}  // namespace mp::sim
