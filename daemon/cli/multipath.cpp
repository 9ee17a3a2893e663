// SPDX-License-Identifier: GPL-2.0-or-later
// multipath: lists, creates and removes maps, answers udev, prints the configuration. While the
// daemon runs all of it is a question or a request to the daemon; without one the daemon's engine
// runs once
// (`multipathd --once`). This program links no device-mapper, udev or systemd library and starts
// fast: udev runs it for every disk.
#include <unistd.h>

#include <cstdio>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conf/config.h"
#include "daemon/cli/check.h"
#include "daemon/cli/claim.h"
#include "daemon/cli/configuration.h"
#include "daemon/cli/files.h"
#include "daemon/cli/listing.h"
#include "daemon/cli/local.h"
#include "daemon/cli/maps.h"
#include "daemon/cli/once.h"
#include "daemon/cli/options.h"
#include "daemon/cli/requests.h"
#include "daemon/cli/wwids.h"

namespace {

using namespace mp::cli;

int print_usage(const Options& options) {
    if (options.mode == Mode::help) {
        std::fputs(usage_text().c_str(), stdout);
        return 0;
    }
    std::fprintf(stderr, "%smultipath: %s\n", usage_text().c_str(), options.problem.c_str());
    return 1;
}

int dump_config(const Options& options) {
    std::shared_ptr<const mp::conf::Config> config = read_configuration();
    if (options.verbosity > 0) {
        for (const mp::conf::Diagnostic& diagnostic : config->diagnostics()) {
            std::fputs(diagnostic.render().c_str(), stderr);
        }
    }
    std::fputs(config->render().c_str(), stdout);
    return std::fflush(stdout) == 0 ? 0 : 1;
}

int dump_local_config(Daemon& daemon) {
    std::string text;
    Daemon::Reply reply = daemon.ask("show config local");
    if (reply.outcome == Daemon::Outcome::ok) {
        text = std::move(reply.text);
    } else {
        SysfsTree sysfs(rooted("/sys"));
        std::shared_ptr<const mp::conf::Config> config = read_configuration();
        std::vector<mp::conf::Config::LocalMap> maps;
        for (const KernelMap& map : kernel_maps(sysfs)) {
            maps.push_back({map.wwid, map.name});
        }
        text = config->render_local(accepted_devices(sysfs, *config), maps);
    }
    std::fputs(text.c_str(), stdout);
    return std::fflush(stdout) == 0 ? 0 : 1;
}

std::map<std::string, std::string> environment_of_process() {
    std::map<std::string, std::string> out;
    for (char** entry = ::environ; *entry != nullptr; ++entry) {
        std::string_view text = *entry;
        std::size_t equals = text.find('=');
        if (equals != std::string_view::npos) {
            out.emplace(text.substr(0, equals), text.substr(equals + 1));
        }
    }
    return out;
}

bool only_reads(Mode mode) {
    return mode == Mode::list || mode == Mode::dump_config || mode == Mode::dump_local_config ||
           mode == Mode::check_map || mode == Mode::check_map_udev;
}

std::optional<int> through_daemon(const Options& options) {
    // What would be done is computed here and now, not by the daemon.
    if (options.dry_run && options.mode == Mode::create) {
        return std::nullopt;
    }
    Daemon daemon(options);
    switch (options.mode) {
        case Mode::list:
            return list_maps(options, daemon);
        case Mode::create:
            return daemon.absent() ? std::nullopt : update_maps(options, daemon);
        case Mode::flush_one:
        case Mode::flush_all:
            return flush_maps(options, daemon);
        case Mode::add_wwid:
        case Mode::remove_wwid:
        case Mode::reset_wwids:
            return change_wwids(options, daemon);
        case Mode::check_map:
        case Mode::check_map_udev:
            return check_map(options, daemon);
        case Mode::dump_local_config:
            return dump_local_config(daemon);
        case Mode::check_path:
        case Mode::claim_path:
        case Mode::dump_config:
        case Mode::check_config:
        case Mode::help:
        case Mode::invalid:
            break;
    }
    return std::nullopt;
}

}  // namespace

int main(int argc, char** argv) {
    std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
    Options options = parse_options(arguments);
    if (options.mode == Mode::help || options.mode == Mode::invalid) {
        return print_usage(options);
    }
    if (options.mode == Mode::check_config) {
        return check_config(options);
    }
    options.device = without_links(options.device);
    if (options.mode == Mode::dump_config) {
        return dump_config(options);
    }
    if (options.mode == Mode::claim_path || options.mode == Mode::check_path) {
        return claim_path(options, environment_of_process());
    }
    if (!only_reads(options.mode) && ::geteuid() != 0) {
        std::fputs("need to be root\n", stderr);
        return 1;
    }
    std::optional<int> code = through_daemon(options);
    return code ? *code : run_once(options, arguments);
}
