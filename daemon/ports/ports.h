// SPDX-License-Identifier: GPL-2.0-or-later
// The seams between decisions and Linux. Rules for every port: values only; a call that may block
// returns at once and its answer is posted to the EventSink later, exactly once, never from inside
// the call; queues have limits, and a full queue answers Errc::limit through the sink as well. A
// cancelled or released operation still completes (Errc::cancelled). All calls come from, and all
// posts arrive on, the reactor thread; adapters that use workers hop back before they post.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/ids.h"
#include "daemon/base/result.h"
#include "daemon/base/time.h"
#include "daemon/model/effect.h"
#include "daemon/model/event.h"
#include "daemon/model/snapshot.h"

namespace mp::ports {

/// Where ports deliver. post() only queues: the engine runs later, on its own turn.
class EventSink {
public:
    virtual ~EventSink() = default;
    virtual void post(model::Event event) = 0;
};

/// Monotonic time, and wall time for display only.
class Clock {
public:
    virtual ~Clock() = default;
    virtual Instant now() const = 0;
    virtual std::int64_t wall_unix_us() const = 0;
};

/// One alarm: the runtime asks to be called at the engine's next deadline. Setting it again
/// replaces it; kNever disarms. The callback comes from the loop, never from set_alarm itself.
class Scheduler {
public:
    virtual ~Scheduler() = default;
    virtual void set_alarm(Instant when) = 0;
    virtual void on_alarm(std::function<void()> callback) = 0;
    /// Runs `task` on the reactor as soon as the loop is free, in order of submission.
    virtual void defer(std::function<void()> task) = 0;
};

/// Block devices: udev monitor and enumeration. Posts DeviceSeen, DeviceGone, EnumerationDone,
/// DevicesOverflowed. Events of one device arrive in kernel order. Facts are read in a worker.
class DeviceSource {
public:
    virtual ~DeviceSource() = default;
    virtual void enumerate() = 0;
    virtual void reread(const std::string& name) = 0;
    virtual void retrigger(const std::string& sys_path) = 0;
    /// Events received and not yet posted; `show status` says busy while it is not 0.
    virtual std::size_t backlog() const = 0;
};

/// Questions to path devices. Posts ProbeDone once per start(), with the answers to all questions
/// that were asked; the last of them may be an error, those before it are plain.
/// A command whose deadline passes completes as Errc::timeout even if the kernel still has it; that
/// lane is written off until the command ends, and no other path notices. A second start() on a
/// path whose command is stuck completes with Errc::busy.
class PathIo {
public:
    virtual ~PathIo() = default;
    /// `timeout`: for all questions together.
    virtual void start(OpId op, const model::PathRef& path, const model::Questions& questions,
                       Duration timeout) = 0;
    virtual void release(PathId path) = 0;
    virtual model::ProbingLoad usage() const = 0;
};

/// The passive watch: re-reads cheap sysfs attributes several times a second. Posts
/// KernelStateChanged.
class PathWatch {
public:
    virtual ~PathWatch() = default;
    virtual void watch(const model::PathRef& path, const std::vector<std::string>& attributes) = 0;
    virtual void forget(PathId path) = 0;
    /// Reads everything now, out of turn.
    virtual void look() = 0;
};

/// device-mapper. Posts MapsListed, MapQueried, PlanDone, MapsChanged. Plans of different maps run
/// at the same time; the engine never has two on one map.
class DeviceMapper {
public:
    virtual ~DeviceMapper() = default;
    virtual void list() = 0;
    virtual void query(OpId op, const std::string& name) = 0;
    virtual void run(OpId op, const model::Plan& plan) = 0;
};

/// Small files under the configuration and state directories, and sysfs writes. Posts FileWritten
/// and SettingsApplied.
class FileStore {
public:
    struct Loaded {
        std::string name;
        std::optional<std::string> content;  ///< unset: does not exist
        std::optional<Error> error;          ///< exists and could not be read
    };
    virtual ~FileStore() = default;
    /// Main configuration file first, then drop-ins in order. Small local files: read in the call.
    virtual std::vector<Loaded> read_config() = 0;
    virtual Loaded read_state(model::StateFile file) = 0;
    virtual void replace(OpId op, model::StateFile file, const std::string& content) = 0;
    virtual void append(OpId op, model::StateFile file, const std::string& header,
                        const std::string& content) = 0;
    virtual void mark_failed_wwid(const std::string& wwid, bool failed) = 0;
    virtual void write_attribute(const std::string& path, const std::string& value,
                                 const std::string& why) = 0;
    /// All in one directory.
    virtual void apply(OpId op, const std::vector<model::Setting>& settings) = 0;
};

/// Control clients. The adapter owns the connections, frames and credentials; requests that only
/// read are answered by the query thread from the snapshot, the others arrive as CommandReceived.
class ControlSocket {
public:
    virtual ~ControlSocket() = default;
    virtual void reply(ClientId client, const std::string& text) = 0;
};

/// The service manager: readiness, watchdog, signals. Posts ReloadRequested and StopRequested.
class Supervisor {
public:
    virtual ~Supervisor() = default;
    virtual void ready() = 0;
    virtual void reloading() = 0;
    virtual void stopping() = 0;
    virtual void status(const std::string& text) = 0;
};

/// Structured log that never blocks: what cannot be written is counted and said later.
class Log {
public:
    virtual ~Log() = default;
    virtual void write(const model::effect::Log& record) = 0;
};

}  // namespace mp::ports
