// SPDX-License-Identifier: GPL-2.0-or-later
// Where do configuration and state live, and who waits for the disk? Reading is done in the call:
// the files are small and read at start and on request only. Writing goes to one worker, so that
// changes of a file happen in the order in which they were asked for, and a root disk that hangs
// (it may be a multipath map without paths) leaves the reactor free.
//
// Attributes are written in lanes, because some writes wait for hardware. Those below one directory
// are kept in order: dev_loss_tmo and fast_io_fail_tmo of a port depend on each other. A setting
// that stands right is not written, and what was written is read back: drivers clip and refuse.
#include "daemon/os/file_store.h"

#include <algorithm>
#include <deque>
#include <filesystem>
#include <unordered_map>
#include <utility>

#include "daemon/base/strings.h"
#include "daemon/os/lane_pool.h"
#include "daemon/os/serial_worker.h"
#include "daemon/os/state_file.h"

namespace mp::os {

namespace {

// A device that never takes its writes must not collect them.
constexpr std::size_t kWritesPerDirectoryMax = 64;

const char* name_of(model::StateFile file) {
    switch (file) {
        case model::StateFile::bindings:
            return "bindings";
        case model::StateFile::wwids:
            return "wwids";
        case model::StateFile::prkeys:
            return "prkeys";
    }
    MP_ASSERT(false);
}

ports::FileStore::Loaded load(const std::string& path) {
    ports::FileStore::Loaded loaded{.name = path, .content = {}, .error = {}};
    Result<std::string> content = read_file(path);
    if (content) {
        loaded.content = std::move(*content);
    } else if (content.error().code != Errc::gone) {
        loaded.error = content.error();
    }
    return loaded;
}

std::string directory_of(const std::string& path) {
    return path.substr(0, path.rfind('/') + 1);
}

Result<std::string> read_word(const SysDir& sysfs, const std::string& path) {
    MP_TRY(std::string text, sysfs.read(path));
    return std::string(trim(text));
}

Result<std::string> apply_one(const SysDir& sysfs, const model::Setting& setting) {
    MP_TRY(std::string found, read_word(sysfs, setting.attribute));
    if (model::stands(setting, found)) {
        return found;
    }
    MP_CHECK(sysfs.write(setting.attribute, setting.value));
    return read_word(sysfs, setting.attribute);
}

using Settings = std::vector<model::Setting>;
using SettingsFound = std::vector<Result<std::string>>;

}  // namespace

struct DiskFileStore::Impl : std::enable_shared_from_this<DiskFileStore::Impl> {
    using Done = std::function<void(Impl&)>;
    /// Work on attributes of one directory. It may wait for hardware.
    struct Job {
        std::string text;  ///< "writing 5 to ..."
        std::function<Done(const SysDir&)> work;
        std::function<Done(const Error&)> refused;  ///< it could not be begun
    };
    /// The first job is in a lane.
    struct Directory {
        std::deque<Job> jobs;
        std::unique_ptr<EventLoop::Timer> patience;
    };

    EventLoop& loop;
    ports::EventSink& sink;
    ports::Log& log;
    const std::shared_ptr<const SysDir> sysfs;
    const Options options;
    SerialWorker worker;
    LanePool lanes;
    std::unordered_map<std::string, Directory> directories;

    Impl(EventLoop& the_loop, ports::EventSink& the_sink, ports::Log& the_log,
         std::shared_ptr<const SysDir> the_sysfs, Options the_options)
        : loop(the_loop),
          sink(the_sink),
          log(the_log),
          sysfs(std::move(the_sysfs)),
          options(std::move(the_options)),
          worker("files", options.jobs_max),
          lanes(the_loop, {.kept = 0, .lanes_max = 64, .queue_max = options.jobs_max}) {}

    std::string state_path(model::StateFile file) const {
        return options.state_dir + "/" + name_of(file);
    }

    void written(OpId op, Result<> outcome) {
        sink.post(model::event::FileWritten{op, std::move(outcome)});
    }

    void write(OpId op, std::function<Result<>()> action) {
        const Result<> queued = worker.submit(
            [op, action = std::move(action), weak = weak_from_this(), tasks = loop.tasks()] {
                auto outcome = std::make_shared<Result<>>(action());
                post_or_wait(*tasks, [weak, op, outcome] {
                    if (const std::shared_ptr<Impl> self = weak.lock()) {
                        self->written(op, std::move(*outcome));
                    }
                });
            });
        if (!queued) {
            loop.defer([weak = weak_from_this(), op, error = queued.error()] {
                if (const std::shared_ptr<Impl> self = weak.lock()) {
                    self->written(op, tl::unexpected<Error>(error));
                }
            });
        }
    }

    void complain(const std::string& text) {
        log.write({.level = model::LogLevel::warning,
                   .id = "write-failed",
                   .map = {},
                   .path = {},
                   .text = text});
    }

    void mark(const std::string& wwid, bool failed) {
        const Result<> queued =
            worker.submit([weak = weak_from_this(), tasks = loop.tasks(), wwid, failed,
                           directory = options.run_dir + "/failed_wwids"] {
                const Result<> outcome = set_marker(directory, wwid, failed);
                if (!outcome) {
                    const std::string text =
                        "marker of failed WWID " + wwid + ": " + outcome.error().text();
                    post_or_wait(*tasks, [weak, text] {
                        if (const std::shared_ptr<Impl> self = weak.lock()) {
                            self->complain(text);
                        }
                    });
                }
            });
        if (!queued) {
            complain("marker of failed WWID " + wwid + ": " + queued.error().text());
        }
    }

