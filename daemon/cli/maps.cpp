// SPDX-License-Identifier: GPL-2.0-or-later
// What do the changing forms of `multipath` mean while a daemon runs? They are requests to it:
// removing is "del", -r is "reload" or "reconfigure all", and creating needs no more than telling
// the daemon to look again. Messages hold the words that other programs search for ("map in use",
// "is not a valid argument", "no usable paths found").
#include "daemon/cli/maps.h"

#include <unistd.h>

#include "daemon/base/strings.h"
#include "daemon/cli/files.h"
#include "daemon/cli/local.h"

namespace mp::cli {
namespace {

using Outcome = Daemon::Outcome;

constexpr std::string_view kInUse = "map or partition in use";

std::optional<int> no_answer(const Options& options, const Daemon::Reply& reply) {
    complain(options, reply.text);
    return 1;
}

/// A change that the daemon may have begun is not done a second time without it.
std::optional<int> finished(const Options& options, const Daemon::Reply& reply) {
    if (reply.outcome == Outcome::no_answer) {
        return no_answer(options, reply);
    }
    if (reply.outcome == Outcome::failed) {
        complain(options, reply.text.empty() ? "the daemon refused" : reply.text);
        return 1;
    }
    if (!reply.text.empty()) {
        complain(options, std::string(trim(reply.text)));
    }
    return 0;
}

bool is_block_device(const std::string& device) {
    std::string name = device;
    if (starts_with(name, "/dev/")) {
        name = name.substr(5);
    }
    bool plain =
        !name.empty() && name.find('/') == std::string::npos && name != "." && name != "..";
    return plain && !starts_with(name, "dm-") &&
           ::access(rooted("/sys/class/block/" + name).c_str(), F_OK) == 0;
}

}  // namespace

std::optional<int> flush_maps(const Options& options, Daemon& daemon, Duration pause) {
    bool all = options.mode == Mode::flush_all;
    std::string request = all ? "del maps" : "del map " + quoted(options.device);
    for (int left = options.retries; !daemon.absent(); --left) {
        Daemon::Reply reply = daemon.ask(request);
        if (reply.outcome != Outcome::failed || reply.text != kInUse) {
            if (reply.outcome == Outcome::failed && reply.text == "device not found") {
                complain(options, "'" + options.device + "' is not a valid argument");
                return 1;
            }
            return finished(options, reply);
        }
        if (left <= 0) {
            complain(options, all ? "at least one map in use" : options.device + ": map in use");
            return 1;
        }
        ::usleep(static_cast<useconds_t>(pause.count()));
    }
    return std::nullopt;
}

std::optional<int> update_maps(const Options& options, Daemon& daemon) {
    if (!options.policy.empty()) {
        complain(options, "-p has no effect while multipathd runs");
    }
    if (options.device.empty()) {
        return finished(options,
                        daemon.ask(options.force_reload ? "reconfigure all" : "reconfigure"));
    }
    Daemon::Reply name = daemon.ask_map(options.device, "%n");
    if (name.outcome == Outcome::no_answer) {
        return no_answer(options, name);
    }
    if (name.outcome == Outcome::ok) {
        return options.force_reload
                   ? finished(options, daemon.ask("reload map " + quoted(name.text)))
                   : 0;
    }
    std::string object = is_block_device(options.device) ? "path " : "map ";
    Daemon::Reply added = daemon.ask("add " + object + quoted(options.device));
    if (added.outcome == Outcome::failed && added.text == "device not found") {
        complain(options, "'" + options.device + "' is not a valid argument");
        return 1;
    }
    return finished(options, added);
}

int check_map(const Options& options, Daemon& daemon) {
    Daemon::Reply count = daemon.ask_map(options.device, "%N");
    if (count.outcome == Outcome::no_answer) {
        SysfsTree sysfs(rooted("/sys"));
        std::vector<KernelMap> maps = kernel_maps(sysfs);
        const KernelMap* map = find_kernel_map(maps, options.device);
        count.outcome = map == nullptr ? Outcome::failed : Outcome::ok;
        count.text = map != nullptr && has_running_path(sysfs, *map) ? "1" : "0";
    }
    Result<std::uint64_t> paths = parse_u64(count.text);
    if (count.outcome == Outcome::ok && paths && *paths > 0) {
        return 0;
    }
    complain(options, count.outcome == Outcome::ok
                          ? options.device + ": no usable paths found"
                          : "'" + options.device + "' is not a valid argument");
    return 1;
}

}  // namespace mp::cli
