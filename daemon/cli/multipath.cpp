// SPDX-License-Identifier: GPL-2.0-or-later
// multipath: lists, creates and removes maps, answers udev, prints the configuration. While the
// daemon runs all of it is a question or a request to the daemon; without one the daemon's engine
// runs once
// (`multipathd --once`). This program links no device-mapper, udev or systemd library and starts
// fast: udev runs it for every disk.
#include <unistd.h>

#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "conf/config.h"
#include "daemon/cli/files.h"
#include "daemon/cli/listing.h"
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
    std::vector<mp::conf::ConfigFile> files;
    for (ConfigText& text : read_config_files()) {
        files.push_back({std::move(text.name), std::move(text.content)});
    }
    std::shared_ptr<const mp::conf::Config> config = mp::conf::Config::build(files);
    if (options.verbosity > 0) {
        for (const mp::conf::Diagnostic& diagnostic : config->diagnostics()) {
            std::fputs(diagnostic.render().c_str(), stderr);
        }
    }
    std::fputs(config->render().c_str(), stdout);
    return std::fflush(stdout) == 0 ? 0 : 1;
}

std::optional<int> dump_local_config(Daemon& daemon) {
    Daemon::Reply reply = daemon.ask("show config local");
    if (reply.outcome != Daemon::Outcome::ok) {
        return std::nullopt;
    }
    std::fputs(reply.text.c_str(), stdout);
    return std::fflush(stdout) == 0 ? 0 : 1;
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
    if (daemon.absent() && options.mode != Mode::add_wwid && options.mode != Mode::remove_wwid) {
        return std::nullopt;
    }
    switch (options.mode) {
        case Mode::list:
            return list_maps(options, daemon);
        case Mode::create:
            return update_maps(options, daemon);
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
    if (options.mode == Mode::dump_config) {
        return dump_config(options);
    }
    if (!only_reads(options.mode) && ::geteuid() != 0) {
        std::fputs("need to be root\n", stderr);
        return 1;
    }
    std::optional<int> code = through_daemon(options);
    return code ? *code : run_once(options, arguments);
}
