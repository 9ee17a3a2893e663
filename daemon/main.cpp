// SPDX-License-Identifier: GPL-2.0-or-later
// multipathd. This file is the table of contents: it builds every adapter, hands them to the
// runtime as ports, and runs the loop. It is the only file that knows both ports and adapters, and
// it decides nothing: decisions are in engine/, what a client may ask in api/.
//
// The same parts run in two ways. As the daemon: everything, until told to stop. Once (`--once`,
// which `multipath` starts when no daemon answers): the engine's first round, no sockets, then the
// printing.
#include <getopt.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "conf/config.h"
#include "daemon/api/answer.h"
#include "daemon/api/lookup.h"
#include "daemon/api/topology.h"
#include "daemon/api/version.h"
#include "daemon/base/strings.h"
#include "daemon/cli/client.h"
#include "daemon/cli/configuration.h"
#include "daemon/cli/options.h"
#include "daemon/cli/session.h"
#include "daemon/os/control_server.h"
#include "daemon/os/event_loop.h"
#include "daemon/os/file_store.h"
#include "daemon/os/libdm.h"
#include "daemon/os/log_sink.h"
#include "daemon/os/loop_ports.h"
#include "daemon/os/path_io.h"
#include "daemon/os/path_watch.h"
#include "daemon/os/process.h"
#include "daemon/os/supervisor.h"
#include "daemon/os/sys_dir.h"
#include "daemon/os/transport_events.h"
#include "daemon/os/udev_source.h"
#include "daemon/runtime/event_log.h"
#include "daemon/runtime/published.h"
#include "daemon/runtime/runtime.h"

namespace {

using namespace mp;  // NOLINT: the composition root names everything

struct DaemonOptions {
    bool foreground = false;
    bool plain_log = false;        ///< -s: no time stamps
    std::optional<int> verbosity;  ///< unset: as configured
    bool read_only_bindings = false;
    std::string problem;
};

constexpr const char* kPidFile = "/run/multipathd.pid";

DaemonOptions parse_daemon_options(int argc, char** argv) {
    DaemonOptions options;
    opterr = 0;
    int letter = 0;
    while ((letter = ::getopt(argc, argv, "+dsv:Bwni")) != -1) {
        switch (letter) {
            case 'd':
                options.foreground = true;
                break;
            case 's':
                options.plain_log = true;
                break;
            case 'v': {
                Result<std::uint64_t> level = parse_u64(optarg);
                if (!level || *level > 9) {
                    options.problem = std::string("-v wants a number, not \"") + optarg + "\"";
                }
                options.verbosity = level ? static_cast<int>(*level) : 2;
                break;
            }
            case 'B':
                options.read_only_bindings = true;
                break;
            case 'w':
            case 'n':
            case 'i':
                break;  // accepted for those who still pass them
            default:
                options.problem = std::string("unknown option -") + static_cast<char>(optopt);
                break;
        }
    }
    return options;
}

int usage(const std::string& problem) {
    std::fprintf(
        stderr,
        "%s\n%s%smultipathd, %s\n"
        "  multipathd [-d] [-s] [-v N] [-B]  run as the daemon\n"
        "    -d    stay in the foreground\n"
        "    -s    log lines without time stamps\n"
        "    -v N  0 errors only, 1 warnings, 2 notices (default), 3 and more everything\n"
        "    -B    make no new bindings\n"
        "  multipathd COMMAND...             send one command to the running daemon\n"
        "  multipathd monitor                print events as they happen, one JSON object a line\n"
        "  multipathd -k                     send commands from the terminal or a pipe\n",
        api::kCompatBanner.data(), problem.c_str(), problem.empty() ? "" : "\n",
        api::kProduct.data());
    return 1;
}

int fail_start(const char* part, const Error& error) {
    std::fprintf(stderr, "multipathd: %s: %s\n", part, error.text().c_str());
    return 1;
}

/// Every adapter that both ways of running need, in the order in which they depend on each other.
struct Adapters {
    std::unique_ptr<os::EventLoop> loop;
    std::unique_ptr<os::QueuedLog> log;
    os::BootClock clock;
    std::unique_ptr<os::LoopScheduler> scheduler;
    std::unique_ptr<runtime::EventQueue> queue;
    std::shared_ptr<const os::SysDir> sysfs;
    std::unique_ptr<os::UdevSource> devices;
    std::unique_ptr<os::LanePathIo> path_io;
    std::unique_ptr<os::SysfsWatch> path_watch;
    std::unique_ptr<os::LibDm> device_mapper;
    std::unique_ptr<os::DiskFileStore> files;

