// SPDX-License-Identifier: GPL-2.0-or-later
// The rules of the engine, by the file that holds them. Each function changes the Core and may emit
// effects; none of them calls back into the dispatcher.
#pragma once

#include <string>
#include <string_view>

#include "daemon/engine/state.h"

namespace mp::engine {

// discovery.cpp: from a device to a member of a map
void on_device_seen(Core& core, const model::event::DeviceSeen& event);
void on_device_gone(Core& core, const model::event::DeviceGone& event);
/// All devices are listed again; one list at a time.
void enumerate(Core& core);
void on_enumeration_done(Core& core, const model::event::EnumerationDone& event);
/// Identity, filters and map membership from the facts as known; called again when any of them
/// changed.
void identify(Core& core, Path& path);
/// The WWID of a path that had to be asked for.
void on_wwid_learnt(Core& core, Path& path, const Wwid& wwid, std::string source);
void leave_map(Core& core, Path& path, std::string reason);
void erase_path(Core& core, PathId id);
void retrigger_due(Core& core);

// health.cpp: when a path is checked, and the probes of one check
void run_due_checks(Core& core);
void on_probe_done(Core& core, const model::event::ProbeDone& event);
void on_kernel_state(Core& core, const model::event::KernelStateChanged& event);
/// As soon as possible; a check that runs is followed by another.
void check_now(Core& core, Path& path);

// probing.cpp: checks that need not be made in full
/// A check of routine may leave the checker's and the prioritizer's questions unasked.
bool may_be_light(Core& core, const Path& path);
/// The answer to a light check's first question: whether I/O goes on.
void note_io(Core& core, Path& path, const model::ProbeReply& reply);
/// A check of it has ended. True: its checks may be light from now on, because samples are taken of
/// its nexus.
bool join_round(Core& core, const Path& path);
void run_due_rounds(Core& core);

// latency.cpp: paths that are slower than the others of their group
void note_latency(Core& core, Path& path, Duration latency);

// native.cpp: disks that the kernel multipaths by itself
void on_native_maps(Core& core, const model::event::NativeMaps& event);

// fabric.cpp: what transports have to tell
void on_transport_notice(Core& core, const model::event::TransportNotice& event);

// reservation.cpp: paths are registered with the map's reservation key before they are used
std::optional<conf::ReservationKey> reservation_key_of(const Core& core, const Map& map);
/// The path must not carry I/O yet.
bool awaits_registration(Core& core, const Path& path);
/// Begins what the path still needs. Called when a check has found it good.
void keep_registered(Core& core, Path& path);
/// False: the answer belongs to somebody else.
bool on_registration_reply(Core& core, const model::event::ProbeDone& event);
void on_reservation_command(Core& core, ClientId client, Map& map, const model::Command& command);
void write_reservation_keys(Core& core);
bool on_reservation_keys_written(Core& core, const model::event::FileWritten& event);

// verdict.cpp: what a result means for the path, its map and its siblings
void apply_check(Core& core, Path& path, const CheckRun& run,
                 const prioritizers::Priority* priority);
void apply_kernel_failure(Core& core, Path& path, std::string reason);
void apply_identity_change(Core& core, Path& path, const std::string& found);
void suspect_siblings(Core& core, const Path& path);
bool has_other_usable(Core& core, const Path& path);

// record.cpp: paths that bounce, or fail I/O while their checker says good
/// Looks good and is not to be used yet.
bool held(Core& core, const Path& path);
/// When a path that is held back should be checked again; kNever: it is not held back.
Instant hold_ends(Core& core, const Path& path);
/// The map's last path went: those that are held back are needed now.
void release_held(Core& core, Map& map);
/// A path that was in use failed. What to add to the reason: that it is held back.
std::string note_failure(Core& core, Path& path);
/// The kernel found out, by I/O.
void note_io_failure(Core& core, Path& path);
/// A check has settled; `returned`: the one before had found it bad.
void note_check(Core& core, Path& path, bool returned);
/// What was remembered against the path is forgotten.
void forgive(Core& core, Path& path);
void update_marginal(Core& core, Path& path);
void run_due_samples(Core& core);
void on_sample(Core& core, Path& path, const model::ProbeReply& reply);
/// No more of them.
void stop_sampling(Core& core, Path& path);

// tuning.cpp: timers of ports, hosts and disks that the configuration sets
void tune(Core& core, Path& path);
void untune(Core& core, Path& path);
/// The configuration is another one.
void tune_all(Core& core);
void on_settings_applied(Core& core, const model::event::SettingsApplied& event);

// incidents.cpp: many failures or returns of one cause are one line
void note_news(Core& core, const Path& path, PathNews::Kind kind, std::string reason);
void report_incidents(Core& core);

// maps.cpp: which maps exist, what their tables should be, and the plans that get there
void consider_map(Core& core, const Wwid& wwid);
/// False: a one-shot run was asked for another map alone.
bool is_chosen(Core& core, const Wwid& wwid);
Map& adopt_map(Core& core, const model::DmMapState& actual);
void join_map(Core& core, Map& map, Path& path);
/// Maps and devices are both known: paths join the adopted maps, names are settled, maps are made.
void settle_adopted(Core& core);
/// Takes over what the kernel says of a map.
void absorb_state(Core& core, Map& map, const model::DmMapState& state);
std::set<DevT> devices_of(const model::MultipathTable& table);
/// A plan in flight gives the map this table: its devices are held from now on.
void hold_loading(Core& core, Map& map, const model::MultipathTable& table);
/// The kernel has no such map (any more).
void forget_state(Core& core, Map& map);
void on_maps_listed(Core& core, const model::event::MapsListed& event);
void on_map_queried(Core& core, const model::event::MapQueried& event);
void on_plan_done(Core& core, const model::event::PlanDone& event);
void on_maps_changed(Core& core, const model::event::MapsChanged& event);
void on_file_written(Core& core, const model::event::FileWritten& event);
void query_map(Core& core, Map& map);
/// Reads the map again when that was long ago: the kernel raises no event when I/O makes a group
/// active or when somebody suspends the map.
void refresh_map(Core& core, Map& map);
void reconcile_maps(Core& core);
void erase_map(Core& core, MapId id);
/// Answers every client that waits for this map.
void answer_waiters(Core& core, Map& map, const model::CommandReply& reply);

// reconcile.cpp is maps.cpp's other half: from what should be to a plan, and its outcome

// members.cpp: which paths belong in the table, and how they are grouped
std::vector<PathId> table_members(Core& core, Map& map);
void make_groups(Core& core, Map& map, const std::vector<PathId>& members);
/// The live groups with the present states and priorities of their paths.
std::vector<PathGroup> present_groups(Core& core, const Map& map);

// queueing.cpp: what happens to I/O when no path is left
void update_queueing(Core& core, Map& map);
bool wants_queueing(const Core& core, const Map& map);

// failback.cpp: which group carries the I/O
void update_failback(Core& core, Map& map, bool path_came_up, const Path* which);
/// 1-based group to switch to now, 0 for none.
std::uint32_t group_to_switch_to(Core& core, Map& map);
/// The map's new state shows another group in use than the one before.
void group_switched(Core& core, Map& map);

// commands.cpp: what an administrator asks for
void on_command(Core& core, const model::event::CommandReceived& event);
void run_early_commands(Core& core);
void answer_device_waiters(Core& core, const std::string& name, bool found);
void expire_device_waiters(Core& core);
/// Clients that have waited long enough are told so.
void expire_replies(Core& core);

// lifecycle.cpp: start, reconfigure, stop
void start(Core& core);
void on_config_loaded(Core& core, const model::event::ConfigLoaded& event);
void on_files_loaded(Core& core, const model::event::FilesLoaded& event);
void on_wwids_loaded(Core& core, const model::event::WwidsLoaded& event);
void request_reload(Core& core, bool all);
void request_stop(Core& core);
void settle(Core& core);

// views.cpp
std::shared_ptr<const model::Snapshot> build_snapshot(Core& core,
                                                      const model::ProbingLoad& probing);

}  // namespace mp::engine
