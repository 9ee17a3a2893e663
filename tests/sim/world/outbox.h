// SPDX-License-Identifier: GPL-2.0-or-later
// Where the fakes post their events. The daemon lives in sessions: after kill -9 the kernel goes on
// and finishes what it has, but nobody hears of it. An operation remembers the session it was
// started in and is only answered to that one.
#pragma once

#include <cstdint>
#include <utility>

#include "daemon/ports/ports.h"

namespace mp::sim {

class Outbox {
public:
    /// Null: no daemon runs.
    void connect(ports::EventSink* sink) {
        sink_ = sink;
        ++session_;
    }
    std::uint64_t session() const { return session_; }
    bool connected() const { return sink_ != nullptr; }
    bool is_current(std::uint64_t session) const { return connected() && session == session_; }
    /// To whoever runs now.
    void post(model::Event event) {
        if (sink_ != nullptr) {
            sink_->post(std::move(event));
        }
    }
    /// Only to the session that asked.
    void post_to(std::uint64_t session, model::Event event) {
        if (is_current(session)) {
            sink_->post(std::move(event));
        }
    }

private:
    ports::EventSink* sink_ = nullptr;
    std::uint64_t session_ = 0;
};

}  // namespace mp::sim
