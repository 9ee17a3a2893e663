// SPDX-License-Identifier: GPL-2.0-or-later
// Performs plans step by step on the simulated kernel, with a pause before each, stopping at the
// first step that fails. When the daemon dies in the middle, the step that the kernel has is done
// and the rest is not. A create that fails half-way leaves nothing behind, as its contract says.
#include "tests/sim/world/dm.h"

#include <fmt/format.h>

#include <cerrno>
#include <utility>

namespace mp::sim {
namespace {

template <class... Handlers>
struct Overloaded : Handlers... {
    using Handlers::operator()...;
};
template <class... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

}  // namespace

SimDm::SimDm(SimLoop& loop, Trace& trace, Outbox& outbox, const Weather& weather, DmKernel& kernel,
             Prng prng)
    : loop_(loop), trace_(trace), outbox_(outbox), weather_(weather), kernel_(kernel), prng_(prng) {
    kernel_.on_event(
        [this](const std::string& name, bool set_changed) { heard(name, set_changed); });
}

bool SimDm::refused(unsigned per_mille) {
    return (fail_when_ && fail_when_()) || prng_.chance(per_mille);
}

void SimDm::list() {
    const std::uint64_t session = outbox_.session();
    loop_.after(weather_.dm_step.pick(prng_), [this, session] {
        if (refused(weather_.dm_query_fails)) {
            outbox_.post_to(session, model::event::MapsListed{fail_errno(ENOMEM, "dm list")});
            return;
        }
        std::vector<model::DmMapState> maps;
        for (const auto& [minor, map] : kernel_.maps()) {
            maps.push_back(kernel_.state(map));
        }
        outbox_.post_to(session, model::event::MapsListed{std::move(maps)});
    });
}

void SimDm::query(OpId op, const std::string& name) {
    const std::uint64_t session = outbox_.session();
    loop_.after(weather_.dm_step.pick(prng_), [this, session, op, name] {
        model::event::MapQueried answer{op, name, fail_errno(ENXIO, "dm query: no such map")};
        const DmMap* map = kernel_.find(name);
        if (map != nullptr && refused(weather_.dm_query_fails)) {
            answer.state = fail_errno(ENOMEM, "dm query");
        } else if (map != nullptr) {
            answer.state = kernel_.state(*map);
        }
        outbox_.post_to(session, std::move(answer));
    });
}

void SimDm::run(OpId op, const model::Plan& plan) {
    const std::shared_ptr<Running> running = std::make_shared<Running>(
        Running{outbox_.session(), op, plan, loop_.now(), 0, std::nullopt});
    ++plans_;
    misuses_ += busy_.insert(plan.map_name).second ? 0 : 1;
    if (const DmMap* map = find(plan)) {
        running->minor = map->minor;
    }
    next_step(running);
}

const DmMap* SimDm::find(const model::Plan& plan) const {
    if (plan.uuid.empty()) {
        return kernel_.find(plan.map_name);
    }
    for (const auto& [minor, map] : kernel_.maps()) {
        if (map.uuid == plan.uuid) {
            return &map;
        }
    }
    return nullptr;
}

void SimDm::next_step(const std::shared_ptr<Running>& running) {
    loop_.after(weather_.dm_step.pick(prng_), [this, running] {
        if (!outbox_.is_current(running->session)) {
            return;  // the process is gone
        }
        if (running->done == running->plan.steps.size()) {
            finish(running, {});
            return;
        }
        const model::Step& step = running->plan.steps[running->done];
        if (refused(weather_.dm_step_fails)) {
            trace_.note("dm step refused on " + running->plan.map_name);
            finish(running, fail_errno(prng_.chance(500) ? EBUSY : ENOMEM, "dm step refused"));
            return;
        }
        apply(running, step);
    });
}

void SimDm::apply(const std::shared_ptr<Running>& running, const model::Step& step) {
    if (observer_) {
        observer_(running->minor ? kernel_.find(*running->minor) : nullptr, step, running->since);
    }
    if (const auto* creating = std::get_if<model::step::Create>(&step)) {
        create(running, *creating);
        return;
    }
    if (!running->minor) {
        const DmMap* map = find(running->plan);
        if (map == nullptr) {
            finish(running, fail_errno(ENXIO, "dm step: no such map"));
            return;
        }
        running->minor = map->minor;
    }
    const std::uint32_t minor = *running->minor;
    std::visit(
        Overloaded{
            [](const model::step::Create&) {},
            [&](const model::step::Load& load) {
                Result<> outcome = kernel_.load(minor, load.table, load.read_only);
                loads_ += outcome ? 1 : 0;
                applied(running, outcome, false);
            },
            [&](const model::step::Suspend& suspend) {
                kernel_.suspend(minor, suspend.flush, [this, running](Result<> outcome) {
                    applied(running, outcome, false);
                });
            },
            [&](const model::step::Resume& resume) {
                kernel_.resume(minor, resume.flush, [this, running](Result<> outcome) {
                    applied(running, outcome, true);
                });
            },
            [&](const model::step::Clear&) { applied(running, kernel_.clear(minor), false); },
            [&](const model::step::Rename& rename) {
                applied(running, kernel_.rename(minor, rename.new_name), true);
            },
            [&](const model::step::Remove& remove) {
                applied(running, kernel_.remove(minor, remove.deferred), true);
            },
            [&](const model::step::Message& message) {
                applied(running, kernel_.message(minor, message.text, true), false);
            }},
        step);
}

void SimDm::create(const std::shared_ptr<Running>& running, const model::step::Create& step) {
    const Result<std::uint32_t> minor = kernel_.create(running->plan.map_name, step.uuid);
    if (!minor) {
        applied(running, tl::unexpected<Error>(minor.error()), false);
        return;
    }
    const Result<> loaded = kernel_.load(*minor, step.table, step.read_only);
    if (!loaded) {
        (void)kernel_.remove(*minor, false).has_value();
        applied(running, loaded, false);
        return;
    }
    ++loads_;
    running->minor = *minor;
    kernel_.resume(*minor, false,
                   [this, running](Result<> outcome) { applied(running, outcome, true); });
}

void SimDm::applied(const std::shared_ptr<Running>& running, Result<> outcome,
                    bool waits_for_udev) {
    if (!outcome) {
        trace_.note(
            fmt::format("dm step on {} failed: {}", running->plan.map_name, outcome.error().what));
        finish(running, outcome);
        return;
    }
    ++running->done;
    if (waits_for_udev) {
        loop_.after(weather_.dm_udev.pick(prng_), [this, running] { next_step(running); });
    } else {
        next_step(running);
    }
}

void SimDm::finish(const std::shared_ptr<Running>& running, Result<> outcome) {
    if (!outbox_.is_current(running->session)) {
        return;
    }
    busy_.erase(running->plan.map_name);
    model::event::PlanDone done{running->op, outcome, running->done, std::nullopt};
    if (running->minor) {
        if (const DmMap* map = kernel_.find(*running->minor)) {
            done.now = kernel_.state(*map);
        }
    }
    outbox_.post_to(running->session, std::move(done));
}

void SimDm::heard(const std::string& name, bool set_changed) {
    changed_.insert(name);
    set_changed_ = set_changed_ || set_changed;
    if (event_queued_) {
        return;
    }
    event_queued_ = true;
    loop_.after(weather_.dm_event_delay.pick(prng_), [this] {
        event_queued_ = false;
        model::event::MapsChanged event;
        for (const std::string& changed : std::exchange(changed_, {})) {
            if (kernel_.find(changed) != nullptr) {
                event.names.push_back(changed);
            }
        }
        event.set_changed = std::exchange(set_changed_, false);
        outbox_.post(std::move(event));
    });
}

}  // namespace mp::sim
