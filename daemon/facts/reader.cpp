// SPDX-License-Identifier: GPL-2.0-or-later
// How is a sysfs attribute turned into a value? Text is trimmed and made printable, numbers are
// whole numbers or nothing. Device paths are taken apart into components, because the kernel nests
// devices in a fixed way and most facts are found by climbing from the disk to what it hangs on.
#include "daemon/facts/reader.h"

#include <algorithm>
#include <span>

#include "daemon/base/strings.h"
#include "daemon/scsi/bytes.h"

namespace mp::facts {
namespace {

constexpr std::size_t kTextMax = 4096;

bool digit(char c) {
    return c >= '0' && c <= '9';
}

}  // namespace

std::vector<std::uint8_t> read_bytes(const SysTree& tree, const std::string& path) {
    std::optional<std::string> content = tree.read(path);
    return content ? std::vector<std::uint8_t>(content->begin(), content->end())
                   : std::vector<std::uint8_t>{};
}

std::string read_text(const SysTree& tree, const std::string& path) {
    std::vector<std::uint8_t> bytes = read_bytes(tree, path);
    return scsi::text_field(scsi::slice(bytes, 0, kTextMax));
}

std::optional<std::int64_t> read_number(const SysTree& tree, const std::string& path) {
    Result<std::int64_t> number = parse_i64(read_text(tree, path));
    return number ? std::optional(*number) : std::nullopt;
}

std::vector<Component> components_of(std::string_view path) {
    std::vector<Component> out;
    std::size_t begin = 1;
    while (begin < path.size()) {
        std::size_t end = std::min(path.find('/', begin), path.size());
        out.push_back({.name = std::string(path.substr(begin, end - begin)),
                       .path = std::string(path.substr(0, end))});
        begin = end + 1;
    }
    return out;
}

const Component* find_numbered(const std::vector<Component>& components, std::string_view prefix) {
    for (std::size_t i = components.size(); i > 0; --i) {
        const Component& one = components[i - 1];
        if (starts_with(one.name, prefix) && one.name.size() > prefix.size() &&
            digit(one.name[prefix.size()])) {
            return &one;
        }
    }
    return nullptr;
}

}  // namespace mp::facts
