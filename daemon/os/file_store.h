// SPDX-License-Identifier: GPL-2.0-or-later
// The FileStore port on the file system. Writes of state files happen one after the other in a
// worker; writes of attributes happen in lanes, in order for each device directory.
#pragma once

#include <memory>
#include <string>

#include "daemon/os/event_loop.h"
#include "daemon/os/sys_dir.h"
#include "daemon/ports/ports.h"

namespace mp::os {

class DiskFileStore final : public ports::FileStore {
public:
    struct Options {
        std::string config_file = "/etc/multipath.conf";
        std::string config_dir = "/etc/multipath/conf.d";  ///< every *.conf in it, by name
        std::string state_dir = "/etc/multipath";
        std::string run_dir = "/run/multipath";
        std::size_t jobs_max = 4096;
        Duration attribute_patience{seconds(10)};  ///< then a write that hangs is logged
    };

    /// What fails and has no event of its own is written to `log`.
    DiskFileStore(EventLoop& loop, ports::EventSink& sink, ports::Log& log,
                  std::shared_ptr<const SysDir> sysfs, Options options);
    ~DiskFileStore() override;

    std::vector<Loaded> read_config() override;
    Loaded read_state(model::StateFile file) override;
    void replace(OpId op, model::StateFile file, const std::string& content) override;
    void append(OpId op, model::StateFile file, const std::string& header,
                const std::string& content) override;
    void mark_failed_wwid(const std::string& wwid, bool failed) override;
    void write_attribute(const std::string& path, const std::string& value,
                         const std::string& why) override;
    void apply(OpId op, const std::vector<model::Setting>& settings) override;

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace mp::os