    void done_soon(Done done) {
        loop.defer([weak = weak_from_this(), done = std::move(done)] {
            if (const std::shared_ptr<Impl> self = weak.lock()) {
                done(*self);
            }
        });
    }

    void enqueue(const std::string& key, Job job) {
        Directory& directory = directories[key];
        if (directory.jobs.size() >= kWritesPerDirectoryMax) {
            done_soon(job.refused({.code = Errc::limit, .what = "too many writes wait there"}));
            return;
        }
        directory.jobs.push_back(std::move(job));
        if (directory.jobs.size() == 1) {
            start_job(key);
        }
    }

    void start_job(const std::string& key) {
        Directory& directory = directories.at(key);
        const Job& job = directory.jobs.front();
        directory.patience = std::make_unique<EventLoop::Timer>(
            loop, [this, text = job.text] { complain("still " + text + "; others wait for it"); },
            milliseconds(100));
        directory.patience->set(EventLoop::now() + options.attribute_patience);
        const Result<> queued = lanes.submit(
            [weak = weak_from_this(), tasks = loop.tasks(), sys = sysfs, key, work = job.work] {
                auto done = std::make_shared<Done>(work(*sys));
                post_or_wait(*tasks, [weak, key, done] {
                    if (const std::shared_ptr<Impl> self = weak.lock()) {
                        self->job_done(key, *done);
                    }
                });
            },
            EventLoop::now());
        if (!queued) {
            done_soon([key, done = job.refused(queued.error())](Impl& self) {
                self.job_done(key, done);
            });
        }
    }

    void job_done(const std::string& key, const Done& done) {
        const auto found = directories.find(key);
        MP_ASSERT(found != directories.end());
        found->second.jobs.pop_front();
        if (found->second.jobs.empty()) {
            directories.erase(found);
        } else {
            start_job(key);
        }
        done(*this);
    }

    static Done complaint(const std::string& text, const Error& error) {
        return [line = text + ": " + error.text()](Impl& self) { self.complain(line); };
    }

    void write_attribute(const std::string& path, const std::string& value,
                         const std::string& why) {
        const std::string text = "writing " + value + " to " + path + " (" + why + ")";
        const std::function<Done(const Error&)> failed = [text](const Error& error) {
            return complaint(text, error);
        };
        enqueue(directory_of(path), {text,
                                     [path, value, failed](const SysDir& sys) {
                                         const Result<> written = sys.write(path, value);
                                         return written ? Done([](Impl&) {})
                                                        : failed(written.error());
                                     },
                                     failed});
    }

    static Done applied(OpId op, SettingsFound found) {
        return [op, found = std::move(found)](Impl& self) {
            self.sink.post(model::event::SettingsApplied{op, found});
        };
    }

    void apply(OpId op, const Settings& settings) {
        const std::string key = settings.empty() ? "" : directory_of(settings.front().attribute);
        enqueue(key, {"setting what " + key + " holds",
                      [op, settings](const SysDir& sys) {
                          SettingsFound found;
                          for (const model::Setting& setting : settings) {
                              found.push_back(apply_one(sys, setting));
                          }
                          return applied(op, std::move(found));
                      },
                      [op, count = settings.size()](const Error& error) {
                          return applied(op, SettingsFound(count, tl::unexpected<Error>(error)));
                      }});
    }
};

DiskFileStore::DiskFileStore(EventLoop& loop, ports::EventSink& sink, ports::Log& log,
                             std::shared_ptr<const SysDir> sysfs, Options options)
    : impl_(std::make_shared<Impl>(loop, sink, log, std::move(sysfs), std::move(options))) {}

DiskFileStore::~DiskFileStore() = default;

std::vector<ports::FileStore::Loaded> DiskFileStore::read_config() {
    std::vector<Loaded> files{load(impl_->options.config_file)};
    std::vector<std::string> names;
    std::error_code error;
    // A directory that cannot be read is as good as none.
    for (std::filesystem::directory_iterator entry(impl_->options.config_dir, error), end;
         !error && entry != end; entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        if (ends_with(name, ".conf") && name.front() != '.') {
            names.push_back(entry->path().string());
        }
    }
    std::ranges::sort(names);
    for (const std::string& name : names) {
        files.push_back(load(name));
    }
    return files;
}

ports::FileStore::Loaded DiskFileStore::read_state(model::StateFile file) {
    return load(impl_->state_path(file));
}

void DiskFileStore::replace(OpId op, model::StateFile file, const std::string& content) {
    impl_->write(op,
                 [path = impl_->state_path(file), content] { return replace_file(path, content); });
}

void DiskFileStore::append(OpId op, model::StateFile file, const std::string& header,
                           const std::string& content) {
    impl_->write(op, [path = impl_->state_path(file), header, content] {
        return append_to_file(path, header, content);
    });
}

void DiskFileStore::mark_failed_wwid(const std::string& wwid, bool failed) {
    impl_->mark(wwid, failed);
}

void DiskFileStore::write_attribute(const std::string& path, const std::string& value,
                                    const std::string& why) {
    impl_->write_attribute(path, value, why);
}

void DiskFileStore::apply(OpId op, const std::vector<model::Setting>& settings) {
    impl_->apply(op, settings);
}

}  // namespace mp::os
