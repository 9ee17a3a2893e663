// SPDX-License-Identifier: GPL-2.0-or-later
// Does this disk belong to multipath? The rule is engine/find_multipaths.h; this file collects the
// facts it asks for, the cheap ones first and only those that the configured mode looks at: sysfs
// and udev's record of the one device, the configuration, the wwids file, markers under /run, and
// from the daemon whether the map exists. No library, no device I/O, no scan of other devices: udev
// runs this for every disk while the system boots.
//
// Mode smart may answer "perhaps". The end of the wait is the modification time of a marker file,
// so that each event of the device sees the same end.
#include "daemon/cli/claim.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <optional>
#include <vector>

#include "conf/config.h"
#include "daemon/base/strings.h"
#include "daemon/cli/client.h"
#include "daemon/cli/configuration.h"
#include "daemon/cli/files.h"
#include "daemon/cli/local.h"
#include "daemon/cli/requests.h"
#include "daemon/cli/sysfs.h"
#include "daemon/cli/wwids.h"
#include "daemon/engine/naming.h"

namespace mp::cli {
namespace {

using conf::FindMultipaths;
using engine::Claim;
using engine::ClaimFacts;
using model::BlockDevice;
using Environment = std::map<std::string, std::string>;

constexpr Duration kAnswerTime = seconds(1);
constexpr const char* kRunFolder = "/run/multipath";

std::string value_of(const Environment& environment, const std::string& name) {
    Environment::const_iterator found = environment.find(name);
    return found == environment.end() ? "" : found->second;
}

bool held_by_map(const SysfsTree& sysfs, const BlockDevice& device) {
    for (const std::string& holder : device.holders) {
        std::optional<std::string> uuid = sysfs.read("/block/" + holder + "/dm/uuid");
        if (uuid && starts_with(*uuid, "mpath-")) {
            return true;
        }
    }
    return false;
}

/// The device and its partitions.
std::vector<std::pair<std::string, std::string>> parts_of(const SysfsTree& sysfs,
                                                          const BlockDevice& device) {
    std::vector<std::pair<std::string, std::string>> parts = {{device.name, device.devt.str()}};
    for (const std::string& entry : sysfs.list(device.sys_path)) {
        std::optional<std::string> number = sysfs.read(device.sys_path + "/" + entry + "/dev");
        if (starts_with(entry, device.name) && number) {
            parts.emplace_back(entry, std::string(trim(*number)));
        }
    }
    return parts;
}

bool in_use(const SysfsTree& sysfs, const BlockDevice& device) {
    std::string mounts = read_file(rooted("/proc/self/mountinfo")).value_or("");
    std::string swaps = read_file(rooted("/proc/swaps")).value_or("");
    for (const std::pair<std::string, std::string>& part : parts_of(sysfs, device)) {
        std::string folder =
            part.first == device.name ? device.sys_path : device.sys_path + "/" + part.first;
        if (!sysfs.list(folder + "/holders").empty() ||
            mounts.find(" " + part.second + " ") != std::string::npos ||
            swaps.find("/dev/" + part.first + " ") != std::string::npos) {
            return true;
        }
    }
    int fd =
        ::open(rooted("/dev/" + device.name).c_str(), O_RDONLY | O_EXCL | O_NONBLOCK | O_CLOEXEC);
    if (fd >= 0) {
        ::close(fd);
    }
    return fd < 0 && errno == EBUSY;
}

/// The daemon, asked with little patience.
class Witness {
public:
    Witness() {
        Result<Client> client = Client::connect(kAnswerTime);
        if (client) {
            client_.emplace(std::move(*client));
        }
    }
    bool reachable() const { return client_.has_value(); }

