// SPDX-License-Identifier: GPL-2.0-or-later
// mpathpersist: reads and changes persistent reservations of maps. What is done stands in
// persist.cpp; here the map's paths and its key are found (from the daemon, or from sysfs without
// one), commands are sent by SG_IO, and a batch file is read line by line.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "conf/config.h"
#include "daemon/base/strings.h"
#include "daemon/cli/configuration.h"
#include "daemon/cli/files.h"
#include "daemon/cli/local.h"
#include "daemon/cli/persist.h"
#include "daemon/cli/requests.h"
#include "daemon/os/device_file.h"

namespace {

using namespace mp::cli;
using mp::starts_with;

constexpr mp::Duration kCommandTime = mp::seconds(2);

mp::model::ProbeReply send(const PersistPath& path, const mp::model::ScsiCommand& command) {
    mp::os::DeviceFile file({{}, path.devt, path.name, 0}, {});
    MP_TRY(int fd, file.fd());
    return mp::os::issue_scsi(fd, command, kCommandTime);
}

/// Unset: the daemon does not know the map, or there is no daemon.
std::optional<std::vector<std::string>> usable_names(Daemon& daemon, const std::string& alias) {
    Daemon::Reply reply = daemon.ask("show paths raw format \"%d %t %T %m\"");
    if (reply.outcome != Daemon::Outcome::ok) {
        return std::nullopt;
    }
    std::vector<std::string> names;
    for (std::string_view line : mp::split(reply.text, '\n')) {
        std::vector<std::string_view> words = mp::split_words(line);
        bool here = words.size() >= 4 && mp::ends_with(mp::trim(line), " " + alias);
        if (here && words[1] != "failed" && (words[2] == "ready" || words[2] == "ghost")) {
            names.emplace_back(words[0]);
        }
    }
    return names;
}

std::optional<PersistMap> find_map(const std::string& device, Daemon& daemon) {
    SysfsTree sysfs(rooted("/sys"));
    std::vector<KernelMap> maps = kernel_maps(sysfs);
    const KernelMap* found = find_kernel_map(maps, without_links(device));
    if (found == nullptr) {
        return std::nullopt;
    }
    PersistMap map;
    map.alias = found->name;
    std::optional<std::vector<std::string>> usable = usable_names(daemon, map.alias);
    std::shared_ptr<const mp::conf::Config> config = read_configuration();
    mp::model::BlockDevice any;
    for (const std::string& name : found->paths) {
        mp::Result<mp::model::BlockDevice> path = read_device(sysfs, name);
        if (!path) {
            continue;
        }
        bool use = usable ? std::find(usable->begin(), usable->end(), name) != usable->end()
                          : path->kernel_state.empty() || path->kernel_state == "running";
        map.paths.push_back({path->name, path->devt, path->adapter.id, use});
        any = std::move(*path);
    }
    mp::conf::MapPolicy policy = config->map_policy(found->wwid, any);
    map.key = policy.reservation_key;
    map.all_target_ports = policy.all_tg_pt;
    return map;
}

int run_one(const PersistOptions& options) {
    if (options.mode == PersistOptions::Mode::help) {
        std::fputs(persist_usage().c_str(), stdout);
        return 0;
    }
    if (options.mode == PersistOptions::Mode::invalid) {
        std::fprintf(stderr, "%smpathpersist: %s\n", persist_usage().c_str(),
                     options.problem.c_str());
        return static_cast<int>(PersistCode::syntax);
    }
    Options plain;
    plain.verbosity = options.verbosity;
    Daemon daemon(plain);
    std::optional<PersistMap> map = find_map(options.device, daemon);
    if (!map) {
        std::fprintf(stderr, "mpathpersist: %s is no multipath map\n", options.device.c_str());
        return static_cast<int>(PersistCode::map_error);
    }
    PersistWorld world{send, [&daemon](const std::string& request) {
                           Daemon::Reply reply = daemon.ask(request);
                           return reply.outcome == Daemon::Outcome::ok ? std::optional(reply.text)
                                                                       : std::nullopt;
                       }};
    PersistResult result = options.mode == PersistOptions::Mode::in
                               ? read_reservations(options, *map, world)
                               : change_reservations(options, *map, world);
    std::fputs(result.output.c_str(), stdout);
    if (!result.problem.empty()) {
        std::fprintf(stderr, "mpathpersist: %s\n", result.problem.c_str());
    }
    return static_cast<int>(result.code);
}

// One command a line, with or without the program's name before it. All are done; the last failure
// is what the caller is told.
int run_batch(const std::string& file) {
    std::optional<std::string> text = read_file(file);
    if (!text) {
        std::fprintf(stderr, "mpathpersist: cannot read %s\n", file.c_str());
        return static_cast<int>(PersistCode::file_error);
    }
    int code = 0;
    for (std::string_view line : mp::split(*text, '\n')) {
        std::string_view said = mp::trim(line.substr(0, line.find('#')));
        if (said.empty()) {
            continue;
        }
        std::vector<std::string> words;
        for (std::string_view word : mp::split_words(said)) {
            if (!words.empty() || word != "mpathpersist") {
                words.emplace_back(word);
            }
        }
        PersistOptions options = parse_persist_options(words);
        if (options.mode == PersistOptions::Mode::batch) {
            options.mode = PersistOptions::Mode::invalid;
            options.problem = "a batch holds no batch";
        }
        int one = run_one(options);
        code = one == 0 ? code : one;
    }
    return code;
}

}  // namespace

int main(int argc, char** argv) {
    std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
    PersistOptions options = parse_persist_options(arguments);
    bool works = options.mode == PersistOptions::Mode::in ||
                 options.mode == PersistOptions::Mode::out ||
                 options.mode == PersistOptions::Mode::batch;
    if (works && ::geteuid() != 0) {
        std::fputs("need to be root\n", stderr);
        return static_cast<int>(PersistCode::syntax);
    }
    int code = options.mode == PersistOptions::Mode::batch ? run_batch(options.batch_file)
                                                           : run_one(options);
    return std::fflush(stdout) == 0 ? code : static_cast<int>(PersistCode::file_error);
}
