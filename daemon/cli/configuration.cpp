// SPDX-License-Identifier: GPL-2.0-or-later
// What does the configuration say, and what does it need to know of this system? Names of owners
// come from /etc/passwd and /etc/group as files: a statically linked tool has no name service, and
// a map's owner that only a directory server knows could not be resolved at boot either. They are
// read only when a file speaks of owners.
#include "daemon/cli/configuration.h"

#include <algorithm>

#include "daemon/base/strings.h"
#include "daemon/cli/files.h"

namespace mp::cli {

std::map<std::string, std::uint32_t, std::less<>> parse_accounts(std::string_view text) {
    std::map<std::string, std::uint32_t, std::less<>> accounts;
    for (std::string_view line : split(text, '\n')) {
        std::vector<std::string_view> fields = split(line, ':');
        Result<std::uint64_t> number = fields.size() > 2 ? parse_u64(fields[2]) : parse_u64("");
        if (number && *number <= 0xffffffff && !fields[0].empty()) {
            accounts.emplace(fields[0], static_cast<std::uint32_t>(*number));
        }
    }
    return accounts;
}

std::shared_ptr<const conf::Config> read_configuration() {
    std::vector<conf::ConfigFile> files;
    for (ConfigText& text : read_config_files()) {
        files.push_back({std::move(text.name), std::move(text.content)});
    }
    bool names_owners = std::ranges::any_of(files, [](const conf::ConfigFile& file) {
        return file.content.find("uid") != std::string::npos ||
               file.content.find("gid") != std::string::npos;
    });
    conf::Environment environment;
    if (names_owners) {
        environment.accounts.users = parse_accounts(read_file(rooted("/etc/passwd")).value_or(""));
        environment.accounts.groups = parse_accounts(read_file(rooted("/etc/group")).value_or(""));
    }
    std::string nvme = read_file(rooted("/sys/module/nvme_core/parameters/multipath")).value_or("");
    environment.native_nvme_multipath = starts_with(nvme, "Y");
    std::string limit = read_file(rooted("/proc/sys/fs/nr_open")).value_or("");
    if (Result<std::uint64_t> number = parse_u64(trim(limit))) {
        environment.max_open_files = *number;
    }
    return conf::Config::build(files, environment);
}

}  // namespace mp::cli
