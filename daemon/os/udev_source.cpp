// SPDX-License-Identifier: GPL-2.0-or-later
// Which block devices come, change and go, and which raised a unit attention? The reactor only
// receives events and passes their names on to UdevReader; it asks libudev for nothing that touches
// a file.
//
// With a udev daemon its events are heard, which come after its rules have run; without one the
// kernel's. When the socket's buffer overflows the kernel says so once (ENOBUFS, netlink(7)); then
// what waits is dropped and the engine is told to enumerate.
//
// libudev's objects are not shared between threads: the monitor belongs to the reactor, the
// reader's thread has a context of its own for properties.
#include "daemon/os/udev_source.h"

#include <sys/epoll.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/os/late_udev.h"
#include "daemon/os/thread.h"
#include "daemon/os/udev_reader.h"

namespace mp::os {

namespace {

// So many events are received before the loop does something else.
constexpr int kReceivesPerTurnMax = 512;

struct UdevUnref {
    void operator()(udev* context) const { udev_unref(context); }
    void operator()(udev_monitor* monitor) const { udev_monitor_unref(monitor); }
    void operator()(udev_device* device) const { udev_device_unref(device); }
};
template <class T>
using UdevPtr = std::unique_ptr<T, UdevUnref>;

std::string text_or_empty(const char* text) {
    return text == nullptr ? "" : text;
}

UdevReader::PropertyReader make_property_reader() {
    // Shared only because std::function wants to be copied.
    const std::shared_ptr<udev> context(udev_new(), UdevUnref{});
    return [context](const std::string& name) {
        facts::UdevFacts facts;
        const UdevPtr<udev_device> device(
            udev_device_new_from_subsystem_sysname(context.get(), "block", name.c_str()));
        if (device == nullptr) {
            return facts;
        }
        facts.initialized = udev_device_get_is_initialized(device.get()) > 0;
        udev_list_entry* entry = nullptr;
        udev_list_entry_foreach(entry, udev_device_get_properties_list_entry(device.get())) {
            facts.properties.emplace(text_or_empty(udev_list_entry_get_name(entry)),
                                     text_or_empty(udev_list_entry_get_value(entry)));
        }
        return facts;
    };
}

}  // namespace

struct UdevSource::Impl {
    EventLoop& loop;
    ports::EventSink& sink;
    UdevPtr<udev> context;
    UdevPtr<udev_monitor> monitor;
    std::shared_ptr<UdevReader> reader;
    std::shared_ptr<bool> alive = std::make_shared<bool>(true);

    Impl(EventLoop& the_loop, ports::EventSink& the_sink) : loop(the_loop), sink(the_sink) {}
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;
    ~Impl() {
        *alive = false;
        if (monitor != nullptr) {
            loop.unwatch_fd(udev_monitor_get_fd(monitor.get()));
        }
        if (reader != nullptr) {
            reader->stop();
        }
    }

