// SPDX-License-Identifier: GPL-2.0-or-later
// What does the configuration say, and what does it need to know of this system? Names of owners
// come from /etc/passwd and /etc/group as files: a statically linked tool has no name service, and
// a map's owner that only a directory server knows could not be resolved at boot either. They are
// read only when a file speaks of owners, and the kernel's list of modules only when one speaks of
// path selectors: udev calls this program for every disk.
#include "daemon/cli/configuration.h"

#include <algorithm>

#include "conf/schema/accounts.h"
#include "daemon/base/strings.h"
#include "daemon/cli/files.h"

namespace mp::cli {
namespace {

/// Each node has one distance to every other, and to itself.
unsigned online_nodes() {
    std::string online = read_file(rooted("/sys/devices/system/node/online")).value_or("");
    std::string_view first = split(split(trim(online), ',').front(), '-').front();
    std::string file = "/sys/devices/system/node/node" + std::string(first) + "/distance";
    std::string row = read_file(rooted(file)).value_or("");
    return std::max(1U, static_cast<unsigned>(split_words(row).size()));
}

/// Loaded, or where modprobe finds it: the kernel loads it for a table that names it.
bool has_numa_selector() {
    if (read_file(rooted("/sys/module/dm_numa_distance/refcnt"))) {
        return true;
    }
    std::string release = read_file(rooted("/proc/sys/kernel/osrelease")).value_or("");
    std::string folder = "/lib/modules/" + std::string(trim(release));
    for (const char* list : {"/modules.dep", "/modules.builtin"}) {
        if (read_file(rooted(folder + list)).value_or("").find("/dm-numa-distance.ko") !=
            std::string::npos) {
            return true;
        }
    }
    return false;
}

}  // namespace

conf::Environment read_environment(bool accounts, bool selectors) {
    conf::Environment environment;
    if (accounts) {
        environment.accounts = conf::parse_accounts(read_file(rooted("/etc/passwd")).value_or(""),
                                                    read_file(rooted("/etc/group")).value_or(""));
    }
    std::string nvme = read_file(rooted("/sys/module/nvme_core/parameters/multipath")).value_or("");
    environment.native_nvme_multipath = starts_with(nvme, "Y");
    std::string limit = read_file(rooted("/proc/sys/fs/nr_open")).value_or("");
    if (Result<std::uint64_t> number = parse_u64(trim(limit))) {
        environment.max_open_files = *number;
    }
    if (selectors) {
        environment.numa_nodes = online_nodes();
        environment.numa_selector = has_numa_selector();
    }
    return environment;
}

std::shared_ptr<const conf::Config> read_configuration() {
    std::vector<conf::ConfigFile> files;
    for (ConfigText& text : read_config_files()) {
        files.push_back({std::move(text.name), std::move(text.content)});
    }
    const auto speak_of = [&files](std::string_view word) {
        return std::ranges::any_of(files, [word](const conf::ConfigFile& file) {
            return file.content.find(word) != std::string::npos;
        });
    };
    const bool names_owners = speak_of("uid") || speak_of("gid");
    return conf::Config::build(files, read_environment(names_owners, speak_of("path_selector")));
}

}  // namespace mp::cli
