// SPDX-License-Identifier: GPL-2.0-or-later
// Plans are compared with goldens (tests/golden/plans; MP_UPDATE_GOLDEN=1 rewrites them, the diff
// is the review), and random situations are planned and run in the model of the kernel.
#include "daemon/dm/planner.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "daemon/base/prng.h"
#include "daemon/dm/equality.h"
#include "daemon/dm/table_codec.h"

namespace mp::dm {
namespace {

using model::DmMapState;

constexpr const char* kUuid = "mpath-3600a0b800012345";
constexpr const char* kTwoPaths = "0 0 1 1 service-time 0 2 1 8:16 1 8:32 1";
constexpr const char* kOnePath = "0 0 1 1 service-time 0 1 1 8:16 1";

model::MultipathTable table(std::string_view text, std::uint64_t size = 2048) {
    Result<model::MultipathTable> parsed = parse_table(text, size);
    EXPECT_TRUE(parsed) << text;
    return parsed ? *parsed : model::MultipathTable{};
}

DesiredMap wanted(const char* text = kTwoPaths, std::uint64_t size = 2048) {
    DesiredMap desired;
    desired.name = "mpatha";
    desired.uuid = kUuid;
    desired.table = table(text, size);
    return desired;
}

DmMapState live(const char* text = kTwoPaths, std::uint64_t size = 2048) {
    DmMapState map;
    map.name = "mpatha";
    map.uuid = kUuid;
    map.live_table = true;
    map.table = kernel_view(table(text, size));
    return map;
}

struct Case {
    const char* name;
    std::optional<DmMapState> actual;
    DesiredMap desired;
};

DesiredMap with(DesiredMap desired, void (*change)(DesiredMap&)) {
    change(desired);
    return desired;
}
DmMapState with(DmMapState map, void (*change)(DmMapState&)) {
    change(map);
    return map;
}

std::vector<Case> cases() {
    using D = DesiredMap;
    using A = DmMapState;
    std::vector<Case> all;
    auto add = [&all](const char* name, std::optional<A> actual, D desired) {
        all.push_back({name, std::move(actual), std::move(desired)});
    };
    add("create", {}, wanted());
    add("create-with-everything", {}, with(wanted(), [](D& d) {
            d.queueing = true;
            d.owner = {0640, 12, 6};
            d.read_only = true;
            d.skip_kpartx = true;
            d.no_path = true;
            d.failed_paths = {{8, 32}};
        }));
    add("adopt", live(), wanted());
    add("adopt-queueing", live("1 queue_if_no_path 1 alua 1 1 service-time 0 2 1 8:32 1 8:16 1"),
        with(wanted("0 1 alua 1 1 service-time 0 2 1 8:16 1 8:32 1"),
             [](D& d) { d.queueing = true; }));
    add("add-path", live(kOnePath), with(wanted(), [](D& d) {
            d.failed_paths = {{8, 16}, {9, 9}};
        }));
    add("last-path-gone", live(kOnePath), with(wanted("0 0 0 0"), [](D& d) {
            d.queueing = true;
            d.no_path = true;
        }));
    add("grow", live(kTwoPaths, 2048), wanted(kTwoPaths, 4096));
    add("shrink", live(kTwoPaths, 4096), wanted(kTwoPaths, 2048));
    add("rename", live(), with(wanted(), [](D& d) { d.name = "data"; }));
    add("rename-and-add-path", live(kOnePath), with(wanted(), [](D& d) { d.name = "data"; }));
    add("start-queueing", live(), with(wanted(), [](D& d) { d.queueing = true; }));
    add("stop-queueing", live("1 queue_if_no_path 0 1 1 service-time 0 2 1 8:16 1 8:32 1"),
        wanted());
    add("leftover-table", with(live(), [](A& a) { a.inactive_table = true; }), wanted());
    add("leftover-table-and-suspended",
        with(live(),
             [](A& a) {
                 a.inactive_table = true;
                 a.suspended = true;
             }),
        wanted());
    add("leftover-table-replaced",
        with(live(kOnePath),
             [](A& a) {
                 a.inactive_table = true;
                 a.suspended = true;
             }),
        wanted());
    add("never-loaded", with(live("0 0 0 0", 0), [](A& a) { a.live_table = false; }), wanted());
    add("loaded-but-never-live",
        with(live("0 0 0 0", 0),
             [](A& a) {
                 a.live_table = false;
                 a.inactive_table = true;
             }),
        wanted());
    add("suspended-by-a-crash", with(live(), [](A& a) { a.suspended = true; }),
        with(wanted(), [](D& d) { d.queueing = true; }));
    add("hold-suspended", live(kOnePath), with(wanted(), [](D& d) { d.suspended = true; }));
    add("stay-suspended", with(live(kOnePath), [](A& a) { a.suspended = true; }),
        with(wanted(), [](D& d) { d.suspended = true; }));
    add("cancel-removal", with(live(), [](A& a) { a.deferred_remove = true; }), wanted());
    add("forced-reload", live(), with(wanted(), [](D& d) { d.force_reload = true; }));
    add("becomes-writable", with(live(), [](A& a) { a.read_only = true; }), wanted());
    add("keeps-its-queue-mode",
        live("3 retain_attached_hw_handler queue_mode bio 0 1 1 service-time 0 1 1 8:16 1"),
        wanted("0 1 alua 1 1 service-time 0 2 1 8:16 1 8:32 1"));
    add("another-target", with(live(), [](A& a) { a.is_multipath = false; }), wanted(kOnePath));
    return all;
}

void expect_golden(const std::string& name, const std::string& body) {
    std::string text = "# SPDX-License-Identifier: GPL-2.0-or-later\n" + body;
    std::string path = std::string(MP_TESTS_DIR) + "/golden/plans/" + name + ".txt";
    if (std::getenv("MP_UPDATE_GOLDEN") != nullptr) {
        std::ofstream(path) << text;
    }
    std::ifstream file(path);
    std::stringstream golden;
    golden << file.rdbuf();
    EXPECT_EQ(text, golden.str()) << path;
}

TEST(Planner, PlansReadAsReviewed) {
    for (const Case& one : cases()) {
        std::string why = why_not_desired(one.actual, one.desired);
        expect_golden(one.name, "# map " + (why.empty() ? "is as desired" : why) + "\n" +
                                    render_plan(plan_steps(one.actual, one.desired)));
    }
}

/// The map is what the plan was for.
void expect_as_desired(const std::optional<DmMapState>& map, const DesiredMap& desired) {
    ASSERT_TRUE(map);
    if (desired.suspended) {
        EXPECT_TRUE(map->suspended);
        return;
    }
    EXPECT_EQ(map->name, desired.name);
    EXPECT_EQ(map->uuid, desired.uuid);
    EXPECT_FALSE(map->suspended);
    EXPECT_FALSE(map->inactive_table);
    EXPECT_FALSE(map->deferred_remove);
    EXPECT_TRUE(map->live_table);
    EXPECT_EQ(map->read_only, desired.read_only);
    EXPECT_EQ(has_feature(map->table, "queue_if_no_path"), desired.queueing);
    model::MultipathTable expected = desired.table;
    expected.features = with_queue_mode(expected.features, queue_mode(map->table));
    EXPECT_EQ(why_different(map->table, expected), "");
}

void expect_plan_works(const std::optional<DmMapState>& actual, DesiredMap desired) {
    model::Plan plan = plan_steps(actual, desired);
    Result<std::optional<DmMapState>> after = apply_in_model(actual, plan);
    ASSERT_TRUE(after) << after.error().text() << "\n" << render_plan(plan);
    SCOPED_TRACE(render_plan(plan));
    expect_as_desired(*after, desired);
    desired.force_reload = false;
    EXPECT_EQ(render_plan(plan_steps(*after, desired)),
              "plan " + (*after)->name + " " + desired.uuid + "\n");
    EXPECT_EQ(why_not_desired(*after, desired), "");
    EXPECT_EQ(why_not_desired(actual, desired).empty(), plan_steps(actual, desired).steps.empty());
}

TEST(Planner, ReviewedPlansLeadToWhatIsDesired) {
    for (const Case& one : cases()) {
        if (one.actual && !one.actual->is_multipath) {
            continue;
        }
        SCOPED_TRACE(one.name);
        expect_plan_works(one.actual, one.desired);
    }
}

class Situations {
public:
    explicit Situations(std::uint64_t seed) : prng_(seed) {}