    Result<> open_monitor(bool has_udev, int buffer_bytes);
    Result<> start_reader(std::shared_ptr<const SysDir> sysfs, bool has_udev,
                          std::size_t devices_max);
    void receive();
    void take(udev_device* device);
    void take_attention(udev_device* device);
    void overflow();
    /// For calls of the port, which never post from inside.
    void overflow_soon();
};

Result<> UdevSource::Impl::open_monitor(bool has_udev, int buffer_bytes) {
    context.reset(udev_new());
    if (context == nullptr) {
        return fail(Errc::limit, "set up libudev");
    }
    monitor.reset(udev_monitor_new_from_netlink(context.get(), has_udev ? "udev" : "kernel"));
    if (monitor == nullptr) {
        return fail_errno(errno == 0 ? EOPNOTSUPP : errno, "listen to device events");
    }
    // May be refused without privileges; the system's own limit holds then.
    udev_monitor_set_receive_buffer_size(monitor.get(), buffer_bytes);
    int rc = udev_monitor_filter_add_match_subsystem_devtype(monitor.get(), "block", "disk");
    if (rc >= 0) {
        rc = udev_monitor_filter_add_match_subsystem_devtype(monitor.get(), "scsi", "scsi_device");
    }
    if (rc >= 0) {
        // Where the adapters stand, for tables that say so.
        rc = udev_monitor_filter_add_match_subsystem_devtype(monitor.get(), "node", nullptr);
    }
    if (rc >= 0) {
        rc = udev_monitor_enable_receiving(monitor.get());
    }
    if (rc < 0) {
        return fail_errno(-rc, "receive device events");
    }
    return loop.watch_fd(udev_monitor_get_fd(monitor.get()), EPOLLIN,
                         [this](std::uint32_t) { receive(); });
}

Result<> UdevSource::Impl::start_reader(std::shared_ptr<const SysDir> sysfs, bool has_udev,
                                        std::size_t devices_max) {
    std::function<UdevReader::PropertyReader()> properties = [] {
        return UdevReader::PropertyReader();
    };
    if (has_udev) {
        properties = &make_property_reader;
    }
    reader = std::make_shared<UdevReader>(
        std::move(sysfs), loop.tasks(), devices_max, std::move(properties),
        [this, living = alive](std::vector<model::Event> events) {
            for (std::size_t i = 0; *living && i < events.size(); ++i) {
                sink.post(std::move(events[i]));
            }
        });
    MP_TRY(Thread thread,
           Thread::start("udev", kWorkerStackBytes, [shared = reader] { shared->body(); }));
    thread.detach();
    return {};
}

void UdevSource::Impl::receive() {
    for (int i = 0; i < kReceivesPerTurnMax; ++i) {
        errno = 0;
        const UdevPtr<udev_device> device(udev_monitor_receive_device(monitor.get()));
        if (device != nullptr) {
            take(device.get());
            continue;
        }
        if (errno == ENOBUFS) {
            overflow();
            continue;
        }
        if (errno == EAGAIN || errno == EINTR || errno == 0) {
            return;
        }
        // A message that is not one (wrong sender, broken header): the next may be right.
    }
}

void UdevSource::Impl::take(udev_device* device) {
    const std::string name = text_or_empty(udev_device_get_sysname(device));
    if (text_or_empty(udev_device_get_subsystem(device)) == "scsi") {
        take_attention(device);
        return;
    }
    if (text_or_empty(udev_device_get_subsystem(device)) == "node") {
        // A node came, went or is another one: the place of every device is read again. At boot
        // udev goes through what is there and asks for "add" events, which tell nothing new.
        bool asked_for = udev_device_get_property_value(device, "SYNTH_UUID") != nullptr;
        if (!asked_for || text_or_empty(udev_device_get_action(device)) != "add") {
            sink.post(model::event::DevicesOverflowed{.lost = false});
        }
        return;
    }
    const std::string action = text_or_empty(udev_device_get_action(device));
    if (!facts::is_candidate(name)) {
        if (action == "add" || action == "remove") {
            reader->add_other();
        }
        return;
    }
    bool taken = true;
    if (action == "remove") {
        const dev_t number = udev_device_get_devnum(device);
        taken = reader->add_gone(name, {major(number), minor(number)});
    } else {
        taken = reader->add_seen(name, action == "change");
    }
    if (!taken) {
        overflow();
    }
}

// The kernel's SCSI layer passes unit attentions on as events of the SCSI device, those too that it
// met in somebody's I/O (drivers/scsi/scsi_lib.c, scsi_evt_emit).
void UdevSource::Impl::take_attention(udev_device* device) {
    const std::string attention = text_or_empty(udev_device_get_property_value(device, "SDEV_UA"));
    if (attention.empty()) {
        return;
    }
    if (!reader->add_attention(text_or_empty(udev_device_get_devpath(device)),
                               attention == "REPORTED_LUNS_DATA_HAS_CHANGED")) {
        overflow();
    }
}

void UdevSource::Impl::overflow() {
    reader->forget_events();
    sink.post(model::event::DevicesOverflowed{});
}

void UdevSource::Impl::overflow_soon() {
    loop.defer([this, living = alive] {
        if (*living) {
            overflow();
        }
    });
}

Result<std::unique_ptr<UdevSource>> UdevSource::create(EventLoop& loop, ports::EventSink& sink,
                                                       std::shared_ptr<const SysDir> sysfs,
                                                       Options options) {
    MP_CHECK(load_udev());
    auto impl = std::make_unique<Impl>(loop, sink);
    const bool has_udev = options.udev.value_or(::access("/run/udev/control", F_OK) == 0);
    MP_CHECK(impl->start_reader(std::move(sysfs), has_udev, options.devices_max));
    MP_CHECK(impl->open_monitor(has_udev, options.receive_buffer_bytes));
    return std::unique_ptr<UdevSource>(new UdevSource(std::move(impl)));
}

UdevSource::UdevSource(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

UdevSource::~UdevSource() = default;

void UdevSource::enumerate() {
    impl_->reader->add_enumeration();
}

void UdevSource::reread(const std::string& name) {
    if (!impl_->reader->add_seen(name, true)) {
        impl_->overflow_soon();
    }
}

void UdevSource::retrigger(const std::string& sys_path) {
    if (!impl_->reader->add_retrigger(sys_path)) {
        impl_->overflow_soon();
    }
}

std::size_t UdevSource::backlog() const {
    return impl_->reader->backlog();
}

}  // namespace mp::os
