// SPDX-License-Identifier: GPL-2.0-or-later
// Writing a log line can block: journald may be stopped, a terminal paused, a pipe full. So the
// reactor only queues, and one thread writes. That thread may hang for ever; it shares what it
// needs and is left behind at exit rather than waited for.
#include "daemon/os/log_sink.h"

#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <deque>
#include <mutex>
#include <string>

#include "daemon/os/event_loop.h"
#include "daemon/os/late_systemd.h"
#include "daemon/os/thread.h"

namespace mp::os {

namespace {

constexpr std::chrono::milliseconds kDrainAtExit{200};

std::string line_of(const model::effect::Log& record) {
    std::string line;
    if (!record.map.empty()) {
        line += record.map + ": ";
    }
    if (!record.path.empty()) {
        line += record.path + ": ";
    }
    return line + record.text;
}

struct Entry {
    model::effect::Log record;
    Instant when;
};

}  // namespace

struct QueuedLog::Shared {
    Options options;
    std::mutex mutex;
    std::condition_variable wake;
    std::condition_variable drained;
    std::deque<Entry> queue;
    std::uint64_t dropped = 0;
    bool writing = false;
    bool closing = false;

    void emit(const Entry& entry) const {
        std::string line = line_of(entry.record);
        if (options.target == Target::journal) {
            sd_journal_send("PRIORITY=%d", static_cast<int>(entry.record.level), "MESSAGE=%s",
                            line.c_str(), "MP_ID=%s", entry.record.id.c_str(), "MP_MAP=%s",
                            entry.record.map.c_str(), "MP_PATH=%s", entry.record.path.c_str(),
                            nullptr);
            return;
        }
        std::string out;
        if (options.target == Target::stderr_stamped) {
            char stamp[48];
            long long us = entry.when.time_since_epoch().count();
            std::snprintf(stamp, sizeof stamp, "%lld.%06lld | ", us / 1000000, us % 1000000);
            out = stamp;
        }
        out += line + "\n";
        std::size_t done = 0;
        while (done < out.size()) {
            ssize_t n = ::write(options.fd, out.data() + done, out.size() - done);
            if (n <= 0) {
                return;  // nowhere to complain to
            }
            done += static_cast<std::size_t>(n);
        }
    }

    void run() {
        std::unique_lock<std::mutex> lock(mutex);
        while (true) {
            wake.wait(lock, [this] { return !queue.empty() || closing; });
            if (queue.empty()) {
                return;
            }
            Entry entry = std::move(queue.front());
            queue.pop_front();
            std::uint64_t lost = std::exchange(dropped, 0);
            writing = true;
            lock.unlock();
            if (lost > 0) {
                Entry notice = entry;
                notice.record = {
                    model::LogLevel::warning, "log-lines-lost", "", "",
                    std::to_string(lost) + " log lines were lost: the log could not keep up"};
                emit(notice);
            }
            emit(entry);
            lock.lock();
            writing = false;
            if (queue.empty()) {
                drained.notify_all();
            }
        }
    }
};

QueuedLog::QueuedLog(Options options) : shared_(std::make_shared<Shared>()) {
    shared_->options = options;
    std::shared_ptr<Shared> shared = shared_;
    Result<Thread> thread = Thread::start("log", kWorkerStackBytes, [shared] { shared->run(); });
    if (!thread) {
        shared_->options.queued_max = 0;
        std::fprintf(stderr, "no log thread: %s\n", thread.error().text().c_str());
        return;
    }
    thread->detach();
}

QueuedLog::~QueuedLog() {
    std::unique_lock<std::mutex> lock(shared_->mutex);
    shared_->drained.wait_for(lock, kDrainAtExit,
                              [this] { return shared_->queue.empty() && !shared_->writing; });
    shared_->closing = true;
    shared_->wake.notify_all();
}

void QueuedLog::write(const model::effect::Log& record) {
    std::lock_guard<std::mutex> lock(shared_->mutex);
    if (record.level > shared_->options.most_verbose) {
        return;
    }
    if (shared_->queue.size() >= shared_->options.queued_max) {
        ++shared_->dropped;
        return;
    }
    shared_->queue.push_back({record, EventLoop::now()});
    shared_->wake.notify_one();
}

void QueuedLog::set_most_verbose(model::LogLevel level) {
    std::lock_guard<std::mutex> lock(shared_->mutex);
    shared_->options.most_verbose = level;
}

model::LogLevel level_of_verbosity(int verbosity) {
    switch (verbosity) {
        case 0:
            return model::LogLevel::error;
        case 1:
            return model::LogLevel::warning;
        case 2:
            return model::LogLevel::notice;
        case 3:
            return model::LogLevel::info;
        default:
            return model::LogLevel::debug;
    }
}

}  // namespace mp::os
