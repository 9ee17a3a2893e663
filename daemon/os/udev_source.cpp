// SPDX-License-Identifier: GPL-2.0-or-later
// How do devices become events?
//
// The reactor drains the monitor into a queue of jobs; a worker takes them in order, reads the
// facts of each device from sysfs and posts what it found. Several change events of one device that
// wait are one job, with the newest properties: a storm of them costs one reading. When the kernel
// or the queue had to drop something, that is said (DevicesOverflowed) and the engine asks for a
// full enumeration. libudev contexts are not shared between threads: the worker has its own for
// enumeration.
#include "daemon/os/udev_source.h"

#include <libudev.h>
#include <sys/epoll.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "daemon/facts/block_facts.h"
#include "daemon/os/dir_tree.h"
#include "daemon/os/thread.h"

namespace mp::os {

namespace {

constexpr int kMonitorBufferBytes = 16 * 1024 * 1024;
constexpr int kEventsPerTurnMax = 256;
// Results are posted together: a wake-up of the reactor for each device would be most of the cost.
constexpr std::size_t kBatchMax = 64;

struct UdevDeleter {
    void operator()(udev* p) const { udev_unref(p); }
    void operator()(udev_monitor* p) const { udev_monitor_unref(p); }
    void operator()(udev_device* p) const { udev_device_unref(p); }
    void operator()(udev_enumerate* p) const { udev_enumerate_unref(p); }
};
template <class T>
using UdevPtr = std::unique_ptr<T, UdevDeleter>;

std::string text_or_empty(const char* text) {
    return text == nullptr ? std::string() : text;
}

facts::UdevFacts facts_of(udev_device* device) {
    facts::UdevFacts facts;
    facts.initialized = udev_device_get_is_initialized(device) > 0;
    udev_list_entry* entry = nullptr;
    udev_list_entry_foreach(entry, udev_device_get_properties_list_entry(device)) {
        facts.properties[text_or_empty(udev_list_entry_get_name(entry))] =
            text_or_empty(udev_list_entry_get_value(entry));
    }
    return facts;
}

DevT devt_of(udev_device* device) {
    dev_t number = udev_device_get_devnum(device);
    return {::major(number), ::minor(number)};
}

bool is_disk(udev_device* device) {
    return text_or_empty(udev_device_get_devtype(device)) == "disk" &&
           facts::is_candidate(text_or_empty(udev_device_get_sysname(device)));
}

enum class What { seen, changed, removed, enumerate, reread, retrigger };

struct Job {
    What what = What::seen;
    std::string name;
    std::string sys_path;  ///< below the mount, for retrigger
    DevT devt;
    facts::UdevFacts udev;
};

}  // namespace

struct UdevSource::Shared {
    Options options;
    std::shared_ptr<const SysDir> sysfs;
    std::shared_ptr<TaskQueue> reactor;
    ports::EventSink* sink = nullptr;  ///< reactor only; null when the source is gone
    UdevPtr<udev> context;             ///< reactor only
    UdevPtr<udev_monitor> monitor;     ///< reactor only

    std::mutex mutex;  // guards the rest
    std::condition_variable wake;
    std::list<Job> jobs;
    std::unordered_map<std::string, std::list<Job>::iterator> waiting_change;
    bool closing = false;
    std::atomic<std::size_t> outstanding{0};  ///< jobs and events on their way to the engine

    /// False: the queue was full and has been emptied; everything must be enumerated again.
    bool submit(Job job) {
        std::lock_guard<std::mutex> lock(mutex);
        if (jobs.size() >= options.jobs_max) {
            outstanding -= jobs.size();
            jobs.clear();
            waiting_change.clear();
            return false;
        }
        bool mergeable = job.what == What::seen || job.what == What::changed;
        std::unordered_map<std::string, std::list<Job>::iterator>::iterator earlier =
            waiting_change.find(job.name);
        if (mergeable && earlier != waiting_change.end()) {
            earlier->second->udev = std::move(job.udev);
            earlier->second->devt = job.devt;
            return true;
        }
        jobs.push_back(std::move(job));
        ++outstanding;
        if (mergeable) {
            waiting_change[jobs.back().name] = std::prev(jobs.end());
        } else {
            waiting_change.erase(jobs.back().name);
        }
        wake.notify_one();
        return true;
    }

