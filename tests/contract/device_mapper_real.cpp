// SPDX-License-Identifier: GPL-2.0-or-later
// The DeviceMapper adapter against a kernel: what SimDm promises in the simulation must hold here.
//
// Runs as root in a guest with udevd. DM_TEST_PATHS names at least four request-based block devices
// of equal size ("251:0 251:1 ..."), DM_TEST_SLOW one that takes seconds for each read. All maps
// are named dmt*, and removed again.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <iostream>
#include <thread>

#include "daemon/base/strings.h"
#include "daemon/dm/equality.h"
#include "daemon/dm/planner.h"
#include "daemon/dm/table_codec.h"
#include "daemon/os/libdm.h"
#include "daemon/os/libdm_control.h"
#include "daemon/os/libdm_cookies.h"
#include "daemon/os/libdm_steps.h"
#include "daemon/os/libdm_task.h"

namespace mp::os {
namespace {

using model::DmMapState;
using model::event::MapQueried;
using model::event::MapsChanged;
using model::event::MapsListed;
using model::event::PlanDone;
namespace step = model::step;

constexpr std::uint64_t kSize = 2048;
constexpr Duration kPatience = seconds(60);

std::string words_of(const char* variable) {
    const char* value = std::getenv(variable);
    return value == nullptr ? "" : value;
}

std::vector<DevT> test_paths() {
    std::vector<DevT> paths;
    std::string text = words_of("DM_TEST_PATHS");
    for (std::string_view word : split_words(text)) {
        paths.push_back(parse_devt(word).value_or(DevT{}));
    }
    return paths;
}

/// dmsetup and the like, behind the adapter's back.
int shell(const std::string& command) {
    std::cout << "# " << command << std::endl;
    return std::system(command.c_str());
}

class Sink : public ports::EventSink {
public:
    void post(model::Event event) override { events.push_back(std::move(event)); }
    std::deque<model::Event> events;
};

class DeviceMapperReal : public testing::Test {
protected:
    void SetUp() override {
        paths = test_paths();
        ASSERT_GE(paths.size(), 4U) << "DM_TEST_PATHS";
        Result<std::unique_ptr<EventLoop>> made = EventLoop::create();
        ASSERT_TRUE(made);
        loop = std::move(*made);
        Result<std::unique_ptr<LibDm>> adapter = LibDm::create(
            *loop, sink, [this](model::effect::Log record) { logged.push_back(record.text); });
        ASSERT_TRUE(adapter) << adapter.error().text();
        dm = std::move(*adapter);
        dm->list();
        std::optional<MapsListed> listed = wait<MapsListed>();
        ASSERT_TRUE(listed && listed->maps);
        ASSERT_TRUE(listed->maps->empty()) << "a map is left over";
    }

    void TearDown() override {
        dm.reset();
        loop.reset();
        (void)shell(
            "for m in $(dmsetup ls 2>/dev/null | awk '/^dmt/ {print $1}' | sort -r); do "
            "dmsetup message $m 0 fail_if_no_path 2>/dev/null; dmsetup remove --retry $m; done");
    }

    /// The next event of this kind, within the patience of a slow guest; others stay.
    template <class E>
    std::optional<E> wait(Duration patience = kPatience) {
        Instant limit = EventLoop::now() + patience;
        do {
            for (std::size_t i = 0; i < sink.events.size(); ++i) {
                if (E* found = std::get_if<E>(&sink.events[i])) {
                    E event = std::move(*found);
                    sink.events.erase(sink.events.begin() + static_cast<std::ptrdiff_t>(i));
                    return event;
                }
            }
            loop->run_once(milliseconds(20));
        } while (EventLoop::now() < limit);
        return std::nullopt;
    }

    bool wait_settled(Duration limit = kPatience) {
        std::optional<bool> answer;
        dm->when_settled(limit, [&answer](bool settled) { answer = settled; });
        while (!answer) {
            loop->run_once(milliseconds(20));
        }
        return *answer;
    }