    Result<> build(os::QueuedLog::Options log_options) {
        MP_TRY(loop, os::EventLoop::create());
        log = std::make_unique<os::QueuedLog>(log_options);
        scheduler = std::make_unique<os::LoopScheduler>(*loop);
        queue = std::make_unique<runtime::EventQueue>(*scheduler);
        MP_TRY(sysfs, os::SysDir::open("/sys"));
        MP_TRY(device_mapper, os::LibDm::create(*loop, *queue, [this](model::effect::Log record) {
                   log->write(record);
               }));
        MP_TRY(devices, os::UdevSource::create(*loop, *queue, sysfs, {}));
        path_io = std::make_unique<os::LanePathIo>(*loop, *queue, sysfs, os::LanePathIo::Options{});
        MP_TRY(path_watch, os::SysfsWatch::create(*loop, *queue, sysfs));
        files = std::make_unique<os::DiskFileStore>(*loop, *queue, *log, sysfs,
                                                    os::DiskFileStore::Options{});
        return {};
    }

    runtime::Ports ports(ports::ControlSocket& control, ports::Supervisor& supervisor,
                         ports::Log& records) {
        return {clock,          *scheduler, *devices, *path_io,   *path_watch,
                *device_mapper, *files,     control,  supervisor, records};
    }
};

int run_daemon(const DaemonOptions& options) {
    Result<os::PidFile> pid_file = os::PidFile::lock(kPidFile);
    if (!pid_file) {
        return fail_start(kPidFile, pid_file.error());
    }
    std::vector<std::string> refused = os::protect_process();

    // Signals are blocked before the first thread exists.
    Adapters parts;
    os::block_reactor_signals();
    bool journal = ::getenv("JOURNAL_STREAM") != nullptr || !options.foreground;
    os::QueuedLog::Options log;
    log.target = journal             ? os::QueuedLog::Target::journal
                 : options.plain_log ? os::QueuedLog::Target::stderr_plain
                                     : os::QueuedLog::Target::stderr_stamped;
    log.most_verbose = os::level_of_verbosity(options.verbosity.value_or(2));
    if (Result<> built = parts.build(log); !built) {
        return fail_start("cannot start", built.error());
    }
    for (const std::string& problem : refused) {
        parts.log->write({model::LogLevel::info, "process", "", "", problem});
    }

    Result<std::unique_ptr<os::SystemdSupervisor>> supervisor =
        os::SystemdSupervisor::create(*parts.loop, *parts.queue);
    if (!supervisor) {
        return fail_start("signals", supervisor.error());
    }

    // Readers see the newest snapshot and nothing else.
    runtime::Published<model::Snapshot> snapshot;
    snapshot.publish(std::make_shared<const model::Snapshot>());
    runtime::EventLog events(*parts.log, parts.clock, *parts.scheduler);
    os::ControlServer::Handler answer = [&snapshot, &events](std::string_view request, bool root) {
        os::ControlServer::Handled handled;
        api::Caller caller{root, os::EventLoop::now(), ::getpid(), nullptr};
        const auto ask = [&] {
            snapshot.read(
                [&](const model::Snapshot& now) { handled = api::answer(request, caller, now); });
        };
        const bool any = events.events().read([&](const api::EventList& list) {
            caller.events = &list;
            ask();
        });
        if (!any) {
            ask();
        }
        return handled;
    };
    Result<std::unique_ptr<os::ControlServer>> control =
        os::ControlServer::create(*parts.loop, *parts.queue, {}, answer);
    if (!control) {
        return fail_start("control socket", control.error());
    }
    for (const std::string& problem : (*control)->problems()) {
        parts.log->write({model::LogLevel::warning, "control", "", "", problem});
    }

    engine::Options engine_options;
    engine_options.read_only_bindings = options.read_only_bindings;
    runtime::Runtime runtime(parts.ports(**control, **supervisor, events), *parts.queue,
                             engine_options);
    runtime.on_snapshot([&snapshot](std::shared_ptr<const model::Snapshot> next) {
        snapshot.publish(std::move(next));
    });
    runtime.on_exit([&parts](int code) { parts.loop->exit(code); });
    runtime.ask_environment([] { return cli::read_environment(true); });
    runtime.on_settings([&](const conf::Globals& settings) {
        parts.log->set_most_verbose(
            os::level_of_verbosity(options.verbosity.value_or(settings.verbosity)));
        (*control)->set_request_timeout(settings.uxsock_timeout);
        parts.device_mapper->set_partition_delimiter(settings.partition_delimiter);
        if (Result<> limited = os::limit_open_files(settings.max_fds); !limited) {
            parts.log->write({model::LogLevel::warning, "process", "", "", limited.error().text()});
        }
    });
    os::TransportEvents transports(*parts.loop, *parts.queue, parts.sysfs);
    runtime.start();
    return parts.loop->run();
}

/// Nobody to notify and no clients: the ports of a run without a daemon.
class NoSupervisor final : public ports::Supervisor {
public:
    void ready() override {}
    void reloading() override {}
    void stopping() override {}
    void status(const std::string&) override {}
};

class OnceControl final : public ports::ControlSocket {
public:
    void reply(ClientId, const std::string& text) override { answers.push_back(text); }
    std::vector<std::string> answers;
};

std::string without_dev(const std::string& device) {
    return device.starts_with("/dev/mapper/") ? device.substr(12)
           : device.starts_with("/dev/")      ? device.substr(5)
                                              : device;
}

std::vector<const model::MapView*> chosen_maps(const model::Snapshot& snapshot,
                                               const std::string& device) {
    std::vector<const model::MapView*> maps = api::listed_maps(snapshot);
    if (device.empty()) {
        return maps;
    }
    std::string wanted = without_dev(device);
    const model::MapView* named = api::find_map(snapshot, wanted);
    const model::PathView* path = api::find_path(snapshot, wanted);
    std::erase_if(maps, [&](const model::MapView* map) {
        return map != named && (path == nullptr || path->map_alias != map->alias);
    });
    return maps;
}

/// After a dry run: those that would be made or changed.
std::vector<const model::MapView*> imagined_maps(const model::Snapshot& snapshot) {
    std::vector<const model::MapView*> maps;
    for (const std::shared_ptr<const model::MapView>& map : snapshot.maps) {
        if (!map->action.empty()) {
            maps.push_back(map.get());
        }
    }
    return maps;
}

engine::Options one_shot_options(const cli::Options& options) {
    engine::Options out;
    out.one_shot = true;
    out.dry_run = options.mode == cli::Mode::create && options.dry_run;
    out.observe_only = options.mode != cli::Mode::create || options.dry_run;
    out.read_only_bindings = options.read_only_bindings;
    out.ignore_wwids = options.ignore_wwids;
    out.force_reload = options.force_reload;
    // With -D this runs beside a daemon.
    out.allow_queueing = options.allow_queueing || cli::Client::connect(seconds(1)).has_value();
    if (options.mode == cli::Mode::create) {
        out.only = without_dev(options.device);
    }
    if (!options.policy.empty()) {
        std::string said = "overrides {\n path_grouping_policy " + options.policy + "\n}\n";
        out.grouping = conf::Config::build({{"-p", said}})->map_policy(Wwid{}, {}).grouping;
    }
    return out;
}

/// What `multipath` does when no daemon runs.
int run_once(const std::vector<std::string>& arguments) {
    cli::Options options = cli::parse_options(arguments);
    bool flushing = options.mode == cli::Mode::flush_one || options.mode == cli::Mode::flush_all;

    // A container may have neither; then nothing that is said of devices would be true.
    if (!flushing && ::access("/run/udev/data", F_OK) != 0) {
        std::fputs(
            "multipathd: no daemon answers on /run/multipathd.socket, and there is no "
            "/run/udev/data to find devices without one\n",
            stderr);
        return 1;
    }
    Adapters parts;
    os::QueuedLog::Options log;
    log.most_verbose = os::level_of_verbosity(options.verbosity - 1);
    if (Result<> built = parts.build(log); !built) {
        std::fputs("multipathd: no daemon answers on /run/multipathd.socket\n", stderr);
        return fail_start("cannot do it without one", built.error());
    }
    NoSupervisor supervisor;
    OnceControl control;
    runtime::Runtime runtime(parts.ports(control, supervisor, *parts.log), *parts.queue,
                             one_shot_options(options));
    runtime.ask_environment([] { return cli::read_environment(true); });
    runtime.on_settings([&parts](const conf::Globals& settings) {
        parts.device_mapper->set_partition_delimiter(settings.partition_delimiter);
    });
    std::shared_ptr<const model::Snapshot> last;
    runtime.on_snapshot(
        [&last](std::shared_ptr<const model::Snapshot> next) { last = std::move(next); });
    // udev is done with what was made before the tool says so; a loop runs only once.
    runtime.on_exit([&parts](int exit_code) {
        parts.device_mapper->when_settled(
            seconds(30), [&parts, exit_code](bool) { parts.loop->exit(exit_code); });
    });
    if (flushing) {
        model::Command command{options.mode == cli::Mode::flush_all ? model::Verb::remove_maps
                                                                    : model::Verb::remove_map,
                               options.device, ""};
        parts.queue->post(model::event::CommandReceived{ClientId{1}, command});
    }
    runtime.start();
    int code = parts.loop->run();
    if (flushing) {
        bool fine = !control.answers.empty() && control.answers.front() == "ok\n";
        if (!fine && !control.answers.empty()) {
            std::fputs(control.answers.front().c_str(), stderr);
        }
        return fine ? code : 1;
    }
    if (last == nullptr) {
        return 1;
    }
    std::string wanted = without_dev(options.device);
    if (!wanted.empty() && api::find_map(*last, wanted) == nullptr &&
        api::find_path(*last, wanted) == nullptr) {
        std::fprintf(stderr, "'%s' is not a valid argument\n", options.device.c_str());
        return 1;
    }
    bool imagined = options.mode == cli::Mode::create && options.dry_run;
    std::vector<const model::MapView*> maps =
        imagined ? imagined_maps(*last) : chosen_maps(*last, options.device);
    std::vector<const model::PathView*> paths = api::listed_paths(*last);
    api::TopologyStyle style{options.verbosity, ::isatty(STDOUT_FILENO) == 1};
    std::string text = api::render_topology(maps, paths, os::EventLoop::now(), style);
    bool native = options.foreign || last->config->globals().show_native_nvme;
    if (native && wanted.empty() && last->native_maps != nullptr) {
        text += api::render_native(*last->native_maps, style);
    }
    std::fputs(text.c_str(), stdout);
    return code;
}

}  // namespace

int main(int argc, char** argv) {
    std::vector<std::string> arguments(argv + 1, argv + argc);
    if (!arguments.empty() && arguments.front() == "--once") {
        return run_once({arguments.begin() + 1, arguments.end()});
    }
    if (std::optional<int> code = cli::run_client(argc, argv)) {
        return *code;
    }
    DaemonOptions options = parse_daemon_options(argc, argv);
    if (!options.problem.empty()) {
        return usage(options.problem);
    }
    if (::geteuid() != 0) {
        std::fprintf(stderr, "multipathd: need to be root\n");
        return 1;
    }
    if (!options.foreground && ::daemon(0, 0) != 0) {
        return fail_start("cannot go to the background",
                          Error{errc_of_errno(errno), errno, "daemon"});
    }
    return run_daemon(options);
}
