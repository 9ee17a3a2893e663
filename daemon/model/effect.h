// SPDX-License-Identifier: GPL-2.0-or-later
// Everything the engine can ask for, as values. The runtime performs them through the ports; those
// that carry an OpId come back as exactly one Event with the same OpId.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "daemon/base/ids.h"
#include "daemon/base/time.h"
#include "daemon/model/command.h"
#include "daemon/model/probe.h"
#include "daemon/model/setting.h"
#include "daemon/model/step.h"

namespace mp::model {

enum class LogLevel { error = 3, warning = 4, notice = 5, info = 6, debug = 7 };

/// State files under the state directory.
enum class StateFile { bindings, wwids, prkeys };

namespace effect {

/// Report every block device as DeviceSeen, then EnumerationDone.
struct EnumerateDevices {};
/// Re-read this one device and report DeviceSeen or DeviceGone.
struct RereadDevice {
    std::string name;
};
/// Ask udev to process the device again (a synthetic change uevent).
struct RetriggerDevice {
    std::string sys_path;
};

struct StartProbe {
    OpId op;
    PathRef path;
    Questions questions;
    Duration timeout{seconds(30)};  ///< for all of them together
};
/// The path is no longer used: close its descriptors; probes in flight complete as cancelled.
struct ReleasePath {
    PathId path;
};
/// Re-read these attributes several times a second and report changes; replaces an earlier watch.
struct WatchPath {
    PathRef path;
    std::vector<std::string> attributes;  ///< sysfs paths below the mount; empty ends the watch
};
/// All watched attributes are read again at once: a transport says that something has changed.
struct LookAgain {};
/// Write a sysfs attribute in a worker; failure is logged by the runtime with `why`.
struct WriteAttribute {
    std::string path;
    std::string value;
    std::string why;
};

/// Bring these attributes, all of one directory, to their values in this order and read them back;
/// answered by SettingsApplied. One that stands right already is not written.
struct ApplySettings {
    OpId op;
    std::vector<Setting> settings;
};

struct ListMaps {};
struct QueryMap {
    OpId op;
    std::string name;
};
struct RunPlan {
    OpId op;
    Plan plan;
};

struct Reply {
    ClientId client;
    CommandReply reply;
};

/// Read the configuration files again; answered by ConfigLoaded.
struct LoadConfig {};
/// Read the wwids file again; answered by WwidsLoaded.
struct LoadWwids {};
/// Replace the whole file atomically (temporary file, fsync, rename).
struct ReplaceFile {
    OpId op;
    StateFile file = StateFile::bindings;
    std::string content;
};
/// Append to the file and sync it; creates it with `header` when it does not exist.
struct AppendFile {
    OpId op;
    StateFile file = StateFile::bindings;
    std::string header;
    std::string content;
};
/// Create or remove the marker /run/multipath/failed_wwids/<wwid>.
struct MarkFailedWwid {
    std::string wwid;
    bool failed = true;
};

/// One line for people, with the fields that machines filter by.
struct Log {
    LogLevel level = LogLevel::info;
    std::string id;    ///< stable event id, "path-failed"
    std::string map;   ///< alias, or empty
    std::string path;  ///< kernel name, or empty
    std::string text;
};

/// State words for the service manager.
struct NotifyReady {};
struct NotifyReloading {};
struct NotifyStopping {};
/// All work is done; leave the loop.
struct Exit {
    int code = 0;
};

}  // namespace effect

using Effect =
    std::variant<effect::EnumerateDevices, effect::RereadDevice, effect::RetriggerDevice,
                 effect::StartProbe, effect::ReleasePath, effect::WatchPath, effect::LookAgain,
                 effect::WriteAttribute, effect::ApplySettings, effect::ListMaps, effect::QueryMap,
                 effect::RunPlan, effect::Reply, effect::LoadConfig, effect::LoadWwids,
                 effect::ReplaceFile, effect::AppendFile, effect::MarkFailedWwid, effect::Log,
                 effect::NotifyReady, effect::NotifyReloading, effect::NotifyStopping,
                 effect::Exit>;

}  // namespace mp::model
