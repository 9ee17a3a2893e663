// SPDX-License-Identifier: GPL-2.0-or-later
// What is this device, now? Reading one takes some dozens of small files, any of which may block,
// so one thread does it, with some helpers when there are many, and the reactor never does. It
// reads after the event, not with it: what arrives at the engine is the newest truth, and a burst
// of events costs one reading.
//
// An enumeration reads /sys/block, with or without udev; udev adds only its properties. Events that
// arrive meanwhile wait until it is done.
//
// Where udev runs, a disk that it has not processed yet is not told, whoever asks: without udev's
// properties it would get another name. Its own event comes when udev is done with it. It counts as
// present, so that an older life of the same number is not taken for removed by the list alone.
#include "daemon/os/udev_reader.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "daemon/facts/native_nvme.h"

namespace mp::os {

namespace {
// So many are handed to the reactor at a time; it is woken once for them.
constexpr std::size_t kBatch = 16;
constexpr std::chrono::seconds kNativePeriod{5};

FactsCrew::Reader make_facts_reader(const std::shared_ptr<const SysDir>& sysfs,
                                    UdevReader::PropertyReader properties) {
    return [sysfs, properties = std::move(properties)](
               const std::string& name) -> std::optional<model::BlockDevice> {
        const DirSysTree tree(sysfs);
        Result<model::BlockDevice> device =
            facts::read_block_facts(tree, name, properties ? properties(name) : facts::UdevFacts{});
        if (!device) {
            return std::nullopt;
        }
        return std::move(*device);
    };
}
}  // namespace

UdevReader::UdevReader(std::shared_ptr<const SysDir> sysfs, std::shared_ptr<TaskQueue> tasks,
                       std::size_t devices_max, std::function<PropertyReader()> make_properties,
                       Deliver deliver)
    : sysfs_(std::move(sysfs)),
      tasks_(std::move(tasks)),
      make_properties_(std::move(make_properties)),
      orders_max_(devices_max),
      deliver_(std::move(deliver)),
      queue_(devices_max) {}

bool UdevReader::add_seen(const std::string& name, bool change) {
    bool taken = false;
    {
        std::lock_guard lock(mutex_);
        taken = queue_.add_seen(name, change);
    }
    wake_.notify_one();
    return taken;
}

bool UdevReader::add_gone(const std::string& name, DevT devt) {
    bool taken = false;
    {
        std::lock_guard lock(mutex_);
        taken = queue_.add_gone(name, devt);
    }
    wake_.notify_one();
    return taken;
}

void UdevReader::add_enumeration() {
    {
        std::lock_guard lock(mutex_);
        orders_.push_back({.kind = Order::Kind::enumerate, .sys_path = {}});
    }
    wake_.notify_one();
}

void UdevReader::add_other() {
    {
        std::lock_guard lock(mutex_);
        others_changed_ = true;
    }
    wake_.notify_one();
}

bool UdevReader::add_retrigger(const std::string& sys_path) {
    return add_order({.kind = Order::Kind::retrigger, .sys_path = sys_path});
}

bool UdevReader::add_attention(const std::string& sys_path, bool whole_target) {
    return add_order({.kind = whole_target ? Order::Kind::target_attention : Order::Kind::attention,
                      .sys_path = sys_path});
}

bool UdevReader::add_order(Order order) {
    {
        std::lock_guard lock(mutex_);
        if (orders_.size() >= orders_max_) {
            return false;
        }
        if (orders_.empty() || orders_.back() != order) {
            orders_.push_back(std::move(order));
        }
    }
    wake_.notify_one();
    return true;
}

void UdevReader::forget_events() {
    std::lock_guard lock(mutex_);
    queue_.clear();
}

std::size_t UdevReader::backlog() const {
    std::lock_guard lock(mutex_);
    const auto enumerations = std::ranges::count(orders_, Order::Kind::enumerate, &Order::kind);
    return queue_.size() + static_cast<std::size_t>(enumerations) + undelivered_;
}

void UdevReader::stop() {
    {
        std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_one();
}

// False: stop. Orders go before device events: an enumeration is what the start waits for.
bool UdevReader::wait(std::optional<DeviceWork>& work, std::optional<Order>& order) {
    std::unique_lock lock(mutex_);
    const auto waits = [this] { return stopping_ || !orders_.empty() || queue_.size() > 0; };
    while (!waits()) {
        const bool tell = std::exchange(others_changed_, false);
        lock.unlock();
        if (tell) {
            tell_others();
        }
        tell_native();
        flush();
        lock.lock();
        const auto wanted = [&] { return waits() || others_changed_; };
        if (native_.empty()) {
            wake_.wait(lock, wanted);
        } else {
            wake_.wait_for(lock, kNativePeriod, wanted);
        }
    }
    if (stopping_) {
        return false;
    }
    if (!orders_.empty()) {
        order = std::move(orders_.front());
        orders_.pop_front();
    } else {
        work = queue_.take();
    }
    if (work.has_value() || order->kind == Order::Kind::enumerate) {
        ++undelivered_;
        ++works_;
    }
    return true;
}

void UdevReader::body() {
    PropertyReader properties = make_properties_();
    has_udev_ = properties != nullptr;
    facts_of_ = make_facts_reader(sysfs_, std::move(properties));
    for (;;) {
        std::optional<DeviceWork> work;
        std::optional<Order> order;
        if (!wait(work, order)) {
            break;
        }
        if (work.has_value()) {
            read_device(*work);
        } else if (order->kind == Order::Kind::enumerate) {
            enumerate();
        } else if (order->kind == Order::Kind::retrigger) {
            // A device that left needs no event any more; other failures show as its absence.
            static_cast<void>(sysfs_->write(order->sys_path + "/uevent", "change").has_value());
        } else {
            read_attention(*order);
        }
    }
    facts_of_ = nullptr;
}

// /sys/.../targetH:C:T/H:C:T:L/block/sdX
void UdevReader::read_attention(const Order& order) {
    std::vector<std::string> units{order.sys_path};
    if (order.kind == Order::Kind::target_attention) {
        const std::string target = order.sys_path.substr(0, order.sys_path.rfind('/'));
        for (const std::string& name : DirSysTree(sysfs_).list(target)) {
            if (std::ranges::count(name, ':') == 3 && target + "/" + name != order.sys_path) {
                units.push_back(target + "/" + name);
            }
        }
    }
    for (const std::string& unit : units) {
        for (const std::string& name : DirSysTree(sysfs_).list(unit + "/block")) {
            read_device({.name = name, .gone = std::nullopt, .seen = true, .change = true});
        }
    }
}

// Its event is still to come.
bool UdevReader::udev_works_on(const model::BlockDevice& device) const {
    return has_udev_ && !device.udev_initialized;
}

// Whoever hears that a device is gone knows it by its number, which some events do not say.
DevT UdevReader::last_known(const std::string& name, DevT said) const {
    const auto known = known_.find(name);
    return said == DevT{} && known != known_.end() ? known->second : said;
}

void UdevReader::read_device(const DeviceWork& work) {
    if (work.gone.has_value()) {
        events_.emplace_back(
            model::event::DeviceGone{last_known(work.name, *work.gone), work.name});
        known_.erase(work.name);
    }
    if (work.seen) {
        std::optional<model::BlockDevice> device = facts_of_(work.name);
        if (device.has_value() && !udev_works_on(*device)) {
            known_[work.name] = device->devt;
            events_.emplace_back(model::event::DeviceSeen{std::move(*device), work.change});
        } else if (!device.has_value()) {
            events_.emplace_back(model::event::DeviceGone{last_known(work.name, {}), work.name});
            known_.erase(work.name);
        }
    }
    if (events_.size() >= kBatch) {
        flush();
    }
}

void UdevReader::enumerate() {
    model::event::EnumerationDone done;
    known_.clear();
    --works_;  // the enumeration counts as delivered with its last event
    flush();
    std::vector<std::string> names = DirSysTree(sysfs_).list("/block");
    std::erase_if(names, [](const std::string& name) { return !facts::is_candidate(name); });
    auto crew = std::make_shared<FactsCrew>(names);
    crew->start(std::max(1U, std::thread::hardware_concurrency()) - 1,
                [sysfs = sysfs_, make_properties = make_properties_] {
                    return make_facts_reader(sysfs, make_properties());
                });
    for (std::size_t i = 0; i < names.size(); ++i) {
        std::optional<model::BlockDevice> device = crew->take(i, facts_of_);
        if (!device.has_value()) {
            continue;  // it left meanwhile; its event is on the way
        }
        done.present.push_back(device->devt);
        if (udev_works_on(*device)) {
            continue;
        }
        known_[names[i]] = device->devt;
        events_.emplace_back(model::event::DeviceSeen{std::move(*device), false});
        if (events_.size() >= kBatch) {
            flush();
        }
    }
    events_.emplace_back(std::move(done));
    ++works_;
    flush();
    add_other();
}

void UdevReader::tell_others() {
    model::event::OtherDevices others;
    others.names = DirSysTree(sysfs_).list("/block");
    std::erase_if(others.names, [](const std::string& name) { return facts::is_candidate(name); });
    std::ranges::sort(others.names);
    events_.emplace_back(std::move(others));
}

// The states of their paths change without an event.
void UdevReader::tell_native() {
    std::vector<model::NativeMap> now = facts::read_native_maps(DirSysTree(sysfs_));
    if (now != native_) {
        native_ = now;
        events_.emplace_back(model::event::NativeMaps{std::move(now)});
    }
}

void UdevReader::flush() {
    if (events_.empty() && works_ == 0) {
        return;
    }
    auto batch = std::make_shared<std::vector<model::Event>>(std::exchange(events_, {}));
    const std::size_t works = std::exchange(works_, 0);
    post_or_wait(*tasks_, [self = shared_from_this(), batch, works] {
        self->undelivered_ -= works;
        self->deliver_(std::move(*batch));
    });
}

}  // namespace mp::os
