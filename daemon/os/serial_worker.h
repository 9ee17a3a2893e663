// SPDX-License-Identifier: GPL-2.0-or-later
// One thread that does jobs one after the other, in order of submission.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "daemon/base/result.h"

namespace mp::os {

class SerialWorker {
public:
    using Job = std::function<void()>;

    /// The thread starts with the first job. `jobs_max` wait at most.
    SerialWorker(std::string name, std::size_t jobs_max);
    /// Finishes what waits, as long as that takes no more than a moment; a job that hangs is left
    /// behind. Jobs therefore hold what they need.
    ~SerialWorker();
    SerialWorker(const SerialWorker&) = delete;
    SerialWorker& operator=(const SerialWorker&) = delete;

    /// Errors: limit (too many jobs wait, or no thread to be had).
    Result<> submit(Job job);

private:
    struct Shared;
    const std::string name_;
    const std::size_t jobs_max_;
    std::shared_ptr<Shared> shared_;
    bool started_ = false;
};

}  // namespace mp::os
