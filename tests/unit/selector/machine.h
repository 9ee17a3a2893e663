// SPDX-License-Identifier: GPL-2.0-or-later
// A fresh machine with the module loaded for each test, groups that free themselves, and the check
// that nothing is left in memory at the end.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "dm-target/user/machine.h"

namespace mp::selector {

struct FreeGroup {
    void operator()(user_group* group) const { user_group_free(group); }
};
using Group = std::unique_ptr<user_group, FreeGroup>;

constexpr std::size_t kBlock = 4096;

// Loads a group or fails the test with the selector's own words.
inline Group load(const std::string& text) {
    const char* error = nullptr;
    Group group(user_group_load(text.c_str(), &error));
    EXPECT_NE(group, nullptr) << text << ": " << error << " / " << user_last_log();
    return group;
}

inline std::string table_of(const Group& group) {
    char text[4096];
    user_group_table(group.get(), text, sizeof(text));
    return text;
}

inline std::string info_of(const Group& group) {
    char text[4096];
    user_group_info(group.get(), text, sizeof(text));
    return text;
}

inline int select(const Group& group) {
    return user_group_select(group.get(), kBlock);
}

// Selects and starts one I/O; the path that it took.
inline int submit(const Group& group, std::size_t bytes = kBlock) {
    const int path = user_group_select(group.get(), bytes);
    if (path >= 0) {
        user_group_start(group.get(), path, bytes);
    }
    return path;
}

// Keeps so many I/Os in flight on a path from outside, as other CPUs would.
inline void occupy(const Group& group, int path, int ios) {
    for (int i = 0; i < ios; ++i) {
        user_group_start(group.get(), path, kBlock);
    }
}

inline void release(const Group& group, int path, int ios) {
    for (int i = 0; i < ios; ++i) {
        user_group_end(group.get(), path, kBlock);
    }
}

// How often each path is taken by so many I/Os that stay in flight.
inline std::vector<int> shares(const Group& group, int ios) {
    std::vector<int> taken(static_cast<std::size_t>(user_group_paths(group.get())));
    for (int i = 0; i < ios; ++i) {
        const int path = submit(group);
        if (path >= 0) {
            ++taken[static_cast<std::size_t>(path)];
        }
    }
    return taken;
}

class Machine : public testing::Test {
protected:
    Machine() {
        user_machine_reset();
        EXPECT_EQ(user_load_module(), 0);
    }
    ~Machine() override {
        user_unload_module();
        EXPECT_EQ(user_live_allocations(), 0);
    }
};

}  // namespace mp::selector
