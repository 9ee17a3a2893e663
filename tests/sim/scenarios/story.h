// SPDX-License-Identifier: GPL-2.0-or-later
// The beginning of every scenario: a small world whose maps stand, with a daemon that has settled.
// At the end of every scenario no oracle has complained.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "tests/sim/swarm/sim_world.h"

namespace mp::sim {

class Story : public testing::Test {
protected:
    /// Makes the world, boots the daemon, waits until its maps stand, lets users write.
    void begin(const Topology& topology = {}, const Settings& settings = {}, bool users = true) {
        world_ = std::make_unique<SimWorld>(1, topology, settings);
        world().attach_everything();
        world().run_for(seconds(1));
        world().boot();
        ASSERT_TRUE(world().settle(seconds(60))) << world().trace.tail() << world().violation();
        if (users) {
            world().users.start(milliseconds(50));
            world().run_for(seconds(1));
        }
    }
    void TearDown() override {
        if (world_) {
            EXPECT_TRUE(world().good()) << world().trace.tail() << world().violation();
        }
    }
    SimWorld& world() { return *world_; }

    void set_adapter(int adapter, Link state) {
        for (int port = 0; port < world().topology.ports; ++port) {
            world().host.set_link(adapter, port, state);
        }
    }
    void set_all(Link state) {
        for (int adapter = 0; adapter < world().topology.adapters; ++adapter) {
            set_adapter(adapter, state);
        }
    }
    /// Paths of the live tables that the kernel holds for failed, behind one adapter or (-1) any.
    std::size_t failed_paths(int adapter = -1) {
        std::size_t count = 0;
        for (const auto& [minor, map] : world().kernel.maps()) {
            for (const DmGroup& group : map.live->groups) {
                for (const DmPath& path : group.paths) {
                    const int its = world().host.disk(path.disk).nexus.adapter;
                    count += !path.active && (adapter < 0 || its == adapter) ? 1 : 0;
                }
            }
        }
        return count;
    }
    std::size_t paths_of_adapter() {
        return static_cast<std::size_t>(world().topology.ports * world().topology.lus);
    }
    /// Virtual time until the condition holds; a minute at most.
    Duration time_until(const std::function<bool()>& condition) {
        const Instant start = world().loop.now();
        EXPECT_TRUE(world().run_until(condition, seconds(60)))
            << world().trace.tail() << world().violation();
        return world().loop.now() - start;
    }
    bool holds(int lu, DiskId disk) { return world().dm_path(lu, disk) != nullptr; }
    bool carries(int lu, DiskId disk) {
        const DmPath* path = world().dm_path(lu, disk);
        return path != nullptr && path->active;
    }
    std::string command(model::Verb verb, const std::string& target = "",
                        const std::string& argument = "") {
        const ClientId client = world().control.send({verb, target, argument});
        (void)world().run_until([&] { return world().control.request(client).reply.has_value(); },
                                seconds(60));
        return world().control.request(client).reply.value_or("no answer");
    }

private:
    std::unique_ptr<SimWorld> world_;
};

}  // namespace mp::sim
