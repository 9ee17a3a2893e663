// SPDX-License-Identifier: GPL-2.0-or-later
// A descriptor of our own on /dev/mapper/control: readable when a map had an event since it was
// last armed, and the one ioctl that lists all maps with their event numbers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/ids.h"
#include "daemon/base/result.h"
#include "daemon/os/unique_fd.h"

namespace mp::os::libdm {

/// A multipath map as the list shows it.
struct ListedMap {
    std::string name;
    std::string uuid;
    DevT devt;
    std::uint32_t event_nr = 0;
    auto operator<=>(const ListedMap&) const = default;
};

class Control {
public:
    /// Errors: gone, denied: no device-mapper.
    static Result<Control> open();
    int fd() const { return fd_.get(); }
    /// Readable again only for events from now on. Does not block.
    Result<> arm();
    /// All maps whose uuid begins with "mpath-". Any thread.
    Result<std::vector<ListedMap>> list() const;

private:
    explicit Control(UniqueFd fd) : fd_(std::move(fd)) {}
    UniqueFd fd_;
};

/// Names and uuids in the kernel have odd characters as \xNN.
std::string unmangle(std::string_view text);

/// The reply of DM_LIST_DEVICES behind its header. `has_uuid`: the driver adds uuids (4.45 and
/// newer); entries without stay without. Refuses a list that points outside itself.
Result<std::vector<ListedMap>> parse_list(const std::vector<char>& data, bool has_uuid);

}  // namespace mp::os::libdm