    PlanDone run(const model::Plan& plan) {
        dm->run(OpId{++last_op}, plan);
        std::optional<PlanDone> done = wait<PlanDone>();
        EXPECT_TRUE(done) << dm::render_plan(plan);
        if (!done) {
            return PlanDone{{}, fail(Errc::timeout, "no PlanDone"), 0, {}};
        }
        EXPECT_EQ(done->op.value, last_op);
        return std::move(*done);
    }

    /// Runs the plan that leads there and checks that nothing is left to do.
    std::optional<DmMapState> bring_about(const std::optional<DmMapState>& actual,
                                          const dm::DesiredMap& desired) {
        model::Plan plan = dm::plan_steps(actual, desired);
        PlanDone done = run(plan);
        EXPECT_TRUE(done.outcome) << done.outcome.error().text() << "\n"
                                  << dm::render_plan(plan) << (logged.empty() ? "" : logged.back());
        EXPECT_EQ(done.steps_done, plan.steps.size());
        EXPECT_TRUE(done.now);
        EXPECT_EQ(dm::why_not_desired(done.now, desired), "") << dm::render_plan(plan);
        return done.now;
    }

    dm::DesiredMap desired(const std::string& name, std::size_t path_count = 2) {
        dm::DesiredMap made;
        made.name = name;
        made.uuid = "mpath-dmt-" + name;
        made.table.size_sectors = kSize;
        for (std::size_t i = 0; i < path_count; ++i) {
            made.table.groups.push_back({"service-time", {}, {{paths[i], {"1"}}}});
        }
        made.table.initial_group = path_count == 0 ? 0 : 1;
        return made;
    }

    Result<DmMapState> query(const std::string& name) {
        dm->query(OpId{++last_op}, name);
        std::optional<MapQueried> answer = wait<MapQueried>();
        if (!answer) {
            return fail(Errc::timeout, "no MapQueried");
        }
        return std::move(answer->state);
    }

