// SPDX-License-Identifier: GPL-2.0-or-later
// The engine's timers against the rules of a Fibre Channel port.
#include <gtest/gtest.h>

#include "daemon/engine/transport.h"
#include "tests/sim/world/fc_port.h"

namespace mp::sim {
namespace {

constexpr std::int64_t kForever = 2147483647;

TEST(FcPort, RefusesWhatTheKernelRefuses) {
    FcPort port;
    EXPECT_FALSE(port.write("fast_io_fail_tmo", "60").has_value());
    EXPECT_FALSE(port.write("dev_loss_tmo", "601").has_value());
    EXPECT_FALSE(port.write("dev_loss_tmo", "soon").has_value());
    EXPECT_FALSE(port.read("port_state").has_value());
    EXPECT_TRUE(port.write("fast_io_fail_tmo", "59").has_value());
    EXPECT_TRUE(port.write("dev_loss_tmo", "601").has_value());
    EXPECT_EQ(*port.read("fast_io_fail_tmo"), "59");
}

// Whatever the port had before and whatever is wanted: the kernel refuses nothing.
TEST(FibreChannelTimers, TheKernelTakesAllOfThemInTheirOrder) {
    const std::optional<std::int64_t> losses[] = {std::nullopt, 1, 5, 30, 600, 601, kForever};
    const std::optional<std::int64_t> fasts[] = {std::nullopt, -1, 0, 5, 29, 600, 700, kForever};
    const engine::SettingsPlace place{engine::SettingsPlace::Kind::fc_port, "port"};
    std::vector<engine::KernelTimers> all;
    for (const std::optional<std::int64_t>& loss : losses) {
        for (const std::optional<std::int64_t>& fast : fasts) {
            engine::KernelTimers timers;
            timers.dev_loss_s = loss;
            timers.fast_io_fail_s = fast;
            all.push_back(timers);
        }
    }
    int written = 0;
    for (const engine::KernelTimers& before : all) {
        for (const engine::KernelTimers& after : all) {
            FcPort port;
            for (const engine::KernelTimers* timers : {&before, &after}) {
                for (const model::Setting& setting : settings_of(place, *timers)) {
                    const std::string name = setting.attribute.substr(5);
                    if (model::stands(setting, *port.read(name))) {
                        continue;
                    }
                    ASSERT_TRUE(port.write(name, setting.value).has_value())
                        << name << " = " << setting.value;
                    ++written;
                }
            }
            for (const model::Setting& setting : settings_of(place, after)) {
                EXPECT_TRUE(model::stands(setting, *port.read(setting.attribute.substr(5))));
            }
        }
    }
    EXPECT_GT(written, 1000);
}

}  // namespace
}  // namespace mp::sim
