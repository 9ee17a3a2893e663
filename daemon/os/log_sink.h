// SPDX-License-Identifier: GPL-2.0-or-later
// The Log port: a bounded queue that one thread drains to the journal or to stderr. write() never
// blocks and never fails; lines that found the queue full are counted and said when there is room.
#pragma once

#include <memory>

#include "daemon/ports/ports.h"

namespace mp::os {

class QueuedLog final : public ports::Log {
public:
    enum class Target {
        journal,         ///< structured fields (MP_ID, MP_MAP, MP_PATH)
        stderr_stamped,  ///< "<uptime in seconds.microseconds> | text"
        stderr_plain,
    };
    struct Options {
        Target target = Target::stderr_stamped;
        model::LogLevel most_verbose = model::LogLevel::notice;  ///< higher numbers are dropped
        int fd = 2;  ///< of the stderr targets; for tests
        std::size_t queued_max = 4096;
    };
    explicit QueuedLog(Options options);
    /// Gives the thread a moment to write what is queued; a stuck sink is left behind.
    ~QueuedLog() override;

    void write(const model::effect::Log& record) override;
    void set_most_verbose(model::LogLevel level);

private:
    struct Shared;
    std::shared_ptr<Shared> shared_;
};

/// The level that -v N shows: 0 errors, 1 warnings, 2 notices, 3 and above everything.
model::LogLevel level_of_verbosity(int verbosity);

}  // namespace mp::os
