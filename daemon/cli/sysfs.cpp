// SPDX-License-Identifier: GPL-2.0-or-later
// What do the kernel and udev say of a device, without a library? sysfs is a tree of small files.
// udev's database is one text file per device whose lines begin with a letter: E is a property, I
// the time at which udev was done with the device. Reading it directly saves a tool that runs for
// every disk from loading libudev.
#include "daemon/cli/sysfs.h"

#include <cstdlib>

#include "daemon/base/strings.h"
#include "daemon/cli/files.h"

namespace mp::cli {

std::optional<std::string> SysfsTree::read(const std::string& path) const {
    std::optional<std::string> content = read_file(root_ + path);
    if (content && content->size() > facts::kAttributeBytesMax) {
        content->resize(facts::kAttributeBytesMax);
    }
    return content;
}

std::vector<std::string> SysfsTree::list(const std::string& dir) const {
    return list_folder(root_ + dir);
}

std::optional<std::string> SysfsTree::link(const std::string& path) const {
    char* root = ::realpath(root_.c_str(), nullptr);
    char* target = ::realpath((root_ + path).c_str(), nullptr);
    std::string real_root = root == nullptr ? "" : root;
    std::string real_target = target == nullptr ? "" : target;
    std::free(root);
    std::free(target);
    if (real_target.empty() || real_root.empty() || !starts_with(real_target, real_root + "/")) {
        return std::nullopt;
    }
    return real_target.substr(real_root.size());
}

UdevRecord parse_udev_record(std::string_view text) {
    UdevRecord record;
    for (std::string_view line : split(text, '\n')) {
        if (starts_with(line, "I:")) {
            record.initialized = true;
        }
        std::size_t equals = line.find('=');
        if (starts_with(line, "E:") && equals != std::string_view::npos && equals > 2) {
            record.properties.emplace(line.substr(2, equals - 2), line.substr(equals + 1));
        }
    }
    return record;
}

UdevRecord read_udev_record(DevT device) {
    return parse_udev_record(read_file(rooted("/run/udev/data/b" + device.str())).value_or(""));
}

}  // namespace mp::cli