    model::MultipathTable table() {
        model::MultipathTable made;
        made.size_sectors = 2048 * prng_.between(1, 3);
        if (prng_.chance(300)) {
            made.features = {"pg_init_retries", std::to_string(prng_.between(1, 50))};
        }
        if (prng_.chance(200)) {
            made.features.insert(made.features.end(),
                                 {"queue_mode", prng_.chance(500) ? "bio" : "mq"});
        }
        if (prng_.chance(300)) {
            made.hw_handler = {"alua"};
        }
        const char* selectors[] = {"service-time", "round-robin", "queue-length",
                                   "historical-service-time"};
        std::uint32_t minor = 0;
        for (std::uint64_t n = prng_.below(4); n != 0; --n) {
            model::TableGroup group;
            group.selector = selectors[prng_.below(4)];
            for (std::uint64_t paths = prng_.between(1, 3); paths != 0; --paths) {
                minor += static_cast<std::uint32_t>(prng_.between(1, 2)) * 16;
                group.paths.push_back({{8, minor}, {prng_.chance(500) ? "1" : "100"}});
            }
            made.groups.push_back(group);
        }
        made.initial_group = made.groups.empty() ? 0 : 1;
        return made;
    }

    DesiredMap desired() {
        DesiredMap made;
        made.name = prng_.chance(800) ? "mpatha" : "data";
        made.uuid = kUuid;
        made.table = table();
        made.queueing = prng_.chance(500);
        made.read_only = prng_.chance(200);
        made.skip_kpartx = prng_.chance(200);
        made.no_path = prng_.chance(200);
        made.suspended = prng_.chance(100);
        made.force_reload = prng_.chance(100);
        if (prng_.chance(300)) {
            made.failed_paths = {{8, 16}, {8, 32}};
        }
        return made;
    }