    std::optional<Job> take() {
        std::unique_lock<std::mutex> lock(mutex);
        wake.wait(lock, [this] { return !jobs.empty() || closing; });
        if (closing) {
            return std::nullopt;
        }
        Job job = std::move(jobs.front());
        std::unordered_map<std::string, std::list<Job>::iterator>::iterator waiting =
            waiting_change.find(job.name);
        if (waiting != waiting_change.end() && waiting->second == jobs.begin()) {
            waiting_change.erase(waiting);
        }
        jobs.pop_front();
        return job;
    }
};

namespace {

/// The worker's side: its own libudev context, the tree, and a batch of results.
template <class SharedT>
class Worker {
public:
    explicit Worker(std::shared_ptr<SharedT> shared)
        : shared_(std::move(shared)),
          tree_(shared_->sysfs, shared_->options.sys_root),
          context_(udev_new()) {}

    void run() {
        while (std::optional<Job> job = shared_->take()) {
            perform(*job);
            flush(1);
        }
    }

private:
    void perform(Job& job) {
        switch (job.what) {
            case What::seen:
            case What::changed:
                read(job.name, std::move(job.udev), job.what == What::changed, false);
                return;
            case What::removed:
                add(model::event::DeviceGone{job.devt, job.name});
                return;
            case What::enumerate:
                enumerate();
                return;
            case What::reread:
                reread(job.name);
                return;
            case What::retrigger:
                static_cast<void>(shared_->sysfs->write(job.sys_path + "/uevent", "change"));
                return;
        }
    }

    std::optional<DevT> read(const std::string& name, facts::UdevFacts udev, bool change,
                             bool say_gone) {
        Result<model::BlockDevice> device = facts::read_block_facts(tree_, name, std::move(udev));
        if (!device) {
            if (say_gone) {
                add(model::event::DeviceGone{DevT{}, name});
            }
            return std::nullopt;  // its removal event follows
        }
        DevT devt = device->devt;
        add(model::event::DeviceSeen{std::move(*device), change});
        return devt;
    }

    void reread(const std::string& name) {
        UdevPtr<udev_device> device(
            udev_device_new_from_subsystem_sysname(context_.get(), "block", name.c_str()));
        if (device == nullptr || !is_disk(device.get())) {
            add(model::event::DeviceGone{DevT{}, name});
            return;
        }
        read(name, facts_of(device.get()), true, true);
    }

    void enumerate() {
        model::event::EnumerationDone done;
        UdevPtr<udev_enumerate> scan(udev_enumerate_new(context_.get()));
        udev_enumerate_add_match_subsystem(scan.get(), "block");
        udev_enumerate_scan_devices(scan.get());
        udev_list_entry* entry = nullptr;
        udev_list_entry_foreach(entry, udev_enumerate_get_list_entry(scan.get())) {
            UdevPtr<udev_device> device(
                udev_device_new_from_syspath(context_.get(), udev_list_entry_get_name(entry)));
            if (device == nullptr || !is_disk(device.get())) {
                continue;
            }
            std::string name = text_or_empty(udev_device_get_sysname(device.get()));
            if (std::optional<DevT> devt = read(name, facts_of(device.get()), false, false)) {
                done.present.push_back(*devt);
            }
        }
        add(std::move(done));
    }

    void add(model::Event event) {
        batch_.push_back(std::move(event));
        flush(kBatchMax);
    }

