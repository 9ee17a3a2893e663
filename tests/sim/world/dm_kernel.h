// SPDX-License-Identifier: GPL-2.0-or-later
// device-mapper and its multipath target, as Linux behaves (drivers/md/dm.c, dm-ioctl.c,
// dm-mpath.c): live and inactive tables, suspend and resume, path groups, fail and reinstate,
// queueing, and user I/O that goes to the disks below. Calls act at once; only suspending waits,
// for I/O in flight.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "daemon/model/table.h"
#include "tests/sim/world/host.h"

namespace mp::sim {

/// One request of a user of a map.
struct UserRequest {
    std::uint64_t number = 0;
    bool write = false;
    std::function<void(const struct UserResult&)> done;
};

struct UserResult {
    bool ok = false;
    DiskId disk;            ///< that it went to last
    std::optional<int> lu;  ///< that really served it, when ok
    Instant sent{};         ///< when it was sent to that disk
};

struct DmPath {
    DiskId disk;
    DevT devt;
    bool active = true;
    std::uint64_t fail_count = 0;
    Instant failed_at{};     ///< last time it was failed by I/O or by a stranger
    Instant activated_at{};  ///< last time it became active, by a table or by a message
};

struct DmGroup {
    std::vector<DmPath> paths;
    bool bypassed = false;
    std::size_t turn = 0;
};

/// A loaded multipath table.
struct DmTarget {
    model::MultipathTable table;  ///< as written
    std::vector<DmGroup> groups;
    int current = -1;
    int next = -1;
    bool queue_if_no_path = false;
    bool saved_queue = false;
    bool pg_init_needed = false;
    bool pg_init_running = false;
    std::uint64_t pg_inits = 0;
    std::string handler;
    std::size_t active_paths() const;
    std::size_t path_count() const;
};

struct DmMap {
    std::uint32_t minor = 0;
    std::uint64_t serial = 0;  ///< never used again, unlike the minor
    std::string name;
    std::string uuid;
    std::uint32_t event_nr = 0;
    bool opened = false;  ///< a user has it mounted
    bool suspended = false;
    bool suspending = false;
    bool read_only = false;
    bool deferred_remove = false;
    std::optional<DmTarget> live;
    std::optional<DmTarget> inactive;
    std::deque<UserRequest> held;  ///< waits for a resume, a path, or a path group
    std::size_t in_flight = 0;
    std::vector<std::function<void()>> when_idle;
    Instant resumed_at{};
    Wwid wwid() const { return Wwid(uuid.size() > 6 ? uuid.substr(6) : ""); }
};

class DmKernel {
public:
    DmKernel(SimLoop& loop, Trace& trace, SimHost& host, Prng prng)
        : loop_(loop), trace_(trace), host_(host), prng_(prng) {}

    // Control.
    Result<std::uint32_t> create(const std::string& name, const std::string& uuid);
    Result<> load(std::uint32_t minor, const model::MultipathTable& table, bool read_only);
    Result<> clear(std::uint32_t minor);
    void suspend(std::uint32_t minor, bool flush, std::function<void(Result<>)> done);
    void resume(std::uint32_t minor, bool flush, std::function<void(Result<>)> done);
    Result<> rename(std::uint32_t minor, const std::string& name);
    Result<> remove(std::uint32_t minor, bool deferred);
    /// `by_daemon`: a fail_path in it tells nothing about the path that the daemon does not know.
    Result<> message(std::uint32_t minor, const std::string& text, bool by_daemon = false);

    // Users.
    void open(std::uint32_t minor, bool opened);
    void submit(std::uint32_t minor, UserRequest request);

    // Looking.
    const DmMap* find(const std::string& name) const;
    const DmMap* find(std::uint32_t minor) const;
    const DmMap* find(const Wwid& wwid) const;
    const std::map<std::uint32_t, DmMap>& maps() const { return maps_; }
    /// Moves whenever a map, a table or a path changed.
    std::uint64_t version() const { return version_; }
    model::DmMapState state(const DmMap& map) const;
    std::vector<std::string> holders(DiskId disk) const;

    /// A map's event counter moved, or (set_changed) maps came, went or were renamed.
    void on_event(std::function<void(const std::string& name, bool set_changed)> callback) {
        on_event_ = std::move(callback);
    }
    /// A users' request that was sent then failed on this disk.
    void on_io_failed(std::function<void(DiskId disk, Instant sent)> callback) {
        on_io_failed_ = std::move(callback);
    }
    /// Whether tables with path selector numa-distance are taken.
    void has_numa_selector(bool has) { numa_selector_ = has; }
    /// The machine crashed: nothing of this survives.
    void power_cut();

private:
    struct Place {
        std::size_t group = 0;
        std::size_t path = 0;
    };
    Result<DmTarget> build_target(const DmMap& map, const model::MultipathTable& table) const;
    DmMap* map_at(std::uint32_t minor);
    DmMap* map_at(std::uint32_t minor, std::uint64_t serial);
    std::optional<Place> choose(DmTarget& target);
    std::optional<Place> choose_in(DmTarget& target, std::size_t group);
    void dispatch(std::uint32_t minor, UserRequest request);
    void send(DmMap& map, Place place, UserRequest request);
    struct Sent {
        std::uint32_t minor = 0;
        std::uint64_t serial = 0;
        DiskId disk;
        Instant when{};
    };
    void returned(const Sent& sent, const UserRequest& request, std::uint16_t status);
    void start_pg_init(DmMap& map, Place place);
    void end_pg_init(const Sent& sent, std::uint16_t status);
    void fail_path(DmMap& map, DmPath& path, bool by_daemon = false);
    void reinstate_path(DmMap& map, DmPath& path);
    void set_queueing(DmMap& map, bool on);
    void run_held(std::uint32_t minor);
    void check_idle(DmMap& map);
    void event(DmMap& map);
    void drop(std::uint32_t minor);
    Result<> target_message(DmMap& map, const std::vector<std::string_view>& words, bool by_daemon);
    DmPath* find_path(DmTarget& target, DevT devt);

    SimLoop& loop_;
    Trace& trace_;
    SimHost& host_;
    Prng prng_;
    std::map<std::uint32_t, DmMap> maps_;
    bool numa_selector_ = false;
    std::uint64_t next_serial_ = 0;
    std::uint64_t version_ = 0;
    std::function<void(const std::string&, bool)> on_event_;
    std::function<void(DiskId, Instant)> on_io_failed_ = [](DiskId, Instant) {};
};

}  // namespace mp::sim
