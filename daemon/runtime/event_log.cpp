// SPDX-License-Identifier: GPL-2.0-or-later
// Who is told what happened? The log, at once; and a short memory of events that readers in other
// threads see. The memory is copied for them once per turn of the loop, however many events the
// turn brought, so that a storm costs no more than a breeze.
#include "daemon/runtime/event_log.h"

#include <utility>

namespace mp::runtime {

void EventLog::write(const model::effect::Log& record) {
    next_.write(record);
    if (record.level == model::LogLevel::debug) {
        return;
    }
    api::Event event{++last_number_, clock_.wall_unix_us(), record};
    if (event.record.text.size() > kTextBytesMax) {
        event.record.text.resize(kTextBytesMax);
    }
    kept_.push_back(std::make_shared<const api::Event>(std::move(event)));
    if (kept_.size() > kEventsKept) {
        kept_.pop_front();
    }
    if (!std::exchange(publishing_, true)) {
        scheduler_.defer([this] { publish(); });
    }
}

void EventLog::publish() {
    publishing_ = false;
    published_.publish(
        std::make_shared<const api::EventList>(api::EventList{{kept_.begin(), kept_.end()}}));
}

}  // namespace mp::runtime