    // A full queue means that the reactor is behind; waiting here is what a worker is for.
    void flush(std::size_t at_least) {
        std::size_t finished = at_least == 1 ? 1 : 0;
        if (batch_.size() < at_least && finished == 0) {
            return;
        }
        std::shared_ptr<SharedT> shared = shared_;
        std::shared_ptr<std::vector<model::Event>> events =
            std::make_shared<std::vector<model::Event>>(std::move(batch_));
        batch_.clear();
        Task task = [shared, events, finished] {
            for (model::Event& event : *events) {
                if (shared->sink != nullptr) {
                    shared->sink->post(std::move(event));
                }
            }
            shared->outstanding -= finished;
        };
        while (!shared_->reactor->post(task) && !shared_->reactor->closed()) {
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
    }

    std::shared_ptr<SharedT> shared_;
    DirTree tree_;
    UdevPtr<udev> context_;
    std::vector<model::Event> batch_;
};

}  // namespace

UdevSource::UdevSource(EventLoop& loop, std::shared_ptr<Shared> shared)
    : loop_(loop), shared_(std::move(shared)) {}

Result<std::unique_ptr<UdevSource>> UdevSource::create(EventLoop& loop, ports::EventSink& sink,
                                                       std::shared_ptr<const SysDir> sysfs,
                                                       Options options) {
    std::shared_ptr<Shared> shared = std::make_shared<Shared>();
    shared->sysfs = std::move(sysfs);
    shared->reactor = loop.tasks();
    shared->sink = &sink;
    bool udev_runs = ::access(options.udev_run.c_str(), F_OK) == 0;
    shared->options = std::move(options);
    shared->context.reset(udev_new());
    shared->monitor.reset(
        udev_monitor_new_from_netlink(shared->context.get(), udev_runs ? "udev" : "kernel"));
    if (shared->monitor == nullptr) {
        return fail_errno(errno, "cannot open the device monitor");
    }
    udev_monitor_filter_add_match_subsystem_devtype(shared->monitor.get(), "block", "disk");
    udev_monitor_set_receive_buffer_size(shared->monitor.get(), kMonitorBufferBytes);
    if (int error = udev_monitor_enable_receiving(shared->monitor.get()); error < 0) {
        return fail_errno(-error, "cannot receive device events");
    }
    MP_TRY(Thread thread,
           Thread::start("devices", kWorkerStackBytes, [shared] { Worker<Shared>(shared).run(); }));
    thread.detach();
    std::unique_ptr<UdevSource> source(new UdevSource(loop, shared));
    UdevSource* self = source.get();
    MP_CHECK(loop.watch_fd(udev_monitor_get_fd(shared->monitor.get()), EPOLLIN,
                           [self](std::uint32_t) { self->on_monitor(); }));
    return source;
}

UdevSource::~UdevSource() {
    loop_.unwatch_fd(udev_monitor_get_fd(shared_->monitor.get()));
    shared_->sink = nullptr;
    std::lock_guard<std::mutex> lock(shared_->mutex);
    shared_->closing = true;
    shared_->wake.notify_all();
}

void UdevSource::on_monitor() {
    for (int i = 0; i < kEventsPerTurnMax; ++i) {
        errno = 0;
        UdevPtr<udev_device> device(udev_monitor_receive_device(shared_->monitor.get()));
        if (device == nullptr) {
            if (errno == ENOBUFS) {
                shared_->sink->post(model::event::DevicesOverflowed{});
            }
            return;
        }
        if (!is_disk(device.get())) {
            continue;
        }
        std::string action = text_or_empty(udev_device_get_action(device.get()));
        Job job;
        job.what = action == "remove" ? What::removed
                   : action == "add"  ? What::seen
                                      : What::changed;
        job.name = text_or_empty(udev_device_get_sysname(device.get()));
        job.devt = devt_of(device.get());
        job.udev = facts_of(device.get());
        if (!shared_->submit(std::move(job))) {
            shared_->sink->post(model::event::DevicesOverflowed{});
        }
    }
}

void UdevSource::enumerate() {
    static_cast<void>(shared_->submit({What::enumerate, "", "", {}, {}}));
}

void UdevSource::reread(const std::string& name) {
    static_cast<void>(shared_->submit({What::reread, name, "", {}, {}}));
}

void UdevSource::retrigger(const std::string& sys_path) {
    static_cast<void>(shared_->submit({What::retrigger, "", sys_path, {}, {}}));
}

std::size_t UdevSource::backlog() const {
    return shared_->outstanding;
}

}  // namespace mp::os
