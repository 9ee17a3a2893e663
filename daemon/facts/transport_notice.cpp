// SPDX-License-Identifier: GPL-2.0-or-later
// Which of the kernel's transport messages mean something to us? FC hosts tell of links, of changes
// of the fabric and of its notifications; of these the descriptors on link integrity, delivery,
// peer congestion and congestion are read, as far as they are whole. Everything here comes from the
// kernel, but part of it the fabric has written: no length is believed.
#include "daemon/facts/transport_notice.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <string>

namespace mp::facts {

namespace {

using model::event::TransportNotice;
using Kind = TransportNotice::Kind;
using scsi::Bytes;

// struct scsi_nl_hdr and struct fc_nl_event.
constexpr std::uint8_t kVersion = 1;
constexpr std::uint8_t kTransportFc = 1;
constexpr std::uint16_t kMagic = 0xa1b2;
constexpr std::uint16_t kAsyncEvent = 0x0100;
constexpr std::size_t kMagicAt = 2;
constexpr std::size_t kTypeAt = 4;
constexpr std::size_t kHostAt = 24;
constexpr std::size_t kLengthAt = 26;
constexpr std::size_t kCodeAt = 32;
constexpr std::size_t kDataAt = 36;

// enum fc_host_event_code.
constexpr std::uint32_t kLip = 0x1;
constexpr std::uint32_t kLinkUp = 0x2;
constexpr std::uint32_t kLinkDown = 0x3;
constexpr std::uint32_t kLipReset = 0x4;
constexpr std::uint32_t kRscn = 0x5;
constexpr std::uint32_t kPortOffline = 0x201;
constexpr std::uint32_t kPortOnline = 0x202;
constexpr std::uint32_t kFpin = 0x501;
constexpr std::uint32_t kFpinAcknowledged = 0x502;

// FPIN: command, length of the descriptors, descriptors of tag, length, value.
constexpr std::uint8_t kFpinCommand = 0x16;
constexpr std::size_t kDescriptorsAt = 8;
constexpr std::size_t kValueAt = 8;
constexpr std::uint32_t kLinkIntegrity = 0x00020001;
constexpr std::uint32_t kDelivery = 0x00020002;
constexpr std::uint32_t kPeerCongestion = 0x00020003;
constexpr std::uint32_t kCongestion = 0x00020004;
constexpr std::size_t kAttachedPortAt = 16;
constexpr std::size_t kPortsMax = 256;  // of one notice

template <class Number>
std::optional<Number> native_at(Bytes bytes, std::size_t at) {
    if (at > bytes.size() || bytes.size() - at < sizeof(Number)) {
        return std::nullopt;
    }
    Number number{};
    std::memcpy(&number, bytes.data() + at, sizeof number);
    return number;
}

std::string wwpn(std::uint64_t number) {
    return fmt::format("0x{:016x}", number);
}

// The port at the other end of the link, and those that a list at `at` names.
std::vector<std::string> ports_of(Bytes descriptor, std::optional<std::size_t> at) {
    std::vector<std::string> ports;
    if (std::optional<std::uint64_t> attached = scsi::u64_at(descriptor, kAttachedPortAt)) {
        ports.push_back(wwpn(*attached));
    }
    std::size_t count = at ? scsi::u32_at(descriptor, *at).value_or(0) : 0;
    for (std::size_t i = 0; i < std::min(count, kPortsMax); ++i) {
        std::optional<std::uint64_t> port = scsi::u64_at(descriptor, *at + 4 + 8 * i);
        if (!port) {
            break;
        }
        ports.push_back(wwpn(*port));
    }
    return ports;
}

std::optional<TransportNotice> notice_of(Bytes descriptor) {
    constexpr std::size_t kIntegrityListAt = 36;
    constexpr std::size_t kPeerListAt = 32;
    TransportNotice notice;
    switch (scsi::u32_at(descriptor, 0).value_or(0)) {
        case kLinkIntegrity:
            notice.kind = Kind::link_integrity;
            notice.ports = ports_of(descriptor, kIntegrityListAt);
            break;
        case kDelivery:
            notice.kind = Kind::delivery;
            notice.ports = ports_of(descriptor, std::nullopt);
            break;
        case kPeerCongestion:
            notice.kind = Kind::congestion;
            notice.ports = ports_of(descriptor, kPeerListAt);
            break;
        case kCongestion:  // of the host's own port
            notice.kind = Kind::congestion;
            return notice;
        default:
            return std::nullopt;
    }
    // Without a name it would concern everything.
    return notice.ports.empty() ? std::nullopt : std::optional(notice);
}

std::vector<TransportNotice> parse_fpin(Bytes data) {
    std::vector<TransportNotice> notices;
    std::optional<std::uint32_t> total = scsi::u32_at(data, 4);
    if (data.empty() || data[0] != kFpinCommand || !total) {
        return notices;
    }
    Bytes left = data.subspan(kDescriptorsAt);
    left = left.first(std::min<std::size_t>(left.size(), *total));
    while (std::optional<std::uint32_t> length = scsi::u32_at(left, 4)) {
        if (left.size() - kValueAt < *length) {
            break;
        }
        if (std::optional<TransportNotice> notice = notice_of(left.first(kValueAt + *length))) {
            notices.push_back(std::move(*notice));
        }
        left = left.subspan(kValueAt + *length);
    }
    return notices;
}

}  // namespace

std::vector<TransportNotice> parse_fc_event(Bytes payload) {
    std::optional<std::uint32_t> code = native_at<std::uint32_t>(payload, kCodeAt);
    if (!code || payload[0] != kVersion || payload[1] != kTransportFc ||
        native_at<std::uint16_t>(payload, kMagicAt) != kMagic ||
        native_at<std::uint16_t>(payload, kTypeAt) != kAsyncEvent) {
        return {};
    }
    std::vector<TransportNotice> notices;
    switch (*code) {
        case kLinkDown:
            notices.push_back({Kind::link_down, "", {}});
            break;
        case kLinkUp:
            notices.push_back({Kind::link_up, "", {}});
            break;
        case kLip:
        case kLipReset:
        case kRscn:
        case kPortOffline:
        case kPortOnline:
            notices.push_back({Kind::changed, "", {}});
            break;
        case kFpin:
        case kFpinAcknowledged: {
            std::size_t length = *native_at<std::uint16_t>(payload, kLengthAt);
            Bytes data = payload.subspan(std::min(kDataAt, payload.size()));
            notices = parse_fpin(data.first(std::min(length, data.size())));
            break;
        }
        default:
            break;
    }
    for (TransportNotice& notice : notices) {
        notice.adapter = fmt::format("host{}", *native_at<std::uint16_t>(payload, kHostAt));
    }
    return notices;
}

bool is_iscsi_change(std::uint16_t message_type) {
    constexpr std::uint16_t kConnectionError = 102;
    constexpr std::uint16_t kInterfaceError = 103;
    constexpr std::uint16_t kDestroySession = 104;
    constexpr std::uint16_t kUnbindSession = 105;
    constexpr std::uint16_t kCreateSession = 106;
    constexpr std::uint16_t kInterfaceDown = 108;
    constexpr std::uint16_t kLoginState = 109;
    constexpr std::uint16_t kHostEvent = 110;
    for (std::uint16_t type : {kConnectionError, kInterfaceError, kDestroySession, kUnbindSession,
                               kCreateSession, kInterfaceDown, kLoginState, kHostEvent}) {
        if (message_type == type) {
            return true;
        }
    }
    return false;
}

}  // namespace mp::facts
