// SPDX-License-Identifier: GPL-2.0-or-later
// Bounds-checked big-endian readers over bytes that a device sent. A field outside the bytes reads
// as nothing: callers say what that means, nobody ever reads past the end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace mp::scsi {

using Bytes = std::span<const std::uint8_t>;

constexpr std::optional<std::uint8_t> u8_at(Bytes bytes, std::size_t at) {
    if (at >= bytes.size()) {
        return std::nullopt;
    }
    return bytes[at];
}

constexpr std::optional<std::uint16_t> u16_at(Bytes bytes, std::size_t at) {
    if (at > bytes.size() || bytes.size() - at < 2) {
        return std::nullopt;
    }
    return static_cast<std::uint16_t>(bytes[at] << 8U | bytes[at + 1]);
}

constexpr std::optional<std::uint32_t> u32_at(Bytes bytes, std::size_t at) {
    if (at > bytes.size() || bytes.size() - at < 4) {
        return std::nullopt;
    }
    return static_cast<std::uint32_t>(bytes[at]) << 24U |
           static_cast<std::uint32_t>(bytes[at + 1]) << 16U |
           static_cast<std::uint32_t>(bytes[at + 2]) << 8U |
           static_cast<std::uint32_t>(bytes[at + 3]);
}

constexpr std::optional<std::uint64_t> u64_at(Bytes bytes, std::size_t at) {
    std::optional<std::uint32_t> high = u32_at(bytes, at);
    if (!high || bytes.size() - at < 8) {
        return std::nullopt;
    }
    return static_cast<std::uint64_t>(*high) << 32U | *u32_at(bytes, at + 4);
}

/// For builders of commands: the byte of `value` that begins `shift` bits above its lowest one.
constexpr std::uint8_t byte_of(std::uint64_t value, unsigned shift) {
    return static_cast<std::uint8_t>(value >> shift);
}

/// Up to `length` bytes from `at`: shorter, or empty, when the bytes end before.
constexpr Bytes slice(Bytes bytes, std::size_t at, std::size_t length) {
    if (at >= bytes.size()) {
        return {};
    }
    std::size_t rest = bytes.size() - at;
    return bytes.subspan(at, length < rest ? length : rest);
}

/// A text field of a SCSI page or a sysfs attribute: up to the first NUL, blanks at both ends
/// removed, tabs and line ends inside read as blanks, other bytes outside 0x20..0x7e replaced by
/// '?'.
std::string text_field(Bytes field);
/// Two lower-case digits per byte.
std::string hex_text(Bytes bytes);

}  // namespace mp::scsi
