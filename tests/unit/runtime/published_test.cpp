// SPDX-License-Identifier: GPL-2.0-or-later
// Readers see whole values, the newest ones, and old values are freed. The case with threads is
// what the sanitizers run.
#include "daemon/runtime/published.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

// liburcu is built without the sanitizer, which takes its own barrier for a race.
extern "C" const char* __tsan_default_suppressions();
extern "C" const char* __tsan_default_suppressions() {
    return "race:urcu_memb_barrier\n";
}

namespace mp::runtime {
namespace {

struct Value {
    explicit Value(int number) : first(number), second(number) { ++alive; }
    ~Value() {
        first = -1;
        second = -2;
        --alive;
    }
    Value(const Value&) = delete;
    Value& operator=(const Value&) = delete;
    int first;
    int second;
    static inline std::atomic<int> alive{0};
};

TEST(Published, HasNothingToReadBeforeTheFirstValue) {
    const Published<Value> published;
    EXPECT_FALSE(published.read([](const Value&) { FAIL(); }));
}

TEST(Published, GivesTheNewestValue) {
    Published<Value> published;
    for (int i = 0; i < 20; ++i) {
        published.publish(std::make_shared<const Value>(i));
        int seen = -1;
        EXPECT_TRUE(published.read([&](const Value& value) { seen = value.first; }));
        EXPECT_EQ(seen, i);
    }
}

TEST(Published, FreesEveryValueInTheEnd) {
    {
        Published<Value> published;
        for (int i = 0; i < 100; ++i) {
            published.publish(std::make_shared<const Value>(i));
        }
    }
    rcu_barrier();
    EXPECT_EQ(Value::alive, 0);
}

TEST(Published, AValueThatSomeoneElseHoldsOutlivesItsPublication) {
    const auto kept = std::make_shared<const Value>(5);
    {
        Published<Value> published;
        published.publish(kept);
    }
    rcu_barrier();
    EXPECT_EQ(kept->first, 5);
}

TEST(Published, ReadersNeverSeeAHalfFreedOrOlderValue) {
    constexpr int kLast = 2000;
    Published<Value> published;
    published.publish(std::make_shared<const Value>(0));
    std::atomic<bool> torn{false};
    std::atomic<bool> backwards{false};
    std::vector<std::thread> readers;
    for (int i = 0; i < 2; ++i) {
        readers.emplace_back([&] {
            int last = 0;
            while (last < kLast) {
                published.read([&](const Value& value) {
                    torn = torn || value.first != value.second;
                    backwards = backwards || value.first < last;
                    last = value.first;
                });
            }
        });
    }
    for (int i = 1; i <= kLast; ++i) {
        published.publish(std::make_shared<const Value>(i));
    }
    for (std::thread& reader : readers) {
        reader.join();
    }
    EXPECT_FALSE(torn);
    EXPECT_FALSE(backwards);
}

}  // namespace
}  // namespace mp::runtime
