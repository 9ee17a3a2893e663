// SPDX-License-Identifier: GPL-2.0-or-later
// The host: adapters, the links from them to the array's ports, SCSI disks with what the kernel
// copied from them when they were scanned, sysfs, and udev. Commands go through it and come back
// with the SCSI mid layer's host status; what the array says to them is the caller's business.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "daemon/ports/ports.h"
#include "tests/sim/world/array.h"
#include "tests/sim/world/loop.h"
#include "tests/sim/world/outbox.h"
#include "tests/sim/world/weather.h"

namespace mp::sim {

using DiskId = Id<struct DiskTag>;  ///< one life of one block device

/// State of the way from an adapter to a target port.
enum class Link {
    up,
    refused,   ///< commands fail at once (DID_NO_CONNECT), sysfs says nothing
    blocked,   ///< the transport holds commands back and hopes (remote port lost, session
               ///< recovering)
    failfast,  ///< the transport gave up waiting: DID_TRANSPORT_FAILFAST, state transport-offline
    silent,    ///< commands are swallowed; only time-outs tell
};

// Host status of the SCSI mid layer.
constexpr std::uint16_t kDidOk = 0x00;
constexpr std::uint16_t kDidNoConnect = 0x01;
constexpr std::uint16_t kDidBusBusy = 0x02;
constexpr std::uint16_t kDidTimeOut = 0x03;
constexpr std::uint16_t kDidError = 0x07;
constexpr std::uint16_t kDidFailfast = 0x0f;

struct Disk {
    DiskId id;
    int index = 0;
    std::string name;
    DevT devt;
    std::uint64_t disk_seq = 0;
    Nexus nexus;
    Hctl hctl;
    bool present = true;
    bool offline = false;
    // Copied when the kernel scanned the disk; they do not follow the array.
    std::vector<std::uint8_t> vpd83;
    std::vector<std::uint8_t> vpd80;
    std::uint64_t size_sectors = 0;
    Wwid udev_wwid;  ///< ID_SERIAL, from udev's last look at the device; empty when it failed
    std::string serial;
    std::string dh_state;
};

class SimHost : public ports::DeviceSource {
public:
    SimHost(SimLoop& loop, Trace& trace, Outbox& outbox, const Weather& weather, SimArray& array,
            int adapters, Prng prng);

    // The port.
    void enumerate() override;
    void reread(const std::string& name) override;
    void retrigger(const std::string& sys_path) override;
    std::size_t backlog() const override { return backlog_; }

    // The hardware's side.
    int adapters() const { return adapters_; }
    SimArray& array() { return array_; }
    Link link(int adapter, int port) const;
    void set_link(int adapter, int port, Link state);
    /// Finds a new LUN, as after a rescan. No disk when the LUN is not mapped or known already.
    std::optional<DiskId> attach(const Nexus& nexus);
    void attach_all();
    void detach(DiskId disk);
    void set_offline(DiskId disk, bool offline);
    /// The kernel reads capacity and VPD pages again, and says "change" when the capacity moved.
    void rescan(DiskId disk);
    void send_change(DiskId disk);
    void set_hung(int lu, bool hung);
    /// Something on the array or the links was changed: commands that wait look again.
    void reconsider();
    /// The socket of the listener overflows: the events of the next 100 ms are lost, with notice.
    void lose_uevents();

    // Commands. `done` is called exactly once, later, with a host status; 0: it reached the device.
    using Done = std::function<void(std::uint16_t host_status)>;
    void submit(DiskId disk, Duration kernel_timeout, Done done);

    // Looking.
    const Disk& disk(DiskId id) const { return disks_.at(id.value); }
    std::optional<DiskId> find(DevT devt) const;
    std::optional<DiskId> find(const std::string& name) const;
    std::vector<DiskId> present() const;
    std::optional<std::string> attribute(const std::string& path) const;
    void write_attribute(const std::string& path, const std::string& value);
    model::BlockDevice block_device(DiskId id) const;
    std::string device_dir(const Disk& disk) const;
    /// Ground truth: the logical unit behind the disk, none when there is none now.
    std::optional<int> lu_behind(DiskId id) const;
    /// Ground truth: user data sent to the disk now would arrive and be served (an explicit ALUA
    /// standby port counts, it can be activated).
    bool serves(DiskId id) const;
    /// Moves whenever a disk or a link changed.
    std::uint64_t version() const { return version_; }

    void on_state_change(std::function<void(DiskId)> callback) {
        on_state_change_ = std::move(callback);
    }
    void on_attach(std::function<void(DiskId)> callback) { on_attach_ = std::move(callback); }
    /// Says who holds a disk open; its name is not used again before they let go.
    void held_by(std::function<std::vector<std::string>(DiskId)> callback) {
        held_by_ = std::move(callback);
    }

private:
    enum class Wait { no, flying, link, lu, lost };
    struct Command {
        DiskId disk;
        Wait wait = Wait::no;
        Duration kernel_timeout{0};
        Done done;
    };
    enum class Action { add, remove, change };
    void route(std::uint64_t number);
    void finish_after(std::uint64_t number, Duration delay, std::uint16_t host_status);
    void finish(std::uint64_t number, std::uint16_t host_status);
    void stall(std::uint64_t number, Wait wait);
    void kernel_timeout(std::uint64_t number);
    void arrive(std::uint64_t number);
    void uevent(Action action, DiskId disk);
    void deliver(Action action, DiskId disk);
    void udev_looks(Disk& disk);
    void read_copies(Disk& disk);
    int free_index() const;
    bool blocked(const Disk& disk) const;
    std::string state_word(const Disk& disk) const;
    void tell_state(DiskId disk);

    SimLoop& loop_;
    Trace& trace_;
    Outbox& outbox_;
    const Weather& weather_;
    SimArray& array_;
    int adapters_;
    Prng prng_;
    std::map<std::uint64_t, Disk> disks_;
    std::map<std::pair<int, int>, Link> links_;
    std::map<std::uint64_t, Command> commands_;
    std::map<std::string, Instant> last_delivery_;
    std::uint64_t next_disk_ = 0;
    std::uint64_t next_command_ = 0;
    std::size_t backlog_ = 0;
    std::uint64_t version_ = 0;
    Instant deaf_until_{};
    std::function<void(DiskId)> on_state_change_;
    std::function<void(DiskId)> on_attach_;
    std::function<std::vector<std::string>(DiskId)> held_by_;
};

}  // namespace mp::sim
