// SPDX-License-Identifier: GPL-2.0-or-later
// Everything the engine knows, as plain data, and the few operations that keep its indices true.
// The rules live in the files named after them (discovery, health, maps, queueing, failback,
// commands); each takes the Core and changes it. Only the engine folder includes this header.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "checkers/checker.h"
#include "conf/config.h"
#include "daemon/base/prng.h"
#include "daemon/engine/engine.h"
#include "daemon/engine/grouping.h"
#include "daemon/engine/identity.h"
#include "daemon/engine/naming.h"
#include "daemon/engine/reservation_keys.h"
#include "daemon/engine/transport.h"
#include "daemon/model/effect.h"
#include "daemon/model/event.h"
#include "daemon/model/snapshot.h"
#include "prioritizers/prioritizer.h"

namespace mp::engine {

/// One check of one path, from the first probe to the verdict. Probes run one after the other.
struct CheckRun {
    enum class Stage { idle, checking, counters, identity, priority, registration, sampling };
    /// What is asked: the light kind, whether I/O goes on and the identity in short; else checker
    /// and priority as well, with the identity in short or in full.
    enum class Kind : std::uint8_t { page, whole, light };
    static constexpr std::size_t kKinds = 3;
    Stage stage = Stage::idle;
    OpId op;         ///< the probe in flight, with those that are foreseen to follow it
    int probes = 0;  ///< in this stage
    std::optional<model::Probe> wanted;      ///< the next question, not asked yet
    std::vector<model::Probe> questions;     ///< all of this check, in order
    std::vector<model::Probe> foreseen;      ///< sent along with the last one
    std::vector<model::ProbeReply> answers;  ///< to the first of these
    std::size_t used = 0;                    ///< of these answers
    std::size_t before_priority = 0;         ///< so many of the questions
    Kind kind = Kind::page;
    Duration latency{0};  ///< of the checker's first question, once it is answered
    Instant started{};
    bool again = false;        ///< another check was asked for meanwhile
    bool identity_ok = false;  ///< compared in this check and found the same, or nothing to compare
    checkers::Verdict verdict;  ///< of the checking stage
    bool running() const { return stage != Stage::idle; }
};

/// The questions of the last check of each kind that went well.
using Habits = std::array<std::vector<model::Probe>, CheckRun::kKinds>;

/// What is known about whether the path still leads to the disk that it was taken for.
enum class IdentityState {
    unknown,       ///< never compared: not put into a table
    verified,      ///< last comparison found the same disk
    unverifiable,  ///< the device has nothing to compare; said once, accepted
    changed,       ///< it leads to another disk: out of its map until it is identified again
};

/// How a path did over time, which no single check can tell.
struct Record {
    Instant reinstated_at{};         ///< when it last regained trust after a failure
    int strikes = 0;                 ///< failures soon after a reinstatement, in a row
    Instant struck_at{};             ///< of the last of them
    Instant hold_until{};            ///< it is held back until then
    std::string held_reason;         ///< why
    std::uint32_t bounces = 0;       ///< returns from failures, less those forgotten since
    std::uint32_t good_checks = 0;   ///< since a bounce was added or forgotten
    Instant bad_at{};                ///< when a check last found it bad
    Instant io_failed_at = kNever;   ///< when the kernel last failed it; kNever: never
    Instant sampled_until = kNever;  ///< reads are tried until then; kNever: they are not
    Instant sample_due = kNever;     ///< of the next read, or of the next round of them
    std::uint32_t samples = 0;
    std::uint32_t bad_samples = 0;
    int disconnected_checks = 0;  ///< in a row that found the LUN unmapped
};

/// Settings of one place of sysfs, for all paths that go through it.
struct Tuning {
    SettingsPlace place;
    std::set<PathId> paths;
    KernelTimers timers;
    std::vector<model::Setting> asked;  ///< last
    OpId op;                            ///< on its way
    bool again = false;                 ///< something else is wanted by now
    std::shared_ptr<const std::vector<model::SettingView>> outcome;
};

/// A path and the reservation key of its map.
struct Registration {
    bool done = false;     ///< since the path was last lost
    bool refused = false;  ///< the last attempt failed
    bool reading = false;  ///< the probe in flight reads the keys; else it registers
    int tries = 0;
    /// What is known is void; a probe in flight goes on.
    void forget() { done = refused = false; }
};
/// Whether the map's reservation key stands in the disk.
enum class Registered { unknown, no, yes };

struct Path {
    PathId id;
    std::shared_ptr<const model::BlockDevice> device;
    conf::PathPolicy policy;
    model::InitState init = model::InitState::fresh;
    Wwid wwid;
    std::string wwid_source;
    IdentityState identity = IdentityState::unknown;
    IdentityBaseline baseline;
    IdentityCheck identity_check;
    int page_checks = 0;        ///< identity checks since serial number and model were compared
    bool ask_wwid = false;      ///< its WWID is to be learnt from the device
    std::string unused_reason;  ///< why it is in no map; empty when it is in one
    std::optional<std::string> watched_state;  ///< what the watch read last; newer than the facts
    bool accepted = false;                     ///< passed the filters
    Instant seen_at{};                         ///< last time udev or sysfs told of it
    bool present = true;                       ///< false: gone from the kernel, still in a table
    bool excluded = false;                     ///< taken out by `del path`
    int retriggers = 0;  ///< change uevents asked of udev because its data was missing
    Instant retrigger_due = kNever;
    bool claim_asked = false;  ///< a change uevent, because udev had released it before it was ours
    MapId map;

