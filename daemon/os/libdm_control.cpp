// SPDX-License-Identifier: GPL-2.0-or-later
// Which maps exist, and which had an event?
//
// Arming and polling act on the open file (dm_poll and dev_arm_poll in Linux
// drivers/md/dm-ioctl.c), so the library's own descriptor is of no use and these two ioctls are
// done here directly. Listing is done here as well: the library changes names inside the reply and
// so moves the event numbers that stand behind them.
//
// The reply is a chain of struct dm_name_list: name, then aligned to 8 bytes the event number and a
// flag word, then aligned to 8 bytes the uuid if the flag says so.
#include "daemon/os/libdm_control.h"

#include <fcntl.h>
#include <linux/dm-ioctl.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <fstream>
#include <optional>

#include "daemon/base/strings.h"
#include "daemon/model/table.h"

namespace mp::os::libdm {
namespace {

constexpr const char* kControlPath = "/dev/mapper/control";
constexpr std::size_t kListBytes = 64U << 10U;     // about 500 maps
constexpr std::size_t kListBytesMax = 64U << 20U;  // more maps than minor numbers
constexpr std::uint32_t kMinorWithUuids = 45;
constexpr std::string_view kPrefix = model::kUuidPrefix;
constexpr std::uint32_t kFlagHasUuid = 1;  // DM_NAME_LIST_FLAG_HAS_UUID

dm_ioctl header(std::size_t bytes) {
    dm_ioctl head{};
    head.version[0] = DM_VERSION_MAJOR;
    head.data_size = static_cast<std::uint32_t>(bytes);
    head.data_start = sizeof(dm_ioctl);
    return head;
}

std::optional<unsigned> hex_digit(char c) {
    if (c >= '0' && c <= '9') {
        return static_cast<unsigned>(c - '0');
    }
    char low = static_cast<char>(c | 0x20);
    if (low >= 'a' && low <= 'f') {
        return static_cast<unsigned>(low - 'a' + 10);
    }
    return std::nullopt;
}

std::size_t aligned(std::size_t offset) {
    return (offset + 7U) & ~std::size_t{7U};
}

/// The text at `offset`, which must end inside `data`.
std::optional<std::string_view> text_at(const std::vector<char>& data, std::size_t offset) {
    if (offset >= data.size()) {
        return std::nullopt;
    }
    const char* begin = data.data() + offset;
    const void* end = std::memchr(begin, 0, data.size() - offset);
    if (end == nullptr) {
        return std::nullopt;
    }
    return std::string_view(begin, static_cast<std::size_t>(static_cast<const char*>(end) - begin));
}

std::string uuid_from_sysfs(DevT devt) {
    std::ifstream file("/sys/dev/block/" + devt.str() + "/dm/uuid");
    std::string uuid;
    std::getline(file, uuid);
    return uuid;
}

}  // namespace

std::string unmangle(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text.substr(i, 2) == "\\x" && i + 3 < text.size()) {
            std::optional<unsigned> high = hex_digit(text[i + 2]);
            std::optional<unsigned> low = hex_digit(text[i + 3]);
            if (high && low) {
                out += static_cast<char>(*high * 16 + *low);
                i += 3;
                continue;
            }
        }
        out += text[i];
    }
    return out;
}

Result<std::vector<ListedMap>> parse_list(const std::vector<char>& data, bool has_uuid) {
    std::vector<ListedMap> maps;
    std::size_t at = 0;
    // Without any map the kernel hands out nothing, or the beginning of an entry without a device.
    if ((data.empty() || data.size() == sizeof dm_name_list::dev) &&
        std::ranges::all_of(data, [](char byte) { return byte == 0; })) {
        return maps;
    }
    while (true) {
        dm_name_list entry{};
        if (at + sizeof entry > data.size()) {
            return fail(Errc::invalid, "list of maps ends inside an entry");
        }
        std::memcpy(&entry, data.data() + at, sizeof entry);
        if (entry.dev == 0) {
            return maps;
        }
        std::size_t name_at = at + offsetof(dm_name_list, name);
        std::optional<std::string_view> name = text_at(data, name_at);
        std::uint32_t words[2] = {0, 0};
        std::size_t words_at = name ? aligned(name_at + name->size() + 1 - at) + at : data.size();
        std::size_t words_bytes = has_uuid ? sizeof words : sizeof words[0];
        if (!name || words_at + words_bytes > data.size()) {
            return fail(Errc::invalid, "list of maps ends inside a name");
        }
        std::memcpy(words, data.data() + words_at, words_bytes);
        ListedMap map;
        map.name = unmangle(*name);
        map.devt = {gnu_dev_major(entry.dev), gnu_dev_minor(entry.dev)};
        map.event_nr = words[0];
        if (has_uuid && (words[1] & kFlagHasUuid) != 0) {
            std::size_t uuid_at = aligned(words_at + sizeof words - at) + at;
            std::optional<std::string_view> uuid = text_at(data, uuid_at);
            if (!uuid) {
                return fail(Errc::invalid, "list of maps ends inside a uuid");
            }
            map.uuid = unmangle(*uuid);
        }
        maps.push_back(std::move(map));
        if (entry.next == 0) {
            return maps;
        }
        at += entry.next;
    }
}

Result<Control> Control::open() {
    UniqueFd fd(::open(kControlPath, O_RDWR | O_CLOEXEC));
    if (!fd) {
        return fail_errno(errno, "open /dev/mapper/control");
    }
    return Control(std::move(fd));
}

Result<> Control::arm() {
    dm_ioctl head = header(sizeof(dm_ioctl));
    if (::ioctl(fd_.get(), DM_DEV_ARM_POLL, &head) != 0) {
        return fail_errno(errno, "arm the poll for device-mapper events");
    }
    return {};
}

Result<std::vector<ListedMap>> Control::list() const {
    for (std::size_t bytes = kListBytes; bytes <= kListBytesMax; bytes *= 4) {
        std::vector<char> buffer(bytes);
        dm_ioctl head = header(bytes);
        // Newer drivers add uuids when asked, and list only those that begin so.
        head.flags = DM_UUID_FLAG;
        std::memcpy(head.uuid, kPrefix.data(), kPrefix.size());
        std::memcpy(buffer.data(), &head, sizeof head);
        if (::ioctl(fd_.get(), DM_LIST_DEVICES, buffer.data()) != 0) {
            return fail_errno(errno, "list the maps");
        }
        std::memcpy(&head, buffer.data(), sizeof head);
        if ((head.flags & DM_BUFFER_FULL_FLAG) != 0) {
            continue;
        }
        std::size_t begin = std::min<std::size_t>(head.data_start, bytes);
        std::size_t end = std::clamp<std::size_t>(head.data_size, begin, bytes);
        bool has_uuid = head.version[1] >= kMinorWithUuids;
        MP_TRY(std::vector<ListedMap> maps,
               parse_list(std::vector<char>(buffer.begin() + static_cast<std::ptrdiff_t>(begin),
                                            buffer.begin() + static_cast<std::ptrdiff_t>(end)),
                          has_uuid));
        for (ListedMap& map : maps) {
            if (!has_uuid) {
                map.uuid = uuid_from_sysfs(map.devt);
            }
        }
        std::erase_if(maps, [](const ListedMap& map) { return !starts_with(map.uuid, kPrefix); });
        return maps;
    }
    return fail(Errc::limit, "the list of maps is too long");
}

}  // namespace mp::os::libdm
