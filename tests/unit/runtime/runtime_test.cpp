// SPDX-License-Identifier: GPL-2.0-or-later
// Does the runtime hand the configuration what it needs to know, and tell its settings on? The pump
// itself is exercised by every run of the simulation.
#include "daemon/runtime/runtime.h"

#include <gmock/gmock.h>

namespace mp::runtime {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// Ports that do nothing but hold a configuration and collect log lines.
struct Silent final : ports::Clock,
                      ports::Scheduler,
                      ports::DeviceSource,
                      ports::PathIo,
                      ports::PathWatch,
                      ports::DeviceMapper,
                      ports::FileStore,
                      ports::ControlSocket,
                      ports::Supervisor,
                      ports::Log {
    Instant now() const override { return Instant{} + seconds(1); }
    std::int64_t wall_unix_us() const override { return 0; }
    void set_alarm(Instant) override {}
    void on_alarm(std::function<void()>) override {}
    void defer(std::function<void()> task) override { tasks.push_back(std::move(task)); }
    void enumerate() override {}
    void reread(const std::string&) override {}
    void retrigger(const std::string&) override {}
    std::size_t backlog() const override { return 0; }
    void start(OpId, const model::PathRef&, const model::Questions&, Duration) override {}
    void release(PathId) override {}
    model::ProbingLoad usage() const override { return {}; }
    void watch(const model::PathRef&, const std::vector<std::string>&) override {}
    void forget(PathId) override {}
    void look() override {}
    void list() override {}
    void query(OpId, const std::string&) override {}
    void run(OpId, const model::Plan&) override {}
    std::vector<Loaded> read_config() override { return configuration; }
    Loaded read_state(model::StateFile) override { return {}; }
    void replace(OpId, model::StateFile, const std::string&) override {}
    void append(OpId, model::StateFile, const std::string&, const std::string&) override {}
    void mark_failed_wwid(const std::string&, bool) override {}
    void write_attribute(const std::string&, const std::string&, const std::string&) override {}
    void apply(OpId, const std::vector<model::Setting>&) override {}
    void reply(ClientId, const std::string&) override {}
    void ready() override {}
    void reloading() override {}
    void stopping() override {}
    void status(const std::string&) override {}
    void write(const model::effect::Log& record) override { lines.push_back(record.text); }

    Ports all() { return {*this, *this, *this, *this, *this, *this, *this, *this, *this, *this}; }
    void run_loop() {
        while (!tasks.empty()) {
            std::vector<std::function<void()>> now = std::exchange(tasks, {});
            for (const std::function<void()>& task : now) {
                task();
            }
        }
    }

    std::vector<Loaded> configuration;
    std::vector<std::string> lines;
    std::vector<std::function<void()>> tasks;
};

class RuntimeTest : public testing::Test {
protected:
    void load(const std::string& text) {
        ports_.configuration = {{"/etc/multipath.conf", text, std::nullopt}};
        runtime_.start();
        ports_.run_loop();
    }
    Silent ports_;
    EventQueue queue_{ports_};
    Runtime runtime_{ports_.all(), queue_, {}};
};

TEST_F(RuntimeTest, ConfigurationKnowsTheSystemItIsFor) {
    runtime_.ask_environment([] {
        conf::Environment environment;
        environment.accounts.users = {{"anna", 1000}};
        environment.max_open_files = 64;
        return environment;
    });
    std::vector<std::uint64_t> limits;  // 0: as many as there are
    runtime_.on_settings(
        [&](const conf::Globals& settings) { limits.push_back(settings.max_fds.value_or(0)); });
    load("defaults {\n uid anna\n max_fds 100\n}\n");
    EXPECT_THAT(limits, ElementsAre(0U));
    EXPECT_THAT(ports_.lines, ElementsAre(HasSubstr("max_fds")));
}

TEST_F(RuntimeTest, AReloadWithNewErrorsChangesNothing) {
    std::vector<int> levels;
    runtime_.on_settings(
        [&](const conf::Globals& settings) { levels.push_back(settings.verbosity); });
    const auto reload = [&](const std::string& text) {
        ports_.lines.clear();
        ports_.configuration = {{"/etc/multipath.conf", text, std::nullopt}};
        queue_.post(model::event::ReloadRequested{});
        ports_.run_loop();
    };
    load("defaults {\n verbosity 1\n failback soon\n}\n");
    EXPECT_THAT(levels, ElementsAre(1)) << "at the start the rest of it is used";

    reload("defaults {\n\n verbosity 3\n failback soon\n}\n");
    EXPECT_THAT(levels, ElementsAre(1, 3)) << "an old error on another line stops nobody";

    reload("defaults {\n verbosity 4\n failback soon\n rr_min_io x\n}\n");
    reload("defaults {\n verbosity 4\n failback so");
    EXPECT_THAT(levels, ElementsAre(1, 3));
    EXPECT_THAT(ports_.lines, testing::Contains(HasSubstr("these errors are new")));

    reload("defaults {\n verbosity 2\n}\n");
    EXPECT_THAT(levels, ElementsAre(1, 3, 2));
    reload("defaults {\n verbosity 4\n failback soon\n}\n");
    EXPECT_THAT(levels, ElementsAre(1, 3, 2));
}

TEST_F(RuntimeTest, SettingsOfAnUnreadableConfigurationAreNotTold) {
    int told = 0;
    runtime_.on_settings([&](const conf::Globals&) { ++told; });
    ports_.configuration = {
        {"/etc/multipath.conf", std::nullopt, Error{Errc::denied, 0, "cannot open"}}};
    runtime_.start();
    ports_.run_loop();
    EXPECT_EQ(told, 0);
    EXPECT_THAT(ports_.lines, testing::Contains(HasSubstr("cannot open")));
}

}  // namespace
}  // namespace mp::runtime
