// SPDX-License-Identifier: GPL-2.0-or-later
// A workbench for the engine alone: devices that answer as told, device-mapper as daemon/dm models
// it, virtual time. It performs effects in the order in which the engine lists them, with no
// delays but a device's own; the simulator is where latency, loss and crashes live.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "conf/config.h"
#include "daemon/engine/engine.h"
#include "daemon/model/effect.h"
#include "daemon/model/event.h"

namespace mp::test {

/// One path's device: what it is and how it answers.
struct Device {
    model::BlockDevice facts;
    std::string disk;          ///< 32 hex digits of the NAA 6 designator that INQUIRY gives now
    bool ready = true;         ///< TEST UNIT READY
    bool hangs = false;        ///< commands end as Errc::timeout
    int attentions = 0;        ///< commands that a unit attention answers before one is done
    bool answers_all = false;  ///< foreseen questions are answered although the first is not plain
    Duration takes{};          ///< after so long an answer arrives
    std::uint64_t commands = 0;
    std::uint64_t reservation_key = 0;  ///< that this path is registered with; 0: it is not
    bool refuses_registration = false;
    std::uint64_t reads = 0;           ///< of blocks
    std::uint64_t bad_read_every = 0;  ///< each so many-th of them fails; 0: none
    bool unmapped = false;             ///< the array says that there is no such LUN any more
    std::uint64_t inquiries = 0;
    std::uint64_t tests = 0;            ///< TEST UNIT READY
    std::uint64_t io = 0;               ///< that users have had done, as its stat attribute says
    Duration latency{milliseconds(1)};  ///< as reported
    std::uint64_t rounds = 0;           ///< times it was asked anything, one question or several
};

/// WWID text of a disk.
std::string wwid_of(const std::string& disk);
/// A SCSI path "sdX" of the disk, with udev data and the sysfs copy of its identification page.
Device scsi_path(const std::string& name, std::uint32_t minor, const std::string& disk,
                 const std::string& host = "host0");
extern const std::string kDiskA;
extern const std::string kDiskB;

class Bench {
public:
    explicit Bench(std::string config = "defaults {\n find_multipaths greedy\n}\n",
                   engine::Options options = {});

    void add(Device device);  ///< appears with an add event (after start) or at enumeration
    Device& device(const std::string& name) { return devices.at(name); }
    void change(const std::string& name);  ///< a change uevent with the facts as they are now
    void remove(const std::string& name);
    void start();  ///< until everything is quiet
    void settle();
    void advance(Duration by);  ///< runs every deadline on the way
    model::CommandReply command(model::Verb verb, std::string target = "",
                                std::string argument = "");
    void reload(std::string config);
    /// The kernel fails the path after an I/O error.
    void kernel_fails(const std::string& map, const std::string& device);
    void kernel_state(const std::string& device, const std::string& state);

    std::shared_ptr<const model::Snapshot> snapshot();
    const model::DmMapState& map(const std::string& name) const { return dm.at(name); }
    std::vector<std::string> table_paths(
        const std::string& name) const;  ///< kernel names, table order
    std::string path_state(const std::string& map,
                           const std::string& device) const;  ///< "A" or "F"
    bool logged(const std::string& id) const;
    std::size_t count_log(const std::string& id) const;

    std::map<std::string, Device> devices;
    std::map<std::string, model::DmMapState> dm;
    std::vector<model::Plan> plans;
    std::vector<model::effect::Log> logs;
    std::vector<std::string> attribute_writes;
    std::vector<model::Setting> settings;
    std::vector<std::string> retriggered;  ///< sysfs paths
    std::vector<Duration> patience;        ///< how long each probe might take
    std::string bindings_file;
    std::string wwids_file;
    std::string prkeys_file;
    std::optional<int> exit_code;
    int ready = 0;
    int looks = 0;  ///< times the watched attributes were to be read at once
    bool refuse_remove = false;
    bool refuse_numa = false;  ///< the kernel takes no table with numa-distance
    conf::Environment environment;
    Instant now{seconds(1000)};
    engine::Engine engine;

    void deliver(model::Event event);

private:
    friend struct Performer;
    void pump();
    void perform(const model::Effect& effect);
    model::event::PlanDone run_plan(const model::effect::RunPlan& run);
    model::ProbeReply answer(Device& device, const model::Probe& probe);
    model::ProbeReply reserve(Device& device, const model::ScsiCommand& command);

    std::string config_;
    std::deque<model::Event> queue_;
    std::multimap<Instant, model::Event> later_;
    std::map<PathId, std::string> probing_;
    std::map<ClientId, model::CommandReply> replies_;
    std::uint64_t next_client_ = 1;
    std::uint32_t next_minor_ = 0;
    bool started_ = false;
};

}  // namespace mp::test
