// SPDX-License-Identifier: GPL-2.0-or-later
// One device-mapper ioctl through libdevmapper. For the other libdm_* files only; any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "daemon/base/ids.h"
#include "daemon/base/result.h"
#include "daemon/os/late_devmapper.h"

namespace mp::os::libdm {

/// Opens and keeps the control device, checks the driver's version, silences the library and
/// settles whether udev is there. Must have succeeded once before anything else here is used; later
/// calls return the first answer. Errors: unsupported, denied.
Result<> prepare();

/// What the library said when the last task of this thread failed; cleared by reading.
std::string take_last_message();

class DmTask {
public:
    /// An existing map by its uuid: the kernel finds it whatever its name is, and the library keeps
    /// its hands off device nodes.
    static Result<DmTask> by_uuid(int type, const std::string& uuid);
    static Result<DmTask> by_name(int type, const std::string& name);
    static Result<DmTask> create(const std::string& name, const std::string& uuid);

    dm_task* get() const { return task_.get(); }
    /// The ioctl. May block as long as the kernel likes.
    Result<> run(const char* what);
    /// After run().
    dm_info info() const;

private:
    struct Free {
        void operator()(dm_task* task) const { dm_task_destroy(task); }
    };
    explicit DmTask(dm_task* task) : task_(task) {}
    static Result<DmTask> of_type(int type);
    std::unique_ptr<dm_task, Free> task_;
};

}  // namespace mp::os::libdm
