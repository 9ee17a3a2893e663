// SPDX-License-Identifier: GPL-2.0-or-later
// What is remembered, how much of it, and when readers see it.
#include "daemon/runtime/event_log.h"

#include <gtest/gtest.h>

namespace mp::runtime {
namespace {

struct Surroundings final : ports::Log, ports::Clock, ports::Scheduler {
    void write(const model::effect::Log& record) override { passed.push_back(record.text); }
    Instant now() const override { return Instant{}; }
    std::int64_t wall_unix_us() const override { return 42; }
    void set_alarm(Instant) override {}
    void on_alarm(std::function<void()>) override {}
    void defer(std::function<void()> task) override { tasks.push_back(std::move(task)); }
    void turn() {
        for (const std::function<void()>& task : std::exchange(tasks, {})) {
            task();
        }
    }
    std::vector<std::string> passed;
    std::vector<std::function<void()>> tasks;
};

class EventLogTest : public testing::Test {
protected:
    void write(model::LogLevel level, const std::string& text) {
        log_.write({level, "test", "", "", text});
    }
    std::vector<std::shared_ptr<const api::Event>> seen() {
        std::vector<std::shared_ptr<const api::Event>> out;
        log_.events().read([&](const api::EventList& list) { out = list.events; });
        return out;
    }
    Surroundings around_;
    EventLog log_{around_, around_, around_};
};

TEST_F(EventLogTest, EverythingIsPassedOnAndAllButDebugRemembered) {
    write(model::LogLevel::debug, "a");
    write(model::LogLevel::notice, "b");
    write(model::LogLevel::error, "c");
    EXPECT_EQ(around_.passed, (std::vector<std::string>{"a", "b", "c"}));
    EXPECT_TRUE(seen().empty());
    EXPECT_EQ(around_.tasks.size(), 1U) << "one turn publishes all";
    around_.turn();
    ASSERT_EQ(seen().size(), 2U);
    EXPECT_EQ(seen()[0]->number, 1U);
    EXPECT_EQ(seen()[0]->wall_unix_us, 42);
    EXPECT_EQ(seen()[1]->record.text, "c");
    write(model::LogLevel::info, "d");
    around_.turn();
    EXPECT_EQ(seen().size(), 3U);
}

TEST_F(EventLogTest, MemoryIsBounded) {
    for (std::size_t i = 0; i < EventLog::kEventsKept + 10; ++i) {
        write(model::LogLevel::info, std::string(5000, 'x'));
    }
    around_.turn();
    ASSERT_EQ(seen().size(), EventLog::kEventsKept);
    EXPECT_EQ(seen().front()->number, 11U);
    EXPECT_EQ(seen().front()->record.text.size(), EventLog::kTextBytesMax);
}

}  // namespace
}  // namespace mp::runtime
