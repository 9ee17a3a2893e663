// SPDX-License-Identifier: GPL-2.0-or-later
// What happens when no daemon runs? The same engine runs once, in this process' place. It is
// another program because it needs device-mapper and udev, and the tools start faster without them.
// It is looked for beside this program first, so that a build tree and an initramfs use their own.
#include "daemon/cli/once.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "daemon/cli/requests.h"

namespace mp::cli {
namespace {

std::string own_folder() {
    std::array<char, 4096> path;
    ssize_t length = ::readlink("/proc/self/exe", path.data(), path.size());
    if (length <= 0) {
        return "";
    }
    std::string file(path.data(), static_cast<std::size_t>(length));
    return file.substr(0, file.rfind('/') + 1);
}

}  // namespace

int run_once(const Options& options, const std::vector<std::string>& arguments) {
    std::vector<std::string> words = {"multipathd", "--once"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (std::string& word : words) {
        argv.push_back(word.data());
    }
    argv.push_back(nullptr);
    int code = ENOENT;
    for (const std::string& folder :
         {own_folder(), std::string("/usr/sbin/"), std::string("/sbin/")}) {
        if (!folder.empty()) {
            ::execv((folder + "multipathd").c_str(), argv.data());
            code = errno == ENOENT ? code : errno;
        }
    }
    complain(options, std::string("no daemon runs, and multipathd cannot be started: ") +
                          std::strerror(code));
    return 1;
}

}  // namespace mp::cli
