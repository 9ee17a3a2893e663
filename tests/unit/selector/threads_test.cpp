// SPDX-License-Identifier: GPL-2.0-or-later
// Many CPUs at once while paths fail and return: no wrong path, no lost load. The thread sanitizer
// build says whether each shared word is accessed as such.
#include <array>
#include <atomic>
#include <mutex>
#include <thread>

#include "tests/unit/selector/machine.h"

namespace mp::selector {
namespace {

class Threads : public Machine {};

constexpr int kIos = 60000;

void run_ios(user_group* group, unsigned cpu, std::atomic<int>& wrong) {
    user_run_on(cpu);
    std::array<int, 24> ring{};
    for (int i = 0; i < kIos; ++i) {
        int& slot = ring.at(static_cast<std::size_t>(i) % ring.size());
        if (i >= static_cast<int>(ring.size())) {
            user_group_end(group, slot, kBlock);
        }
        slot = user_group_select(group, kBlock);
        if (slot < 0 || slot > 3) {
            ++wrong;
            slot = 0;
        }
        user_group_start(group, slot, kBlock);
    }
    for (const int path : ring) {
        user_group_end(group, path, kBlock);
    }
}

TEST_F(Threads, FailuresFromTwoCpusUnderLoadLoseNothing) {
    const Group group = load("numa-distance 0 4 1 8:0 1 8:1 1 8:2 1 8:3 1");
    std::atomic<int> wrong{0};
    std::atomic<bool> stop{false};
    std::mutex map;  // device-mapper calls fail, reinstate and status with the lock of the map held
    const auto storm = [&](int path) {
        while (!stop) {
            const std::lock_guard held(map);
            user_group_fail(group.get(), path);
            user_group_reinstate(group.get(), path);
            info_of(group);
        }
    };
    std::thread first(storm, 1);
    std::thread second(storm, 2);
    std::vector<std::thread> cpus;
    for (unsigned cpu = 0; cpu < 4; ++cpu) {
        cpus.emplace_back(run_ios, group.get(), cpu, std::ref(wrong));
    }
    for (std::thread& cpu : cpus) {
        cpu.join();
    }
    stop = true;
    first.join();
    second.join();
    EXPECT_EQ(wrong, 0);
    const std::string info = info_of(group);
    for (const char* path : {"8:0 A 0 - 0 ", "8:1 A 0 - 0 ", "8:2 A 0 - 0 ", "8:3 A 0 - 0 "}) {
        EXPECT_NE(info.find(path), std::string::npos) << info;
    }
    EXPECT_EQ(info.substr(0, 15), "3 " + std::to_string(4 * kIos) + " 0 0 4 ");
}

}  // namespace
}  // namespace mp::selector
