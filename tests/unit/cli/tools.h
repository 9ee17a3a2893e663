// SPDX-License-Identifier: GPL-2.0-or-later
// Runs a form of `multipath` against a daemon that answers `show` from a sample.
#include <gtest/gtest.h>

#pragma once

#include <functional>
#include <optional>
#include <string>

#include "daemon/api/answer.h"
#include "daemon/cli/options.h"
#include "daemon/cli/requests.h"
#include "tests/unit/api/sample.h"
#include "tests/unit/cli/fake_daemon.h"

namespace mp::test {

/// Answers `show` as the daemon does, everything else with `changes`.
inline FakeDaemon::Answer answers(std::string changes) {
    return [changes](const std::string& request) {
        mp::api::Handled handled =
            mp::api::answer(request, mp::api::Caller{true, kSampleTime, 1}, sample());
        return std::holds_alternative<std::string>(handled) ? std::get<std::string>(handled)
                                                            : changes;
    };
}

inline cli::Options with(cli::Mode mode, std::string device = "") {
    cli::Options options;
    options.mode = mode;
    options.device = std::move(device);
    return options;
}

struct Outcome {
    std::optional<int> code;
    std::string output;
    std::string messages;
};

template <class Function>
Outcome run(Function function, const cli::Options& options) {
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    cli::Daemon daemon(options);
    Outcome outcome;
    outcome.code = function(options, daemon);
    outcome.output = testing::internal::GetCapturedStdout();
    outcome.messages = testing::internal::GetCapturedStderr();
    return outcome;
}

}  // namespace mp::test
