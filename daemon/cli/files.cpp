// SPDX-License-Identifier: GPL-2.0-or-later
// Which files does a tool read without the daemon? The configuration, and text files of sysfs and
// udev when udev asks about one device. Everything is read whole, in one go, and bounded.
#include "daemon/cli/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>

#include "daemon/base/strings.h"

namespace mp::cli {

std::string rooted(const std::string& path) {
    // A set-uid caller does not exist for these tools, so the environment may be believed.
    const char* root = std::getenv("SHORTPATH_ROOT");
    return root == nullptr ? path : root + path;
}

std::optional<std::string> read_file(const std::string& path) {
    constexpr std::size_t kFileMaxBytes = 16 * 1024 * 1024;
    int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        return std::nullopt;
    }
    std::string content;
    std::array<char, 16384> buffer;
    ssize_t got = 0;
    while (content.size() <= kFileMaxBytes) {
        got = ::read(fd, buffer.data(), buffer.size());
        if (got > 0) {
            content.append(buffer.data(), static_cast<std::size_t>(got));
        } else if (got == 0 || errno != EINTR) {
            break;
        }
    }
    ::close(fd);
    if (got < 0 || content.size() > kFileMaxBytes) {
        return std::nullopt;
    }
    return content;
}

std::vector<std::string> list_folder(const std::string& path) {
    std::vector<std::string> names;
    DIR* folder = ::opendir(path.c_str());
    if (folder == nullptr) {
        return names;
    }
    while (const dirent* entry = ::readdir(folder)) {
        std::string name = entry->d_name;
        if (name != "." && name != "..") {
            names.push_back(std::move(name));
        }
    }
    ::closedir(folder);
    std::ranges::sort(names);
    return names;
}

std::vector<ConfigText> read_config_files() {
    std::vector<ConfigText> files;
    const std::string main_file = "/etc/multipath.conf";
    const std::string drop_ins = "/etc/multipath/conf.d";
    if (std::optional<std::string> content = read_file(rooted(main_file))) {
        files.push_back({main_file, std::move(*content)});
    }
    for (const std::string& name : list_folder(rooted(drop_ins))) {
        if (name.front() == '.' || !ends_with(name, ".conf")) {
            continue;
        }
        std::string path = drop_ins + "/" + name;
        if (std::optional<std::string> content = read_file(rooted(path))) {
            files.push_back({path, std::move(*content)});
        }
    }
    return files;
}

}  // namespace mp::cli
