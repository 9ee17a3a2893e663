// SPDX-License-Identifier: GPL-2.0-or-later
// The worker behind UdevSource: the only thread that tells of devices, so that what it says of one
// device is in order.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "daemon/facts/block_facts.h"
#include "daemon/model/event.h"
#include "daemon/os/device_queue.h"
#include "daemon/os/facts_crew.h"
#include "daemon/os/sys_dir.h"
#include "daemon/os/sys_tree_dir.h"
#include "daemon/os/task_queue.h"

namespace mp::os {

/// Shared by the reactor and the thread; the thread runs body().
class UdevReader : public std::enable_shared_from_this<UdevReader> {
public:
    using PropertyReader = std::function<facts::UdevFacts(const std::string& name)>;
    /// Called on the reactor with what was read, in order.
    using Deliver = std::function<void(std::vector<model::Event>)>;

    /// `make_properties` is called once in each thread that reads; libudev objects belong to one
    /// thread. It gives nothing where no udev runs.
    UdevReader(std::shared_ptr<const SysDir> sysfs, std::shared_ptr<TaskQueue> tasks,
               std::size_t devices_max, std::function<PropertyReader()> make_properties,
               Deliver deliver);

    // Any thread.
    bool add_seen(const std::string& name, bool change);
    bool add_gone(const std::string& name, DevT devt);
    void add_enumeration();
    /// A device that is never a path came or went; all of them are told of when there is time.
    void add_other();
    /// udev is asked to process the device again. False: too many orders wait.
    bool add_retrigger(const std::string& sys_path);
    /// The SCSI device at this path below /sys raised a unit attention: its disk is read as if it
    /// had changed, and with `whole_target` those of its target's other units too. False: too many
    /// wait.
    bool add_attention(const std::string& sys_path, bool whole_target);
    /// Drops the device events that wait.
    void forget_events();
    /// Devices whose events wait or have not been delivered yet, and enumerations.
    std::size_t backlog() const;
    void stop();

    void body();

private:
    struct Order {
        enum class Kind { enumerate, retrigger, attention, target_attention };
        Kind kind = Kind::enumerate;
        std::string sys_path;
        bool operator==(const Order&) const = default;
    };
    bool add_order(Order order);
    void read_attention(const Order& order);
    void read_device(const DeviceWork& work);
    void enumerate();
    void tell_others();
    void tell_native();
    bool udev_works_on(const model::BlockDevice& device) const;
    DevT last_known(const std::string& name, DevT said) const;
    void flush();
    bool wait(std::optional<DeviceWork>& work, std::optional<Order>& order);

    const std::shared_ptr<const SysDir> sysfs_;
    const std::shared_ptr<TaskQueue> tasks_;
    const std::function<PropertyReader()> make_properties_;
    const std::size_t orders_max_;
    const Deliver deliver_;  ///< called on the reactor only

    mutable std::mutex mutex_;
    std::condition_variable wake_;
    DeviceQueue queue_;
    std::deque<Order> orders_;
    bool others_changed_ = false;
    bool stopping_ = false;

    // The thread's own.
    FactsCrew::Reader facts_of_;
    bool has_udev_ = false;
    std::unordered_map<std::string, DevT> known_;  ///< as last reported
    std::vector<model::NativeMap> native_;         ///< as last reported
    std::vector<model::Event> events_;             ///< read and not handed over yet
    std::size_t works_ = 0;                        ///< that they come from

    std::atomic<std::size_t> undelivered_{0};  ///< works taken and not delivered
};

}  // namespace mp::os