    std::unique_ptr<checkers::Checker> checker;
    std::string checker_name;
    std::unique_ptr<prioritizers::Prioritizer> prioritizer;
    std::string prioritizer_name;
    CheckRun run;
    Habits habits;
    Instant next_check = kNever;
    Duration interval{0};
    Instant last_check{};
    bool asked_for = true;                  ///< the next check is no matter of routine
    Instant fully_checked{};                ///< when the last check that was not light ended
    Instant io_seen = kNever;               ///< when a light check last found that I/O goes down it
    std::optional<std::uint64_t> io_count;  ///< completed, as read then
    Duration last_latency{0};
    model::LatencyHistogram latency;
    std::string latency_notice;      ///< why it stands out in its group
    Instant hung_since = kNever;     ///< first of an unbroken row of timed-out checks
    Instant pending_since = kNever;  ///< first of an unbroken row of pending results

    model::PathState state = model::PathState::unchecked;  ///< last settled state
    std::string message;
    model::DmPathState dm_state = model::DmPathState::undef;
    std::uint64_t dm_fail_count = 0;  ///< of the kernel, as last read; starts anew with a new table
    bool fail_sent = false;           ///< the plan in flight fails it: finding it failed is no news
    bool trusted = false;     ///< a good check and a matching identity since its last failure
    Instant distrusted_at{};  ///< checks started before this do not count as good
    bool failed_by_command = false;
    std::vector<ClientId> waiters;  ///< clients that wait for the end of a check
    Record record;
    std::vector<std::shared_ptr<Tuning>> tunings;  ///< the places that it shares
    int priority = prioritizers::kUndefinedPriority;
    int target_port_group = -1;
    bool marginal = false;  ///< only used when its map has nothing better
    bool marginal_by_command = false;
    std::string marginal_by_fabric;  ///< what the fabric reported; empty: nothing that stands
    Registration registration;
    std::uint64_t failures = 0;

    std::shared_ptr<const model::PathView> view;  ///< null: stale

    bool good() const { return model::usable(state) && !failed_by_command && present; }
    /// I/O may go down it now.
    bool serves() const { return trusted && good(); }
    model::PathRef ref() const { return {id, device->devt, device->name, device->disk_seq}; }
};

enum class Queueing { normal, counting, expired, disabled_by_command };

/// A client that waits until the map has settled or a plan of it has failed.
struct Waiter {
    ClientId client;
};

/// A client that waits for many maps and gets one answer.
struct GroupReply {
    std::size_t outstanding = 0;
    model::CommandReply reply;  ///< the first refusal, if any
};

/// A client that waits for a device to be read (`add path`).
struct DeviceWaiter {
    std::string name;
    ClientId client;
};

struct Map {
    MapId id;
    Wwid wwid;
    std::string alias;
    conf::MapPolicy policy;
    std::optional<model::DmMapState> actual;  ///< as last read; unset: not in the kernel
    Instant read_at{};                        ///< when that was
    std::vector<PathId> paths;                ///< by device number
    std::vector<PathGroup> groups;            ///< the grouping that the desired table is made of
    bool regroup = true;                      ///< the grouping must be made anew
    std::vector<std::pair<PathId, int>> grouped_priorities;  ///< what the grouping was made from
    std::optional<model::MultipathTable> imagined;           ///< dry run: what would be loaded
    bool wanted = true;                                      ///< false: to be removed
    bool force_reload = false;
    bool numa_refused = false;  ///< the kernel does not take its table with numa-distance
    bool suspended_by_command = false;
    bool deferred_removal = false;  ///< remove even though it is open, when it closes
    bool stop_queueing_for_removal = false;
    bool kept_without_paths = false;  ///< its last path is gone and it could not be removed
    Instant flush_due = kNever;       ///< when that is tried again
    int flushes = 0;                  ///< how often it was tried in vain
    int removal_tries = 0;            ///< left for a removal by command that finds the map in use
    Instant removal_due{};            ///< when the next of them comes
    std::uint64_t size_sectors = 0;   ///< of the table; paths of another size stay out

