// SPDX-License-Identifier: GPL-2.0-or-later
// Everything that can happen to the daemon, as values. The runtime turns what the ports say into
// these, one at a time; the engine consumes them and never reacts inside a port's callback.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "daemon/base/ids.h"
#include "daemon/base/result.h"
#include "daemon/model/command.h"
#include "daemon/model/device.h"
#include "daemon/model/native_map.h"
#include "daemon/model/probe.h"
#include "daemon/model/table.h"

namespace mp::conf {
class Config;
}

namespace mp::model::event {

/// A block device is there: enumeration, add or change uevent. The value is read after the uevent.
struct DeviceSeen {
    BlockDevice device;
    bool change = false;  ///< from a change uevent (a re-read is due), not add or enumeration
};
struct DeviceGone {
    DevT devt;
    std::string name;
};
/// All devices that existed when the enumeration began have been reported by DeviceSeen. Devices
/// known from before and not in `present` are gone.
struct EnumerationDone {
    std::vector<DevT> present;
};
/// The block devices that can never be paths (device-mapper, loop, optical...), all that there are,
/// by name. For `show devices` only.
struct OtherDevices {
    std::vector<std::string> names;
};
/// The disks that the kernel's own NVMe multipathing serves, all that there are, whenever one of
/// them or a path of it has changed.
struct NativeMaps {
    std::vector<NativeMap> maps;
};
/// Only a full enumeration gives the truth.
struct DevicesOverflowed {
    /// Device events were lost. Else the places of devices changed: a NUMA node came or went.
    bool lost = true;
};

struct ProbeDone {
    OpId op;
    PathId path;
    ProbeReply reply;
    Duration latency{0};  ///< of the first question, from issue to completion
    /// To the foreseen questions, in their order, as far as they were asked: none, or fewer than
    /// were foreseen. All but the last of `reply` and these are plain.
    std::vector<ProbeReply> more;
};

/// Reply to effect::ListMaps: all dm devices whose uuid begins with "mpath-".
struct MapsListed {
    Result<std::vector<DmMapState>> maps;
};
/// Reply to effect::QueryMap. Errc::gone: there is no such map.
struct MapQueried {
    OpId op;
    std::string name;
    Result<DmMapState> state;
};
/// Reply to effect::RunPlan. `now` is the map after the plan, read in the same go; unset when the
/// map does not exist afterwards or could not be read.
struct PlanDone {
    OpId op;
    Result<> outcome;
    std::size_t steps_done = 0;
    std::optional<DmMapState> now;
};
/// The event counters of these maps have moved, or maps came and went.
struct MapsChanged {
    std::vector<std::string> names;  ///< our maps with a new event number
    bool set_changed = false;        ///< maps were created, removed or renamed by someone
};

/// The cheap kernel state of a watched path changed (device state, remote port, session).
struct KernelStateChanged {
    PathId path;
    std::string attribute;  ///< sysfs path below the mount
    std::string value;      ///< empty when the attribute vanished
};

/// A transport has something to tell (FC host events, FPIN, iSCSI connections).
struct TransportNotice {
    enum class Kind {
        changed,         ///< ports or sessions came or went
        link_down,       ///< of the adapter
        link_up,         ///< of the adapter
        link_integrity,  ///< errors on the way to these ports (FPIN-LI)
        congestion,      ///< of these ports, or on the way to them (FPIN-CN, FPIN-PN)
        delivery,        ///< frames were discarded on the way to these ports (FPIN-DN)
    };
    Kind kind = Kind::changed;
    std::string adapter;             ///< "host3"; empty: any
    std::vector<std::string> ports;  ///< WWPNs as sysfs writes them; empty: all of the adapter's
};

struct CommandReceived {
    ClientId client;
    Command command;
};

/// The configuration was (re)read. Null config: it could not be used and the old one stays.
struct ConfigLoaded {
    std::shared_ptr<const conf::Config> config;
    std::string problems;  ///< rendered diagnostics, empty when clean
};

/// State files as read at start and after outside edits.
struct FilesLoaded {
    std::string bindings;
    std::string wwids;
    std::string prkeys;
};
/// The wwids file alone, as it is now.
struct WwidsLoaded {
    std::string text;
};
struct FileWritten {
    OpId op;
    Result<> outcome;
};
/// Reply to effect::ApplySettings: of each setting, in order, what its attribute says afterwards,
/// or why it could not be set or read.
struct SettingsApplied {
    OpId op;
    std::vector<Result<std::string>> found;
};

struct ReloadRequested {
    bool all = false;  ///< reload every table, not only those that differ
};
struct StopRequested {};
/// A deadline that Engine::next_deadline() announced has come.
struct Tick {};

}  // namespace mp::model::event

namespace mp::model {

using Event =
    std::variant<event::DeviceSeen, event::DeviceGone, event::EnumerationDone, event::OtherDevices,
                 event::NativeMaps, event::DevicesOverflowed, event::ProbeDone, event::MapsListed,
                 event::MapQueried, event::PlanDone, event::MapsChanged, event::KernelStateChanged,
                 event::TransportNotice, event::CommandReceived, event::ConfigLoaded,
                 event::FilesLoaded, event::WwidsLoaded, event::FileWritten, event::SettingsApplied,
                 event::ReloadRequested, event::StopRequested, event::Tick>;

}  // namespace mp::model
