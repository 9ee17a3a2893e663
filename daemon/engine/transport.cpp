// SPDX-License-Identifier: GPL-2.0-or-later
// Which timers of the transport does the configuration ask for, and in what order can the kernel
// take them?
//
// Fibre Channel (Linux drivers/scsi/scsi_transport_fc.c): fast_io_fail_tmo must be below
// dev_loss_tmo and at most 600; dev_loss_tmo may exceed 600 only while fast_io_fail_tmo is set. So
// dev_loss_tmo is first raised above the new fast_io_fail_tmo where it is in the way, then both are
// written. iSCSI knows one timer, recovery_tmo, which does what fast_io_fail_tmo does. SAS knows
// the loss of the end device alone.
//
// dev_loss_tmo must outlast no_path_retry: a port that is removed takes its disks along while I/O
// still waits for them. A configured value that is too small is raised; where nothing is configured
// the kernel's value is left alone.
#include "daemon/engine/transport.h"

#include <algorithm>

namespace mp::engine {

using conf::TransportTimeout;
using model::Setting;

namespace {

constexpr std::int64_t kForever = 2147483647;
constexpr std::int64_t kBlockMax = 600;  // SCSI_DEVICE_BLOCK_MAX_TIMEOUT
// 600 would need a dev_loss_tmo above 600, which needs a fast_io_fail_tmo first.
constexpr std::int64_t kFastMax = kBlockMax - 1;
constexpr std::int64_t kLossMargin = 5;

std::optional<std::int64_t> seconds_of(const TransportTimeout& timeout) {
    switch (timeout.kind) {
        case TransportTimeout::Kind::unset:
            return std::nullopt;
        case TransportTimeout::Kind::off:
            return kTimerOff;
        case TransportTimeout::Kind::value:
            return std::min<std::int64_t>(timeout.seconds, kForever);
        case TransportTimeout::Kind::infinity:
            return kForever;
    }
    return std::nullopt;
}

// As long as I/O may wait for a path to return, and a little more.
std::int64_t shortest_loss(const conf::NoPathRetry& retry, Duration polling_interval) {
    using Kind = conf::NoPathRetry::Kind;
    if (retry.kind == Kind::queue) {
        return kForever;
    }
    if (retry.kind != Kind::retries) {
        return 0;
    }
    std::int64_t waits_s = std::chrono::duration_cast<seconds>(polling_interval).count() *
                           static_cast<std::int64_t>(retry.retries);
    return std::min(waits_s + waits_s / 60 + kLossMargin, kForever);
}

std::string text_of(std::int64_t timer) {
    return timer == kTimerOff ? "off" : std::to_string(timer);
}

// The smaller, where off is the largest of all.
std::int64_t sooner(std::int64_t a, std::int64_t b) {
    return a == kTimerOff ? b : (b == kTimerOff ? a : std::min(a, b));
}

template <class Number, class Choose>
std::optional<Number> either(const std::optional<Number>& a, const std::optional<Number>& b,
                             const Choose& choose) {
    return a && b ? choose(*a, *b) : (a ? a : b);
}

std::vector<Setting> fc_settings(const std::string& fast_path, const std::string& loss_path,
                                 const KernelTimers& timers) {
    Setting loss{loss_path, "", false, timers.dev_loss_note};
    std::optional<std::int64_t> loss_s = timers.dev_loss_s;
    Setting fast{fast_path, "", false, ""};
    std::optional<std::int64_t> fast_s = timers.fast_io_fail_s;
    if (fast_s && *fast_s > kFastMax) {
        fast_s = kFastMax;
        fast.note = "the kernel takes 599 seconds at most";
    }
    if (fast_s && loss_s && *fast_s >= *loss_s) {
        fast_s = kTimerOff;
        fast.note = "it must be below dev_loss_tmo";
    }
    if (loss_s && *loss_s > kBlockMax && fast_s.value_or(kTimerOff) == kTimerOff) {
        loss_s = kBlockMax;
        loss.note = "the kernel allows 600 seconds at most where fast_io_fail_tmo is off";
    }
    std::vector<Setting> settings;
    if (fast_s) {
        // Room for it, or what may stand without it.
        if (*fast_s != kTimerOff) {
            settings.push_back({loss_path, std::to_string(*fast_s + 1), true, ""});
        }
        fast.value = text_of(*fast_s);
        settings.push_back(fast);
    }
    if (loss_s) {
        loss.value = std::to_string(*loss_s);
        settings.push_back(loss);
    }
    return settings;
}

}  // namespace

KernelTimers timers_of(const conf::PathPolicy& path, const conf::NoPathRetry& no_path_retry,
                       const conf::Globals& globals) {
    KernelTimers timers;
    timers.fast_io_fail_s = seconds_of(path.fast_io_fail_tmo);
    timers.eh_deadline_s = seconds_of(path.eh_deadline);
    timers.max_retries = globals.max_retries;
    timers.dev_loss_s = seconds_of(path.dev_loss_tmo);
    std::int64_t least = shortest_loss(no_path_retry, globals.polling_interval);
    if (timers.dev_loss_s && *timers.dev_loss_s < least) {
        timers.dev_loss_s = least;
        timers.dev_loss_note = "it must outlast no_path_retry";
    }
    return timers;
}

KernelTimers together(const KernelTimers& a, const KernelTimers& b) {
    KernelTimers both;
    both.fast_io_fail_s = either(a.fast_io_fail_s, b.fast_io_fail_s, sooner);
    both.eh_deadline_s = either(a.eh_deadline_s, b.eh_deadline_s, sooner);
    bool b_lasts = !a.dev_loss_s || (b.dev_loss_s && *b.dev_loss_s > *a.dev_loss_s);
    both.dev_loss_s = b_lasts ? b.dev_loss_s : a.dev_loss_s;
    both.dev_loss_note = b_lasts ? b.dev_loss_note : a.dev_loss_note;
    both.max_retries = a.max_retries ? a.max_retries : b.max_retries;
    return both;
}

std::vector<SettingsPlace> places_of(const model::BlockDevice& device) {
    using Kind = SettingsPlace::Kind;
    std::vector<SettingsPlace> places;
    if (!device.port_dir.empty()) {
        Kind kind = Kind::fc_port;
        if (device.protocol == model::Protocol::scsi_iscsi) {
            kind = Kind::iscsi_session;
        } else if (device.protocol == model::Protocol::scsi_sas) {
            kind = Kind::sas_end_device;
        }
        places.push_back({kind, device.port_dir});
    }
    if (!device.host_dir.empty()) {
        places.push_back({Kind::host, device.host_dir});
    }
    if (!device.disk_dir.empty()) {
        places.push_back({Kind::disk, device.disk_dir});
    }
    return places;
}

std::vector<Setting> settings_of(const SettingsPlace& place, const KernelTimers& timers) {
    using Kind = SettingsPlace::Kind;
    const std::string& dir = place.directory;
    switch (place.kind) {
        case Kind::fc_port:
            return fc_settings(dir + "/fast_io_fail_tmo", dir + "/dev_loss_tmo", timers);
        case Kind::iscsi_session:
            // Zero and off have no counterpart: the session's own value stays.
            if (timers.fast_io_fail_s.value_or(0) > 0) {
                return {{dir + "/recovery_tmo", std::to_string(*timers.fast_io_fail_s)}};
            }
            break;
        case Kind::sas_end_device:
            if (timers.dev_loss_s) {
                return {{dir + "/I_T_nexus_loss_timeout", std::to_string(*timers.dev_loss_s), false,
                         timers.dev_loss_note}};
            }
            break;
        case Kind::host:
            if (timers.eh_deadline_s) {
                return {{dir + "/eh_deadline", text_of(*timers.eh_deadline_s)}};
            }
            break;
        case Kind::disk:
            if (timers.max_retries) {
                return {{dir + "/max_retries", std::to_string(*timers.max_retries)}};
            }
            break;
    }
    return {};
}

}  // namespace mp::engine
