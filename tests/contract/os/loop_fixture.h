// SPDX-License-Identifier: GPL-2.0-or-later
// What the harnesses of the real adapters share: a loop, a sink that keeps events, a scratch
// folder.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "daemon/os/event_loop.h"
#include "daemon/ports/ports.h"

namespace mp::contract {

class RecordingSink final : public ports::EventSink {
public:
    void post(model::Event event) override { events.push_back(std::move(event)); }
    std::vector<model::Event> events;

    template <class E>
    std::vector<E> all() const {
        std::vector<E> found;
        for (const model::Event& event : events) {
            if (const E* wanted = std::get_if<E>(&event)) {
                found.push_back(*wanted);
            }
        }
        return found;
    }
};

/// Ends a test that would otherwise hang; never the thing that is measured.
constexpr Duration kGiveUpAfter = seconds(60);

inline std::unique_ptr<os::EventLoop> make_loop() {
    Result<std::unique_ptr<os::EventLoop>> loop = os::EventLoop::create();
    EXPECT_TRUE(loop.has_value());
    return std::move(*loop);
}

inline bool run_until(os::EventLoop& loop, const std::function<bool()>& done) {
    const Instant end = os::EventLoop::now() + kGiveUpAfter;
    while (!done()) {
        if (os::EventLoop::now() >= end || !loop.run_once(milliseconds(50))) {
            return false;
        }
    }
    return true;
}

class ScratchFolder {
public:
    ScratchFolder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "mp-XXXXXX").string();
        EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
        root_ = pattern;
    }
    ~ScratchFolder() { std::filesystem::remove_all(root_); }
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;

    std::string path(const std::string& below = "") const {
        return below.empty() ? root_ : root_ + "/" + below;
    }
    void write(const std::string& below, const std::string& content) const {
        const std::filesystem::path file = path(below);
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file, std::ios::binary) << content;
    }
    std::string read(const std::string& below) const {
        std::ifstream file(path(below), std::ios::binary);
        return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    }

private:
    std::string root_;
};

}  // namespace mp::contract
