// SPDX-License-Identifier: GPL-2.0-or-later
// How is the state of maps printed? The daemon knows it and has rendered it; one question is
// enough. Nothing but the tree goes to standard output. On a terminal header lines are bold; they
// are told from the others by their first characters, which no map name can have in common with a
// branch.
#include "daemon/cli/listing.h"

#include <unistd.h>

#include <cstdio>

#include "daemon/base/strings.h"

namespace mp::cli {
namespace {

void print(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
}

Daemon::Reply ask_for(const Options& options, Daemon& daemon) {
    if (options.verbosity == 1) {
        Daemon::Reply reply = options.device.empty() ? daemon.ask("show maps raw format %n")
                                                     : daemon.ask_map(options.device, "%n");
        if (!options.device.empty() && reply.outcome == Daemon::Outcome::ok) {
            reply.text += '\n';
        }
        return reply;
    }
    return daemon.ask(options.device.empty() ? "show topology"
                                             : "show map " + quoted(options.device) + " topology");
}

}  // namespace

std::string embolden(std::string_view tree) {
    std::string out;
    for (std::string_view line : split(tree, '\n')) {
        if (line.empty()) {
            continue;
        }
        bool header = line.find_first_of(" |`") != 0 && !starts_with(line, "size=");
        out += header ? "\033[1m" + std::string(line) + "\033[0m\n" : std::string(line) + "\n";
    }
    return out;
}

std::optional<int> list_maps(const Options& options, Daemon& daemon) {
    if (options.verbosity >= 3) {
        Daemon::Reply paths = daemon.ask("show paths format \"%w %i %d %D %p %t %T %s %o\"");
        if (paths.outcome == Daemon::Outcome::no_answer) {
            return std::nullopt;
        }
        print("===== paths list =====\n" + paths.text);
    }
    Daemon::Reply reply = ask_for(options, daemon);
    if (reply.outcome == Daemon::Outcome::no_answer) {
        return std::nullopt;
    }
    if (reply.outcome == Daemon::Outcome::failed) {
        complain(options, "'" + options.device + "' is not a valid argument");
        return 1;
    }
    if (options.foreign && options.device.empty() && options.verbosity >= 2 &&
        reply.text.find(" [nvme]:") == std::string::npos) {
        reply.text += daemon.ask("show native").text;  // else they are there, by enable_foreign
    }
    if (options.verbosity >= 1) {
        bool bold = options.verbosity >= 2 && ::isatty(STDOUT_FILENO) == 1;
        print(bold ? embolden(reply.text) : reply.text);
    }
    return std::fflush(stdout) == 0 ? 0 : 1;
}

}  // namespace mp::cli