    std::optional<DmMapState> actual(const DesiredMap& like) {
        if (prng_.chance(100)) {
            return std::nullopt;
        }
        DmMapState map;
        map.name = prng_.chance(800) ? "mpatha" : "data";
        map.uuid = kUuid;
        map.live_table = prng_.chance(900);
        if (map.live_table) {
            model::MultipathTable loaded = prng_.chance(500) ? like.table : table();
            loaded.features = with_queueing(loaded.features, prng_.chance(500));
            map.table = kernel_view(loaded);
        }
        map.suspended = prng_.chance(200);
        map.read_only = prng_.chance(200);
        map.inactive_table = prng_.chance(200);
        map.deferred_remove = prng_.chance(100);
        map.open_count = static_cast<std::uint32_t>(prng_.below(3));
        return map;
    }

    bool toss() { return prng_.chance(500); }

private:
    Prng prng_;
};

TEST(Planner, AnySituationIsLedToWhatIsDesiredAndThenNeedsNothing) {
    int adopted = 0;
    for (std::uint64_t seed = 1; seed <= 20000; ++seed) {
        Situations situations(seed);
        DesiredMap desired = situations.desired();
        std::optional<DmMapState> actual = situations.actual(desired);
        SCOPED_TRACE("seed " + std::to_string(seed));
        expect_plan_works(actual, desired);
        adopted += plan_steps(actual, desired).steps.empty() ? 1 : 0;
        if (HasFatalFailure() || HasNonfatalFailure()) {
            return;
        }
    }
    EXPECT_GT(adopted, 100);
}

TEST(Planner, ACrashBetweenAnyTwoStepsIsRepairedByTheNextPlan) {
    for (std::uint64_t seed = 1; seed <= 5000; ++seed) {
        Situations situations(seed);
        DesiredMap desired = situations.desired();
        desired.suspended = false;
        std::optional<DmMapState> actual = situations.actual(desired);
        model::Plan plan = plan_steps(actual, desired);
        for (std::size_t done = 0; done < plan.steps.size(); ++done) {
            model::Plan begun{plan.map_name, {}, plan.uuid};
            begun.steps.assign(plan.steps.begin(),
                               plan.steps.begin() + static_cast<std::ptrdiff_t>(done));
            Result<std::optional<DmMapState>> left = apply_in_model(actual, begun);
            ASSERT_TRUE(left) << "seed " << seed;
            SCOPED_TRACE("seed " + std::to_string(seed) + " after " + std::to_string(done));
            expect_plan_works(*left, desired);
        }
        if (HasFatalFailure() || HasNonfatalFailure()) {
            return;
        }
    }
}

TEST(Planner, NoPlanOnAnActiveMapSuspendsItInAStepOfItsOwn) {
    for (std::uint64_t seed = 1; seed <= 5000; ++seed) {
        Situations situations(seed);
        DesiredMap desired = situations.desired();
        desired.suspended = false;
        for (const model::Step& step : plan_steps(situations.actual(desired), desired).steps) {
            EXPECT_FALSE(std::holds_alternative<model::step::Suspend>(step)) << "seed " << seed;
        }
    }
}

TEST(Planner, RemovalLeavesNothingOrSaysBusy) {
    for (std::uint64_t seed = 1; seed <= 5000; ++seed) {
        Situations situations(seed);
        std::optional<DmMapState> actual = situations.actual(situations.desired());
        if (!actual) {
            continue;
        }
        RemoveOptions options{situations.toss(), situations.toss()};
        model::Plan plan = plan_remove(*actual, options);
        Result<std::optional<DmMapState>> after = apply_in_model(actual, plan);
        SCOPED_TRACE("seed " + std::to_string(seed) + "\n" + render_plan(plan));
        if (actual->open_count == 0) {
            ASSERT_TRUE(after);
            EXPECT_FALSE(*after);
        } else if (options.deferred) {
            ASSERT_TRUE(after);
            EXPECT_TRUE((*after)->deferred_remove);
        } else {
            ASSERT_FALSE(after);
            EXPECT_EQ(after.error().code, Errc::busy);
        }
    }
}

TEST(Planner, HeldIoIsFailedBeforeRemovalWhenAskedFor) {
    DmMapState map = live("1 queue_if_no_path 0 1 1 service-time 0 1 1 8:16 1");
    expect_golden("remove", render_plan(plan_remove(map, {})));
    expect_golden("remove-deferred", render_plan(plan_remove(map, {true, false})));
    expect_golden("remove-and-stop-queueing", render_plan(plan_remove(map, {false, true})));
    map.suspended = true;
    map.inactive_table = true;
    expect_golden("remove-suspended", render_plan(plan_remove(map, {false, true})));
}

TEST(PlannerDeathTest, ATableIsNeverPlannedOntoAnotherDisksMap) {
    DmMapState map = live();
    map.uuid = "mpath-another";
    EXPECT_DEATH(plan_steps(map, wanted()), "uuid");
}

}  // namespace
}  // namespace mp::dm
