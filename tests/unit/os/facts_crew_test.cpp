// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/os/facts_crew.h"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>

namespace mp::os {
namespace {

std::vector<std::string> many_names(std::size_t count) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < count; ++i) {
        names.push_back("sd" + std::to_string(i));
    }
    return names;
}

struct Readers {
    std::atomic<int> readings{0};
    std::mutex mutex;
    std::set<std::thread::id> threads;

    FactsCrew::Reader make() {
        return [this](const std::string& name) -> std::optional<model::BlockDevice> {
            ++readings;
            {
                std::lock_guard lock(mutex);
                threads.insert(std::this_thread::get_id());
            }
            if (name == "sd7") {
                return std::nullopt;
            }
            model::BlockDevice device;
            device.name = name;
            return device;
        };
    }
};

void expect_all_in_order(std::size_t count, std::size_t helpers) {
    const std::vector<std::string> names = many_names(count);
    auto readers = std::make_shared<Readers>();
    auto crew = std::make_shared<FactsCrew>(names);
    crew->start(helpers, [readers] {
        return [readers, read = readers->make()](const std::string& name) { return read(name); };
    });
    const FactsCrew::Reader own = readers->make();
    for (std::size_t i = 0; i < count; ++i) {
        const std::optional<model::BlockDevice> device = crew->take(i, own);
        ASSERT_EQ(device.has_value(), names[i] != "sd7");
        if (device) {
            EXPECT_EQ(device->name, names[i]);
        }
    }
    EXPECT_EQ(readers->readings, static_cast<int>(count)) << "each once";
}

TEST(FactsCrew, HandsOutAllInTheOrderOfTheNames) {
    expect_all_in_order(2000, 3);
}

TEST(FactsCrew, WorksWithoutHelpers) {
    expect_all_in_order(40, 0);
    expect_all_in_order(0, 3);
}

TEST(FactsCrew, HelpersDoNotRunFarAheadOfTheTaker) {
    auto readers = std::make_shared<Readers>();
    auto crew = std::make_shared<FactsCrew>(many_names(1000));
    crew->start(3, [readers] { return readers->make(); });
    const FactsCrew::Reader own = readers->make();
    for (std::size_t i = 0; i < 1000; ++i) {
        crew->take(i, own);
        EXPECT_LE(readers->readings, static_cast<int>(i + 1 + FactsCrew::kAheadMax));
    }
}

TEST(FactsCrew, AHelperThatHangsHoldsUpItsDeviceOnly) {
    auto free = std::make_shared<std::atomic<bool>>(false);
    auto readers = std::make_shared<Readers>();
    auto crew = std::make_shared<FactsCrew>(many_names(64));
    crew->start(1, [free, readers] {
        return [free, read = readers->make(), readers](const std::string& name) {
            free->wait(false);
            return read(name);
        };
    });
    const FactsCrew::Reader own = readers->make();
    // Whatever the helper holds on to is waited for; with it let go all come.
    std::thread later([&] {
        while (readers->readings < 63) {
            std::this_thread::yield();
        }
        *free = true;
        free->notify_all();
    });
    for (std::size_t i = 0; i < 64; ++i) {
        EXPECT_EQ(crew->take(i, own).has_value(), i != 7);
    }
    later.join();
}

}  // namespace
}  // namespace mp::os
