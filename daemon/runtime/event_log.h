// SPDX-License-Identifier: GPL-2.0-or-later
// A Log port that remembers what went through it, for clients that ask what happened.
#pragma once

#include <deque>
#include <memory>

#include "daemon/api/events.h"
#include "daemon/ports/ports.h"
#include "daemon/runtime/published.h"

namespace mp::runtime {

class EventLog final : public ports::Log {
public:
    static constexpr std::size_t kEventsKept = 1024;
    static constexpr std::size_t kTextBytesMax = 1024;  ///< of one event; longer text is cut

    /// All must outlive it.
    EventLog(ports::Log& next, const ports::Clock& clock, ports::Scheduler& scheduler)
        : next_(next), clock_(clock), scheduler_(scheduler) {}

    /// Passes every record on; remembers all but debug.
    void write(const model::effect::Log& record) override;
    /// Empty until the first event.
    const Published<api::EventList>& events() const { return published_; }

private:
    void publish();

    ports::Log& next_;
    const ports::Clock& clock_;
    ports::Scheduler& scheduler_;
    std::deque<std::shared_ptr<const api::Event>> kept_;
    std::uint64_t last_number_ = 0;
    bool publishing_ = false;
    Published<api::EventList> published_;
};

}  // namespace mp::runtime