    bool dirty = false;     ///< in Core::dirty_maps
    Instant wake = kNever;  ///< in Core::map_queue
    OpId op;                ///< plan or query in flight
    bool plan_removes = false;
    bool plan_swaps = false;          ///< creates the map or loads a table
    std::size_t plan_table_step = 0;  ///< which of its steps does that
    std::set<DevT> loading;           ///< devices of a table on its way into the kernel
    bool query_again = false;
    bool naming_pending = false;  ///< its alias is not in the bindings file yet
    bool naming_written = false;  ///< the write in flight holds its alias
    Instant not_before{};         ///< table work waits for this (more paths are coming, or a retry)
    Instant ranks_due{};          ///< priorities that change until then share one table
    Instant retry_at{};           ///< after a refused plan: nothing is tried before this
    int attempts = 0;             ///< failed plans in a row
    std::string action;           ///< what the plan in flight does, for %A

    Registered registered = Registered::unknown;
    bool holds_reservation = false;

    Queueing queueing = Queueing::normal;
    Instant queueing_since = kNever;
    Instant queueing_deadline = kNever;
    Instant failback_due = kNever;
    Instant ghost_until = kNever;
    std::uint32_t wanted_group = 0;  ///< by command, 1-based; 0 none
    std::uint32_t chosen_group = 0;  ///< what our last switch_group named; 0 none

    std::uint64_t map_failures = 0;
    std::uint64_t path_faults = 0;
    std::uint64_t group_switches = 0;
    std::uint64_t table_loads = 0;
    Duration queueing_time{0};
    std::uint64_t queueing_timeouts = 0;

    int resize_rereads = 0;  ///< paths whose size is being read again
    bool resize_wanted = false;
    std::vector<Waiter> waiters;

    std::shared_ptr<const model::MapView> view;  ///< null: stale
};

/// What paths may have in common and lose together, smaller things first.
enum class Kin : std::uint8_t { nexus, target_port, adapter, array, fabric };
constexpr std::size_t kKinCount = 5;
/// Its name for this device; empty when it is not known.
std::string kin_key(const model::BlockDevice& device, Kin kin);
using Relatives = std::map<std::string, std::set<PathId>>;

/// A path failed or returned; the news waits to be folded with its likes into one incident.
struct PathNews {
    enum class Kind { failed, recovered };
    Kind kind = Kind::failed;
    PathId id;
    std::string name;
    std::string map;
    std::array<std::string, kKinCount> kin;  ///< kin_key() of each
    int target_port_group = -1;
    std::string reason;
};

struct Core {
    explicit Core(Options options_in) : options(options_in), prng(options_in.seed) {}

    Options options;
    Prng prng;
    Instant now{};
    std::vector<model::Effect> out;

    std::shared_ptr<const conf::Config> config;
    Bindings bindings;
    KnownWwids wwids;
    model::DaemonState daemon = model::DaemonState::init;
    Instant started{};
    bool maps_listed = false;
    bool enumerated = false;
    bool enumerating = false;       ///< one is under way
    bool enumerate_again = false;   ///< and another was asked for meanwhile
    Instant enumerated_from{};      ///< when the one under way began
    bool first_round_done = false;  ///< every map that the first enumeration asked for was tried
    bool stopping = false;
    bool exit_sent = false;
    Instant stop_deadline = kNever;
    bool force_queueing = false;  ///< forcequeueing daemon
    bool reload_all = false;
    bool reconfiguring = false;

