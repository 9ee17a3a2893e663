// SPDX-License-Identifier: GPL-2.0-or-later
// Identities are distinct types, so that a path's number cannot be passed for a client's and a WWID
// is never mistaken for an alias.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

namespace mp {

/// World wide identifier of a logical unit: the name of the disk itself, equal on all its paths.
class Wwid {
public:
    Wwid() = default;
    explicit Wwid(std::string text) : text_(std::move(text)) {}
    const std::string& str() const { return text_; }
    bool empty() const { return text_.empty(); }
    auto operator<=>(const Wwid&) const = default;

private:
    std::string text_;
};

/// Kernel device number.
struct DevT {
    std::uint32_t major = 0;
    std::uint32_t minor = 0;
    auto operator<=>(const DevT&) const = default;
    std::string str() const { return std::to_string(major) + ":" + std::to_string(minor); }
};

/// SCSI host, channel, target, LUN.
struct Hctl {
    std::uint32_t host = 0;
    std::uint32_t channel = 0;
    std::uint32_t target = 0;
    std::uint64_t lun = 0;
    auto operator<=>(const Hctl&) const = default;
    std::string str() const {
        return std::to_string(host) + ":" + std::to_string(channel) + ":" + std::to_string(target) +
               ":" + std::to_string(lun);
    }
};

/// A number that names one thing of one kind; never reused while the daemon runs. 0 is "none".
template <class Tag>
struct Id {
    std::uint64_t value = 0;
    auto operator<=>(const Id&) const = default;
    explicit operator bool() const { return value != 0; }
};

using PathId = Id<struct PathTag>;      ///< one life of one block device as a path
using MapId = Id<struct MapTag>;        ///< one map as the engine knows it
using OpId = Id<struct OpTag>;          ///< one asynchronous operation of a port
using ClientId = Id<struct ClientTag>;  ///< one pending request of a control client

}  // namespace mp

template <>
struct std::hash<mp::Wwid> {
    std::size_t operator()(const mp::Wwid& wwid) const noexcept {
        return std::hash<std::string>{}(wwid.str());
    }
};
template <>
struct std::hash<mp::DevT> {
    std::size_t operator()(const mp::DevT& dev) const noexcept {
        return (static_cast<std::size_t>(dev.major) << 20) ^ dev.minor;
    }
};
template <class Tag>
struct std::hash<mp::Id<Tag>> {
    std::size_t operator()(const mp::Id<Tag>& id) const noexcept { return id.value; }
};