    /// Unset: no answer.
    std::optional<std::string> ask(const std::string& request) {
        if (!client_) {
            return std::nullopt;
        }
        Result<std::string> reply = client_->ask(request);
        if (!reply) {
            client_.reset();
            return std::nullopt;
        }
        return std::move(*reply);
    }

private:
    std::optional<Client> client_;
};

bool map_exists(Witness& daemon, const Wwid& wwid) {
    std::optional<std::string> reply =
        daemon.ask("show map " + quoted(wwid.str()) + " raw format %w");
    if (reply) {
        return trim(*reply) == wwid.str();
    }
    return find_kernel_map(kernel_maps(SysfsTree(rooted("/sys"))), wwid.str()) != nullptr;
}

bool has_second_path(Witness& daemon, const BlockDevice& device, const Wwid& wwid) {
    std::string reply = daemon.ask("show paths raw format \"%d %w\"").value_or("");
    for (std::string_view line : split(reply, '\n')) {
        std::vector<std::string_view> words = split_words(line);
        if (words.size() == 2 && words[1] == wwid.str() && words[0] != device.name) {
            return true;
        }
    }
    return false;
}

/// Seconds until the wait for a second path ends; not above 0: it is over. Unset: it never began.
std::optional<double> wait_left(const std::string& marker) {
    struct stat status {};
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    if (::stat(marker.c_str(), &status) != 0) {
        return std::nullopt;
    }
    return static_cast<double>(status.st_mtim.tv_sec - now.tv_sec) +
           static_cast<double>(status.st_mtim.tv_nsec - now.tv_nsec) / 1e9;
}

void begin_wait(const std::string& marker, int patience_s) {
    (void)::mkdir(rooted(kRunFolder).c_str(), 0700);
    (void)::mkdir(marker.substr(0, marker.rfind('/')).c_str(), 0700);
    int fd = ::open(marker.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        return;
    }
    timespec end{};
    ::clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += patience_s;
    const timespec times[2] = {end, end};
    (void)::futimens(fd, times);
    ::close(fd);
}

int patience_of(const conf::Config& config, const BlockDevice& device) {
    int configured = config.globals().find_multipaths_timeout_s;
    if (configured >= 0) {
        return configured;
    }
    return config.known_hardware(device) ? -configured : 1;
}

std::string marker_of(const BlockDevice& device) {
    return rooted(std::string(kRunFolder) + "/find_multipaths/" + device.devt.str());
}

/// `facts` and what the filters and the WWID add to them.
ClaimFacts with_identity(ClaimFacts facts, FindMultipaths mode, const conf::Config& config,
                         const BlockDevice& device, Witness& daemon) {
    conf::PathPolicy policy = config.path_policy(device);
    facts.blacklisted = !config.filter_device(device, policy.uid_attribute).accepted ||
                        (device.usb && !config.globals().allow_usb_devices);
    if (facts.blacklisted) {
        return facts;
    }
    std::optional<Wwid> identity = wwid_of_device(config, device);
    facts.has_wwid = identity.has_value();
    if (!identity) {
        return facts;
    }
    const Wwid& wwid = *identity;
    facts.blacklisted = !config.filter_wwid(wwid).accepted;
    bool plain = wwid.str().find('/') == std::string::npos;
    facts.marked_failed =
        plain && ::access(rooted(std::string(kRunFolder) + "/failed_wwids/" + wwid.str()).c_str(),
                          F_OK) == 0;
    if (facts.blacklisted || facts.marked_failed || mode == FindMultipaths::greedy) {
        return facts;
    }
    std::string known = read_file(rooted(kWwidsFile)).value_or("");
    facts.wwid_known = engine::KnownWwids::parse(known).contains(wwid);
    facts.map_exists = !facts.wwid_known && map_exists(daemon, wwid);
    if (mode == FindMultipaths::smart && !facts.wwid_known && !facts.map_exists) {
        facts.second_path = has_second_path(daemon, device, wwid);
    }
    return facts;
}

std::string seconds_text(double left) {
    char text[40];
    (void)std::snprintf(text, sizeof(text), "%.6f", left);
    return text;
}

void settle_wait(ClaimResult& result, const BlockDevice& device, int patience_s) {
    std::string marker = marker_of(device);
    if (result.claim == Claim::maybe) {
        begin_wait(marker, patience_s);
    }
    std::optional<double> left = wait_left(marker);
    if (result.claim == Claim::maybe && (!left || *left <= 0)) {
        result.claim = Claim::not_valid;
        result.reason = "there is no time to wait for a second path";
    }
    if (left) {
        result.wait_until = result.claim == Claim::maybe ? seconds_text(*left) : "0";
    }
}

}  // namespace

ClaimResult judge_device(const Options& options, const Environment& environment) {
    SysfsTree sysfs(rooted("/sys"));
    ClaimFacts facts;
    facts.for_udev = options.mode == Mode::claim_path;
    std::string name = kernel_name_of(
        options.device.empty() ? value_of(environment, "DEVNAME") : options.device, sysfs);
    facts.bad_arguments = name.empty();
    ClaimResult result;
    Result<BlockDevice> device = read_device(sysfs, name);
    result.name = device ? device->name : name;
    facts.udev_device = device.has_value();
    std::shared_ptr<const conf::Config> config;
    FindMultipaths mode = FindMultipaths::strict;
    if (device) {
        if (facts.for_udev) {
            for (const std::pair<const std::string, std::string>& property : environment) {
                device->properties[property.first] = property.second;
            }
            device->udev_initialized = true;
        }
        facts.held_by_map = held_by_map(sysfs, *device);
        facts.is_disk = device->is_disk;
        facts.hidden = device->hidden;
        facts.released_before = value_of(environment, "DM_MULTIPATH_DEVICE_PATH") == "0";
    }
    if (device && !facts.held_by_map && facts.is_disk && !facts.hidden) {
        Witness daemon;
        facts.daemon_reachable = daemon.reachable();
        if (facts.daemon_reachable || !facts.for_udev) {
            config = read_configuration();
            mode = config->globals().find_multipaths;
            mode = options.ignore_wwids ? engine::without_wwids_file(mode) : mode;
            facts = with_identity(facts, mode, *config, *device, daemon);
            bool careful = mode == FindMultipaths::greedy || mode == FindMultipaths::smart;
            facts.in_use = careful && in_use(sysfs, *device);
            // The daemon can have taken it for its map since we looked.
            facts.held_by_map = facts.in_use && held_by_map(sysfs, *device);
            facts.waited = wait_left(marker_of(*device)).value_or(1) <= 0;
        }
    }
    engine::ClaimDecision decision = engine::decide_claim(mode, facts);
    result.claim = decision.claim;
    result.reason = decision.reason;
    if (config != nullptr && facts.for_udev) {
        settle_wait(result, *device, patience_of(*config, *device));
    }
    return result;
}

int claim_path(const Options& options, const Environment& environment) {
    ClaimResult result = judge_device(options, environment);
    if (result.claim == Claim::error) {
        complain(options,
                 (result.name.empty() ? options.device : result.name) + ": " + result.reason);
        return 1;
    }
    bool yes = result.claim != Claim::not_valid;
    if (options.mode == Mode::check_path) {
        std::printf("%s is%s a valid multipath device path\n", result.name.c_str(),
                    yes ? "" : " not");
        return yes ? 0 : 1;
    }
    if (!result.wait_until.empty()) {
        std::printf("FIND_MULTIPATHS_WAIT_UNTIL=\"%s\"\n", result.wait_until.c_str());
    }
    std::printf("DM_MULTIPATH_DEVICE_PATH=\"%d\"\n", result.claim == Claim::maybe ? 2
                                                     : yes                        ? 1
                                                                                  : 0);
    return 0;
}

}  // namespace mp::cli
