// SPDX-License-Identifier: GPL-2.0-or-later
// How is libdevmapper used from several threads at once, when it was not written for that?
//
// What the library keeps per process, and why it is safe here (libdm/ioctl/libdm-iface.c and
// libdm/libdm-common.c of 1.02):
// - control device, version check, whether udev runs: settled once in prepare(), before any worker
//   exists, and only read afterwards. dm_hold_control_dev keeps the descriptor, dm_lib_release is
//   never called.
// - the list of pending device node operations: filled only by tasks that carry a *name* (create
// with
//   a table, resume, remove, rename, mknodes). All our tasks carry the uuid alone, but for
//   rename, which runs under a mutex of its own (libdm_steps.cpp). udev makes the nodes.
// - the size of the ioctl buffer: a counter that only grows; a lost increment costs one more round.
// - the log function: ours, thread-local behind, writes nowhere.
// - the cookie semaphores: kernel objects; creation is serialised in libdm_cookies.cpp.
// So no lock is held while an ioctl blocks, and one hung map never stops another one.
#include "daemon/os/libdm_task.h"

#include <cerrno>
#include <cstdarg>
#include <cstdio>

namespace mp::os::libdm {
namespace {

constexpr int kLevelMask = 7;  // syslog levels; the rest are flags of the library
constexpr int kLevelError = 3;

thread_local std::string last_message;

void keep_message(int level, const char*, int, int, const char* format, ...) noexcept
    __attribute__((format(printf, 5, 6)));
void keep_message(int level, const char*, int, int, const char* format, ...) noexcept {
    if ((level & kLevelMask) > kLevelError) {
        return;
    }
    char text[512];
    va_list args;
    va_start(args, format);
    int length = std::vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (length > 0) {
        last_message = text;
    }
}

Result<> prepare_once() {
    MP_CHECK(load_devmapper());
    dm_log_with_errno_init(&keep_message);
    dm_hold_control_dev(1);
    dm_task* task = dm_task_create(DM_DEVICE_VERSION);
    if (task == nullptr) {
        return fail(Errc::unsupported,
                    "the kernel has no device-mapper, or /dev/mapper/control may not be used");
    }
    int done = dm_task_run(task);
    int sys_errno = dm_task_get_errno(task);
    dm_task_destroy(task);
    if (done == 0) {
        return fail_errno(sys_errno == 0 ? ENODEV : sys_errno, "ask device-mapper its version");
    }
    (void)dm_udev_get_sync_support();
    (void)dm_cookie_supported();
    return {};
}

}  // namespace

Result<> prepare() {
    static const Result<> first = prepare_once();
    return first;
}

std::string take_last_message() {
    std::string message;
    message.swap(last_message);
    return message;
}

Result<DmTask> DmTask::of_type(int type) {
    dm_task* task = dm_task_create(type);
    if (task == nullptr) {
        return fail(Errc::limit, "allocate a device-mapper task");
    }
    return DmTask(task);
}

Result<DmTask> DmTask::by_uuid(int type, const std::string& uuid) {
    MP_TRY(DmTask task, of_type(type));
    if (dm_task_set_uuid(task.get(), uuid.c_str()) == 0) {
        return fail(Errc::invalid, "not a usable map uuid");
    }
    return task;
}

Result<DmTask> DmTask::by_name(int type, const std::string& name) {
    MP_TRY(DmTask task, of_type(type));
    if (name.empty() || name.find('/') != std::string::npos ||
        dm_task_set_name(task.get(), name.c_str()) == 0) {
        return fail(Errc::invalid, "not a usable map name");
    }
    return task;
}

Result<DmTask> DmTask::create(const std::string& name, const std::string& uuid) {
    MP_TRY(DmTask task, by_name(DM_DEVICE_CREATE, name));
    if (uuid.empty() || dm_task_set_uuid(task.get(), uuid.c_str()) == 0) {
        return fail(Errc::invalid, "not a usable map uuid");
    }
    return task;
}

Result<> DmTask::run(const char* what) {
    if (dm_task_run(task_.get()) == 0) {
        int sys_errno = dm_task_get_errno(task_.get());
        return fail_errno(sys_errno == 0 ? EIO : sys_errno, what);
    }
    return {};
}

dm_info DmTask::info() const {
    dm_info info{};
    if (dm_task_get_info(task_.get(), &info) == 0) {
        info.exists = 0;
    }
    return info;
}

}  // namespace mp::os::libdm
