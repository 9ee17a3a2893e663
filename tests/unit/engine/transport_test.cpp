// SPDX-License-Identifier: GPL-2.0-or-later
// Kernel timers of ports, hosts and disks: what is wanted, and that the kernel takes it.
#include "daemon/engine/transport.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/engine/bench.h"

namespace mp::test {
namespace {

using conf::NoPathRetry;
using conf::TransportTimeout;
using engine::KernelTimers;
using engine::SettingsPlace;
using model::Setting;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::int64_t kForever = 2147483647;

conf::PathPolicy policy(TransportTimeout fast, TransportTimeout loss) {
    conf::PathPolicy out;
    out.fast_io_fail_tmo = fast;
    out.dev_loss_tmo = loss;
    return out;
}
TransportTimeout value(std::uint32_t seconds) {
    return {TransportTimeout::Kind::value, seconds};
}

TEST(KernelTimersOfAPath, LossOutlastsNoPathRetryWhereOneIsConfigured) {
    struct Case {
        NoPathRetry retry;
        TransportTimeout loss;
        std::optional<std::int64_t> wanted;
    };
    const Case cases[] = {
        {{NoPathRetry::Kind::retries, 12}, value(30), 66},  // 12 x 5 s, and 60 / 60 + 5
        {{NoPathRetry::Kind::retries, 12}, value(100), 100},
        {{NoPathRetry::Kind::retries, 12}, {}, std::nullopt},
        {{NoPathRetry::Kind::queue, 0}, value(30), kForever},
        {{NoPathRetry::Kind::fail, 0}, value(30), 30},
        {{NoPathRetry::Kind::unset, 0}, {TransportTimeout::Kind::infinity, 0}, kForever},
    };
    for (const Case& each : cases) {
        const KernelTimers timers = engine::timers_of(policy(value(5), each.loss), each.retry, {});
        EXPECT_EQ(timers.dev_loss_s, each.wanted);
        EXPECT_EQ(timers.dev_loss_note.empty(),
                  !each.wanted || each.loss == value(static_cast<std::uint32_t>(*each.wanted)) ||
                      each.loss.kind == TransportTimeout::Kind::infinity);
    }
}

TEST(FibreChannelTimers, WhatTheKernelWouldNotTakeIsAdjustedAndSaid) {
    const SettingsPlace place{SettingsPlace::Kind::fc_port, "p"};
    KernelTimers timers;
    timers.fast_io_fail_s = 30;
    timers.dev_loss_s = 30;
    EXPECT_THAT(
        settings_of(place, timers),
        ElementsAre(Setting{"p/fast_io_fail_tmo", "off", false, "it must be below dev_loss_tmo"},
                    Setting{"p/dev_loss_tmo", "30", false, ""}));
    timers.fast_io_fail_s = engine::kTimerOff;
    timers.dev_loss_s = kForever;
    const std::vector<Setting> settings = settings_of(place, timers);
    ASSERT_EQ(settings.size(), 2U);
    EXPECT_EQ(settings[1].value, "600");
    EXPECT_THAT(settings[1].note, HasSubstr("600"));
}

TEST(OtherTransports, TakeWhatTheyKnow) {
    KernelTimers timers;
    timers.fast_io_fail_s = 7;
    timers.dev_loss_s = 40;
    timers.eh_deadline_s = engine::kTimerOff;
    timers.max_retries = 3;
    using Kind = SettingsPlace::Kind;
    EXPECT_THAT(settings_of({Kind::iscsi_session, "s"}, timers),
                ElementsAre(Setting{"s/recovery_tmo", "7"}));
    EXPECT_THAT(settings_of({Kind::sas_end_device, "s"}, timers),
                ElementsAre(Setting{"s/I_T_nexus_loss_timeout", "40"}));
    EXPECT_THAT(settings_of({Kind::host, "h"}, timers),
                ElementsAre(Setting{"h/eh_deadline", "off"}));
    EXPECT_THAT(settings_of({Kind::disk, "d"}, timers), ElementsAre(Setting{"d/max_retries", "3"}));
    timers.fast_io_fail_s = 0;
    EXPECT_THAT(settings_of({Kind::iscsi_session, "s"}, timers), IsEmpty());
    EXPECT_THAT(settings_of({Kind::host, "h"}, KernelTimers{}), IsEmpty());
}

TEST(SharedPorts, TakeTheSoonestFailureAndTheLatestLossInAnyOrder) {
    KernelTimers a;
    a.fast_io_fail_s = engine::kTimerOff;
    a.dev_loss_s = 60;
    KernelTimers b;
    b.fast_io_fail_s = 5;
    KernelTimers c;
    c.fast_io_fail_s = 9;
    c.dev_loss_s = 120;
    for (const KernelTimers& both : {together(together(a, b), c), together(c, together(b, a))}) {
        EXPECT_EQ(both.fast_io_fail_s, 5);
        EXPECT_EQ(both.dev_loss_s, 120);
        EXPECT_EQ(both.eh_deadline_s, std::nullopt);
    }
}

struct Tuned : testing::Test {
    void add(const std::string& name, std::uint32_t minor, const std::string& disk) {
        Device device = scsi_path(name, minor, disk);
        device.facts.protocol = model::Protocol::scsi_fcp;
        device.facts.port_dir = "/rport";
        device.facts.host_dir = "/host";
        bench.add(device);
    }
    Bench bench{"defaults {\n find_multipaths greedy\n dev_loss_tmo 30\n}\n"};
};

TEST_F(Tuned, DisksBehindOnePortSetItOnce) {
    add("sda", 0, kDiskA);
    add("sdb", 16, kDiskB);
    bench.start();
    EXPECT_THAT(bench.settings, ElementsAre(Setting{"/rport/dev_loss_tmo", "6", true},
                                            Setting{"/rport/fast_io_fail_tmo", "5"},
                                            Setting{"/rport/dev_loss_tmo", "30"}));
    const std::shared_ptr<const model::Snapshot> snapshot = bench.snapshot();
    ASSERT_EQ(snapshot->paths.at(1)->settings.size(), 1U);
    EXPECT_EQ(snapshot->paths.at(1)->settings[0]->at(1).found, "30");
}

TEST_F(Tuned, ANewConfigurationSetsThemAnew) {
    add("sda", 0, kDiskA);
    bench.start();
    bench.settings.clear();
    bench.reload(
        "defaults {\n find_multipaths greedy\n fast_io_fail_tmo off\n"
        " eh_deadline 10\n}\n");
    bench.settle();
    EXPECT_THAT(bench.settings, ElementsAre(Setting{"/rport/fast_io_fail_tmo", "off"},
                                            Setting{"/host/eh_deadline", "10"}));
}

TEST_F(Tuned, APathInNoMapSetsNothing) {
    Bench strict("defaults {\n find_multipaths strict\n}\n");
    Device device = scsi_path("sda", 0, kDiskA);
    device.facts.port_dir = "/rport";
    strict.add(device);
    strict.start();
    EXPECT_THAT(strict.settings, IsEmpty());
}

}  // namespace
}  // namespace mp::test