    std::vector<DevT> paths;
    Sink sink;
    std::unique_ptr<EventLoop> loop;
    std::unique_ptr<LibDm> dm;
    std::vector<std::string> logged;
    std::uint64_t last_op = 0;
};

TEST_F(DeviceMapperReal, AMapIsMadeFoundAdoptedAndRemoved) {
    dm::DesiredMap want = desired("dmt1");
    want.queueing = true;
    want.failed_paths = {paths[1]};
    std::optional<DmMapState> now = bring_about({}, want);
    ASSERT_TRUE(now);
    EXPECT_EQ(now->name, "dmt1");
    EXPECT_EQ(now->uuid, want.uuid);
    EXPECT_TRUE(now->live_table);
    EXPECT_FALSE(now->suspended);
    EXPECT_TRUE(now->status.queue_if_no_path);
    ASSERT_EQ(now->status.groups.size(), 2U);
    EXPECT_EQ(now->status.groups[0].paths[0].state, model::DmPathState::active);
    EXPECT_EQ(now->status.groups[1].paths[0].state, model::DmPathState::failed);
    EXPECT_EQ(now->table.groups[0].paths[0].devt, paths[0]);

    ASSERT_TRUE(wait_settled());
    struct stat node {};
    EXPECT_EQ(::stat("/dev/mapper/dmt1", &node), 0);

    Result<DmMapState> found = query("dmt1");
    ASSERT_TRUE(found) << found.error().text();
    EXPECT_EQ(found->table, now->table);
    EXPECT_TRUE(dm::plan_steps(*found, want).steps.empty());

    dm->list();
    std::optional<MapsListed> listed = wait<MapsListed>();
    ASSERT_TRUE(listed && listed->maps);
    ASSERT_EQ(listed->maps->size(), 1U);
    EXPECT_EQ(listed->maps->front().table, now->table);

    PlanDone gone = run(dm::plan_remove(*found, {}));
    EXPECT_TRUE(gone.outcome) << gone.outcome.error().text();
    EXPECT_FALSE(gone.now);
    Result<DmMapState> after = query("dmt1");
    ASSERT_FALSE(after);
    EXPECT_EQ(after.error().code, Errc::gone);
    EXPECT_TRUE(wait_settled());
}

TEST_F(DeviceMapperReal, AMapIsReloadedResizedAndChangesQueueing) {
    std::optional<DmMapState> now = bring_about({}, desired("dmt1", 1));
    dm::DesiredMap want = desired("dmt1", 3);
    want.table.groups[0].selector = "round-robin";
    want.table.features = {"pg_init_retries", "7"};
    now = bring_about(now, want);
    want.queueing = true;
    now = bring_about(now, want);
    EXPECT_TRUE(now->status.queue_if_no_path);
    want.table.size_sectors = kSize * 4;
    now = bring_about(now, want);
    want.table.size_sectors = kSize / 2;
    now = bring_about(now, want);
    want.queueing = false;
    now = bring_about(now, want);
    want.table.groups.clear();
    want.table.initial_group = 0;
    now = bring_about(now, want);
    want.read_only = true;
    now = bring_about(now, want);
    EXPECT_TRUE(now->read_only);
}

TEST_F(DeviceMapperReal, ARefusedTableLeavesNoMapAndSaysWhy) {
    dm::DesiredMap want = desired("dmt1");
    want.table.groups[0].selector = "no-such-selector";
    PlanDone done = run(dm::plan_steps({}, want));
    ASSERT_FALSE(done.outcome);
    EXPECT_EQ(done.outcome.error().code, Errc::invalid);
    EXPECT_FALSE(done.now);
    ASSERT_FALSE(logged.empty());
    EXPECT_NE(logged.back().find("reload ioctl"), std::string::npos) << logged.back();
    EXPECT_FALSE(query("dmt1"));

    std::optional<DmMapState> good = bring_about({}, desired("dmt1"));
    want.table.groups[0].paths[0].devt = {8, 4095};
    done = run(dm::plan_steps(good, want));
    ASSERT_FALSE(done.outcome);
    ASSERT_TRUE(done.now);
    EXPECT_EQ(done.now->table, good->table);
    EXPECT_FALSE(done.now->suspended);
}

TEST_F(DeviceMapperReal, WhatACrashLeavesBehindIsRepaired) {
    dm::DesiredMap want = desired("dmt1");
    want.queueing = true;
    // Created, never loaded.
    ASSERT_EQ(shell("dmsetup create dmt1 --notable -u mpath-dmt-dmt1"), 0);
    Result<DmMapState> left = query("dmt1");
    ASSERT_TRUE(left) << left.error().text();
    EXPECT_FALSE(left->live_table);
    std::optional<DmMapState> now = bring_about(*left, want);
    // Suspended with a flush, which hides the queueing flag.
    ASSERT_EQ(shell("dmsetup suspend dmt1"), 0);
    left = query("dmt1");
    ASSERT_TRUE(left);
    EXPECT_TRUE(left->suspended);
    now = bring_about(*left, want);
    EXPECT_TRUE(now->status.queue_if_no_path);
    // A table loaded and not made live: it must not become live.
    step::Load load{desired("dmt1", 1).table, false};
    PlanDone loaded = run({"dmt1", {load}, want.uuid});
    ASSERT_TRUE(loaded.outcome && loaded.now);
    EXPECT_TRUE(loaded.now->inactive_table);
    ASSERT_EQ(shell("dmsetup suspend --noflush dmt1"), 0);
    left = query("dmt1");
    ASSERT_TRUE(left && left->suspended && left->inactive_table);
    now = bring_about(*left, want);
    EXPECT_EQ(now->table.groups.size(), 2U);
}

TEST_F(DeviceMapperReal, RenamingTakesThePartitionsAlong) {
    std::optional<DmMapState> now = bring_about({}, desired("dmt1"));
    ASSERT_TRUE(wait_settled());
    ASSERT_EQ(shell("dmsetup create dmt1p1 -u part1-mpath-dmt-dmt1 --table "
                    "\"0 100 linear /dev/mapper/dmt1 0\""),
              0);
    dm::DesiredMap want = desired("dmt1");
    want.name = "dmtdata";
    now = bring_about(now, want);
    EXPECT_EQ(now->name, "dmtdata");
    EXPECT_EQ(now->holders.size(), 1U);
    ASSERT_TRUE(wait_settled());
    EXPECT_EQ(shell("dmsetup info dmtdata1 > /dev/null"), 0);
    struct stat node {};
    EXPECT_EQ(::stat("/dev/mapper/dmtdata1", &node), 0);
    EXPECT_NE(::stat("/dev/mapper/dmt1", &node), 0);

    PlanDone gone = run(dm::plan_remove(*now, {}));
    EXPECT_TRUE(gone.outcome) << gone.outcome.error().text();
    EXPECT_NE(shell("dmsetup info dmtdata1 > /dev/null 2>&1"), 0);
}

TEST_F(DeviceMapperReal, AMapInUseIsLeftWholeOrRemovedWhenLetGo) {
    std::optional<DmMapState> now = bring_about({}, desired("dmt1"));
    ASSERT_TRUE(wait_settled());
    ASSERT_EQ(shell("dmsetup create dmt1p1 -u part1-mpath-dmt-dmt1 --table "
                    "\"0 100 linear /dev/mapper/dmt1 0\""),
              0);
    ASSERT_EQ(shell("udevadm settle"), 0);
    int held = ::open("/dev/mapper/dmt1p1", O_RDONLY | O_CLOEXEC);
    ASSERT_GE(held, 0);
    PlanDone busy = run(dm::plan_remove(*now, {}));
    ASSERT_FALSE(busy.outcome);
    EXPECT_EQ(busy.outcome.error().code, Errc::busy);
    ASSERT_TRUE(busy.now);
    EXPECT_EQ(busy.now->holders.size(), 1U) << "the partition map must survive";
    ::close(held);

    ASSERT_EQ(shell("dmsetup remove --retry dmt1p1"), 0);
    held = ::open("/dev/mapper/dmt1", O_RDONLY | O_CLOEXEC);
    ASSERT_GE(held, 0);
    PlanDone later = run(dm::plan_remove(*busy.now, {true, false}));
    EXPECT_TRUE(later.outcome) << later.outcome.error().text();
    ASSERT_TRUE(later.now);
    EXPECT_TRUE(later.now->deferred_remove);
    now = bring_about(later.now, desired("dmt1"));
    EXPECT_FALSE(now->deferred_remove);
    later = run(dm::plan_remove(*now, {true, false}));
    EXPECT_TRUE(later.outcome);
    ::close(held);
    for (int i = 0; i < 100 && query("dmt1"); ++i) {
        loop->run_once(milliseconds(50));
    }
    EXPECT_FALSE(query("dmt1"));
}

TEST_F(DeviceMapperReal, ChangesOfOthersAreReportedAndOursAreNot) {
    std::optional<DmMapState> first = bring_about({}, desired("dmt1"));
    std::optional<DmMapState> second = bring_about({}, desired("dmt2"));
    ASSERT_TRUE(wait_settled());
    PlanDone failed = run({"dmt1", {step::Message{"fail_path " + paths[0].str()}}, first->uuid});
    ASSERT_TRUE(failed.outcome);
    EXPECT_EQ(failed.now->status.groups[0].paths[0].state, model::DmPathState::failed);
    EXPECT_EQ(failed.now->status.groups[0].paths[0].fail_count, 1U);
    std::optional<MapsChanged> ours = wait<MapsChanged>(seconds(1));
    // The kernel raises the event behind the message: one report of that map may be late.
    EXPECT_TRUE(!ours || (!ours->set_changed && ours->names == std::vector<std::string>{"dmt1"}));

    ASSERT_EQ(shell("dmsetup message dmt2 0 'fail_path " + paths[1].str() + "'"), 0);
    std::optional<MapsChanged> theirs = wait<MapsChanged>();
    ASSERT_TRUE(theirs);
    EXPECT_EQ(theirs->names, std::vector<std::string>{"dmt2"});
    EXPECT_FALSE(theirs->set_changed);

    ASSERT_EQ(
        shell("dmsetup create dmtplain --table '0 100 error' && dmsetup remove --retry dmtplain"),
        0);
    EXPECT_FALSE(wait<MapsChanged>(seconds(1))) << "maps of others are not ours to report";

    ASSERT_EQ(shell("dmsetup remove --retry dmt2"), 0);
    theirs = wait<MapsChanged>();
    ASSERT_TRUE(theirs);
    EXPECT_TRUE(theirs->set_changed);
}

TEST_F(DeviceMapperReal, MessagesTheKernelRefusesAreErrors) {
    std::optional<DmMapState> now = bring_about({}, desired("dmt1"));
    auto code = [this, &now](const char* text) {
        PlanDone done = run({"dmt1", {step::Message{text}}, now->uuid});
        return done.outcome ? "ok" : std::string(errc_name(done.outcome.error().code));
    };
    EXPECT_EQ(code("fail_path 8:4095"), "gone");
    EXPECT_EQ(code(("fail_path " + paths[3].str()).c_str()), "invalid");
    EXPECT_EQ(code("do_something"), "invalid");
    EXPECT_EQ(code("switch_group 9"), "invalid");
    EXPECT_EQ(code("switch_group 2"), "ok");
    EXPECT_EQ(code("disable_group 1"), "ok");
    EXPECT_EQ(code("enable_group 1"), "ok");
    PlanDone suspended = run({"dmt1", {step::Suspend{}}, now->uuid});
    EXPECT_TRUE(suspended.now && suspended.now->suspended);
    EXPECT_EQ(code("queue_if_no_path"), "busy");
    EXPECT_EQ(run({"dmt1", {step::Resume{}}, now->uuid}).steps_done, 1U);
}

TEST_F(DeviceMapperReal, AnotherMapWithTheNameIsNeverTouched) {
    std::optional<DmMapState> now = bring_about({}, desired("dmt1"));
    model::Plan plan = dm::plan_steps(now, desired("dmt1", 3));
    plan.uuid = "mpath-dmt-another";
    PlanDone done = run(plan);
    ASSERT_FALSE(done.outcome);
    EXPECT_EQ(done.outcome.error().code, Errc::gone);
    EXPECT_EQ(done.steps_done, 0U);
    Result<DmMapState> same = query("dmt1");
    ASSERT_TRUE(same);
    EXPECT_EQ(same->table, now->table);
    PlanDone twice = run(dm::plan_steps({}, desired("dmt1")));
    ASSERT_FALSE(twice.outcome);
    EXPECT_EQ(twice.outcome.error().code, Errc::busy);
    EXPECT_TRUE(twice.now) << "a create that is refused must not remove the map that is there";
}

TEST_F(DeviceMapperReal, AnotherTargetUnderOurUuidIsListedAsNotMultipath) {
    ASSERT_EQ(shell("dmsetup create dmtzero -u mpath-dmt-zero --table '0 100 error'"), 0);
    Result<DmMapState> map = query("dmtzero");
    ASSERT_TRUE(map) << map.error().text();
    EXPECT_TRUE(map->live_table);
    EXPECT_FALSE(map->is_multipath);
    dm->list();
    std::optional<MapsListed> listed = wait<MapsListed>();
    ASSERT_TRUE(listed && listed->maps);
    EXPECT_EQ(listed->maps->size(), 1U);
    EXPECT_FALSE(query("dmtnone"));
}

TEST_F(DeviceMapperReal, ManyMapsAreMadeAtOnceAndTheirCookiesAreWaitedForTogether) {
    constexpr int kMaps = 48;
    auto begun = std::chrono::steady_clock::now();
    for (int i = 0; i < kMaps; ++i) {
        dm->run(OpId{++last_op}, dm::plan_steps({}, desired("dmt" + std::to_string(100 + i), 4)));
    }
    std::vector<DmMapState> made;
    for (int i = 0; i < kMaps; ++i) {
        std::optional<PlanDone> done = wait<PlanDone>();
        ASSERT_TRUE(done);
        ASSERT_TRUE(done->outcome) << done->outcome.error().text();
        made.push_back(*done->now);
    }
    auto ready = std::chrono::steady_clock::now();
    ASSERT_TRUE(wait_settled(seconds(180)));
    auto settled = std::chrono::steady_clock::now();
    auto ms = [](auto from, auto to) {
        return std::chrono::duration_cast<std::chrono::milliseconds>(to - from).count();
    };
    std::cout << kMaps << " maps live in " << ms(begun, ready) << " ms, udev done after "
              << ms(begun, settled) << " ms" << std::endl;
    std::optional<MapsChanged> news = wait<MapsChanged>(milliseconds(500));
    EXPECT_FALSE(news) << "our own creations are no news: set_changed " << news->set_changed << ", "
                       << news->names.size() << " names";
    dm->list();
    std::optional<MapsListed> listed = wait<MapsListed>();
    ASSERT_TRUE(listed && listed->maps);
    EXPECT_EQ(listed->maps->size(), static_cast<std::size_t>(kMaps));
    for (const DmMapState& map : made) {
        dm->run(OpId{++last_op}, dm::plan_remove(map, {}));
    }
    for (int i = 0; i < kMaps; ++i) {
        std::optional<PlanDone> done = wait<PlanDone>();
        ASSERT_TRUE(done);
        EXPECT_TRUE(done->outcome) << done->outcome.error().text();
    }
    ASSERT_TRUE(wait_settled(seconds(180)));
    EXPECT_EQ(shell("test \"$(ipcs -s | grep -c '^0x0d4d')\" = 0"), 0) << "no semaphore is left";
}

/// udevd stands still while this lives.
class FrozenUdev {
public:
    FrozenUdev() { (void)shell("pkill -STOP -x systemd-udevd"); }
    ~FrozenUdev() { thaw(); }
    void thaw() {
        if (!thawed_) {
            thawed_ = true;
            (void)shell("pkill -CONT -x systemd-udevd");
        }
    }

private:
    bool thawed_ = false;
};

TEST_F(DeviceMapperReal, APlanEndsAlthoughUdevStandsStill) {
    FrozenUdev udev;
    std::optional<DmMapState> now = bring_about({}, desired("dmt1", 1));
    now = bring_about(now, desired("dmt1", 2));
    EXPECT_FALSE(dm->settled());
    EXPECT_FALSE(wait_settled(milliseconds(500)));
    EXPECT_EQ(dm->usage().udev_outstanding, 2U);
    udev.thaw();
    EXPECT_TRUE(wait_settled());
    EXPECT_EQ(dm->usage().udev_outstanding, 0U);
}

TEST_F(DeviceMapperReal, ACookieThatNeverCompletesIsGivenUpWithAWarning) {
    FrozenUdev udev;
    std::vector<std::string> warnings;
    std::mutex mutex;
    libdm::UdevCookies cookies({[&](std::string text) {
                                    std::lock_guard lock(mutex);
                                    warnings.push_back(std::move(text));
                                },
                                [] {}},
                               seconds(2));
    libdm::PlanOutcome made = libdm::run_plan(dm::plan_steps({}, desired("dmt1", 1)), cookies);
    ASSERT_TRUE(made.outcome) << made.detail;
    ASSERT_TRUE(libdm::run_plan(dm::plan_steps(made.now, desired("dmt1", 2)), cookies).outcome);
    EXPECT_EQ(cookies.outstanding(), 2U);
    for (int i = 0; i < 100 && cookies.outstanding() != 0; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    EXPECT_EQ(cookies.outstanding(), 0U);
    std::lock_guard lock(mutex);
    ASSERT_FALSE(warnings.empty());
    EXPECT_NE(warnings[0].find("dmt1"), std::string::npos) << warnings[0];
}

TEST_F(DeviceMapperReal, TheNodeGetsTheOwnerOnceUdevIsDone) {
    dm::DesiredMap want = desired("dmt1");
    want.owner = {0640, 12, 34};
    std::optional<DmMapState> now = bring_about({}, want);
    ASSERT_TRUE(wait_settled());
    struct stat node {};
    ASSERT_EQ(::stat(("/dev/dm-" + std::to_string(now->minor)).c_str(), &node), 0);
    EXPECT_EQ(node.st_mode & 07777U, 0640U);
    EXPECT_EQ(node.st_uid, 12U);
    EXPECT_EQ(node.st_gid, 34U);
}

TEST_F(DeviceMapperReal, AMapWhoseDiskHangsHoldsUpNoOther) {
    Result<DevT> slow = parse_devt(words_of("DM_TEST_SLOW"));
    ASSERT_TRUE(slow) << "DM_TEST_SLOW";
    dm::DesiredMap hung = desired("dmthung", 1);
    hung.table.groups[0].paths[0].devt = *slow;
    std::optional<DmMapState> now = bring_about({}, hung);
    ASSERT_TRUE(wait_settled());
    // A read is under way in the slow disk, so the reload waits for it inside the kernel.
    ASSERT_EQ(shell("echo 2500 > /sys/bus/pseudo/drivers/scsi_debug/delay"), 0);
    ASSERT_EQ(shell("dd if=/dev/mapper/dmthung of=/dev/null bs=4096 count=1 iflag=direct "
                    "2>/dev/null & sleep 1"),
              0);
    dm::DesiredMap more = hung;
    more.table.groups.push_back({"service-time", {}, {{paths[0], {"1"}}}});
    dm->run(OpId{9999}, dm::plan_steps(now, more));
    auto begun = std::chrono::steady_clock::now();
    for (int i = 0; i < 10; ++i) {
        std::string name = "dmt" + std::to_string(i);
        std::optional<DmMapState> other = bring_about({}, desired(name));
        ASSERT_TRUE(other);
        PlanDone failed = run({name, {step::Message{"fail_path " + paths[0].str()}}, other->uuid});
        EXPECT_TRUE(failed.outcome);
    }
    auto took = std::chrono::steady_clock::now() - begun;
    std::cout << "ten other maps were made beside the hung one in "
              << std::chrono::duration_cast<std::chrono::milliseconds>(took).count() << " ms, "
              << dm->usage().plans_running << " plan still runs" << std::endl;
    // The last of the others may still wait for udev.
    EXPECT_GE(dm->usage().plans_running, 1U) << "the slow disk must still be at it";
    std::optional<PlanDone> late = wait<PlanDone>();
    ASSERT_TRUE(late);
    EXPECT_EQ(late->op.value, 9999U);
    EXPECT_TRUE(late->outcome) << late->outcome.error().text();
    // Refused while a command is under way, and udev reads the new table's disk many times.
    EXPECT_EQ(shell("for i in $(seq 1000); do "
                    "echo 1 2>/dev/null > /sys/bus/pseudo/drivers/scsi_debug/delay && exit 0; "
                    "sleep 0.3; done; exit 1"),
              0);
}

}  // namespace
}  // namespace mp::os