    std::shared_ptr<const std::vector<std::string>> other_devices;     ///< never paths
    std::shared_ptr<const std::vector<model::NativeMap>> native_maps;  ///< never ours
    std::map<PathId, Path> paths;
    std::unordered_map<DevT, PathId> path_by_devt;
    std::unordered_map<std::string, PathId> path_by_name;
    std::array<Relatives, kKinCount> relatives;      ///< paths that share something, by Kin
    std::map<Wwid, std::set<PathId>> paths_by_wwid;  ///< identified and accepted
    std::map<MapId, Map> maps;
    std::unordered_map<Wwid, MapId> map_by_wwid;
    std::unordered_map<std::string, MapId> map_by_alias;
    std::set<Wwid> flushed;  ///< removed by command: not made again by themselves
    std::unordered_map<OpId, MapId> map_ops;
    std::unordered_map<DevT, MapId> table_holder;  ///< whose table holds the device or will

    std::set<std::pair<Instant, PathId>> check_queue;
    /// The commands that paths of one product and checker begin a check with.
    std::map<std::string, Habits> habits_by_kind;
    std::set<MapId> dirty_maps;
    std::set<std::pair<Instant, MapId>> map_queue;
    std::set<std::pair<Instant, Wwid>> waiting_wwids;  ///< maps that wait for first checks
    std::set<std::pair<Instant, PathId>> retrigger_queue;
    std::set<std::pair<Instant, PathId>> sample_queue;
    /// Nexuses whose paths vouch for each other, and the path with which the last sample ended.
    std::map<std::string, PathId> sample_rounds;
    std::set<std::pair<Instant, std::string>> round_queue;
    std::uint64_t checks = 0;
    std::uint64_t light_checks = 0;
    std::map<std::string, std::shared_ptr<Tuning>> tunings;  ///< by directory
    std::unordered_map<OpId, std::shared_ptr<Tuning>> tuning_ops;
    std::unordered_map<std::string, Instant> last_sweep;  ///< by nexus or adapter
    std::vector<PathNews> news;
    std::map<PathId, PathNews::Kind> news_of;  ///< the last in `news` of each path
    Instant news_due = kNever;
    std::multimap<Instant, DeviceWaiter> device_waiters;  ///< by deadline
    std::map<ClientId, GroupReply> group_replies;
    std::set<std::pair<Instant, ClientId>> reply_deadlines;
    std::vector<model::event::CommandReceived>
        early_commands;         ///< came before the first round's facts
    Instant list_due = kNever;  ///< all maps are listed again

    OpId naming_op;  ///< bindings append in flight
    std::string bindings_to_write;
    std::string wwids_to_write;
    OpId wwids_op;
    bool wwids_asked = false;  ///< the file is being read for a disk that may have been added to it
    ReservationKeys reservation_keys;
    bool prkeys_dirty = false;
    OpId prkeys_op;
    std::vector<ClientId> prkeys_waiters;   ///< for the write that is still to begin
    std::vector<ClientId> prkeys_answered;  ///< by the write in flight

    std::uint64_t next_id = 1;
    std::uint64_t generation = 0;
    bool visible = true;        ///< something in the snapshot changed
    bool visible_soon = false;  ///< only times and counters of checks changed
    Instant last_snapshot{};

    OpId new_op() { return OpId{next_id++}; }
    Relatives& by(Kin kin) { return relatives[static_cast<std::size_t>(kin)]; }
    Path* find_path(PathId id);
    Path* find_path(DevT devt);
    Path* find_path(std::string_view name_or_devt);
    Map* find_map(MapId id);
    Map* find_map(const Wwid& wwid);
    /// By alias, WWID, dm-N or major:minor.
    Map* find_map(std::string_view name);
    Map* map_of(const Path& path) { return find_map(path.map); }

    void emit(model::Effect effect) { out.push_back(std::move(effect)); }
    void log(model::LogLevel level, std::string id, const Map* map, const Path* path,
             std::string text);
    /// The path's view is stale, and so is its map's.
    void touch(Path& path);
    void touch(Map& map);
    /// The map needs another look; done at the end of the event.
    void mark_dirty(Map& map);
    void schedule_check(Path& path, Instant when);
    void wake_map(Map& map, Instant when);
};

}  // namespace mp::engine
