// SPDX-License-Identifier: GPL-2.0-or-later
// Moves bytes from two netlink sockets to facts/transport_notice and posts what it makes of them.
// Messages of others than the kernel are dropped. A burst is read up to a limit, then the loop
// turns; all hints of one burst that something changed are one. A socket that has lost messages
// says so, and everything may have changed.
#include "daemon/os/transport_events.h"

#include <errno.h>
#include <linux/netlink.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cstring>
#include <functional>

#include "daemon/facts/transport_notice.h"
#include "daemon/os/unique_fd.h"

namespace mp::os {

namespace {

using model::event::TransportNotice;

constexpr std::size_t kMessageMax = 16384;
constexpr int kMessagesAtOnce = 64;
constexpr std::uint32_t kFcGroup = 1U << 2U;     // SCSI_NL_GRP_FC_EVENTS
constexpr std::uint32_t kIscsiGroup = 1U << 0U;  // ISCSI_NL_GRP_ISCSID

UniqueFd open_group(int protocol, std::uint32_t groups) {
    UniqueFd fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol));
    sockaddr_nl address{};
    address.nl_family = AF_NETLINK;
    address.nl_groups = groups;
    if (fd.get() < 0 ||
        ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        return UniqueFd();
    }
    return fd;
}

}  // namespace

struct TransportEvents::Impl {
    struct Source {
        int protocol;
        std::uint32_t group;
        const char* sign;  ///< directory of sysfs that is there when the transport is
        UniqueFd fd{};
    };

    Impl(EventLoop& loop_in, ports::EventSink& sink_in, std::shared_ptr<const SysDir> sysfs_in,
         Duration retry_in)
        : loop(loop_in),
          sink(sink_in),
          sysfs(std::move(sysfs_in)),
          retry(retry_in),
          timer(loop, [this] { open_missing(); }) {
        open_missing();
    }
    ~Impl() {
        for (Source& source : sources) {
            close(source);
        }
    }

    void open_missing() {
        bool missing = false;
        for (Source& source : sources) {
            if (source.fd.get() >= 0) {
                continue;
            }
            if (sysfs->list(source.sign)) {
                source.fd = open_group(source.protocol, source.group);
            }
            if (source.fd.get() >= 0 &&
                !loop.watch_fd(source.fd.get(), EPOLLIN,
                               [this, &source](std::uint32_t) { drain(source); })) {
                source.fd = UniqueFd();
            }
            missing = missing || source.fd.get() < 0;
        }
        timer.set(missing ? EventLoop::now() + retry : kNever);
    }
    void close(Source& source) {
        if (source.fd.get() >= 0) {
            loop.unwatch_fd(source.fd.get());
            source.fd = UniqueFd();
        }
    }

    void drain(Source& source) {
        bool changed = false;
        for (int i = 0; i < kMessagesAtOnce; ++i) {
            alignas(nlmsghdr) std::array<std::uint8_t, kMessageMax> buffer;
            sockaddr_nl from{};
            socklen_t from_size = sizeof from;
            ssize_t size = ::recvfrom(source.fd.get(), buffer.data(), buffer.size(), 0,
                                      reinterpret_cast<sockaddr*>(&from), &from_size);
            if (size < 0 && errno == ENOBUFS) {
                changed = true;  // messages were lost
                continue;
            }
            if (size <= 0) {
                bool gone = size == 0 || (errno != EAGAIN && errno != EINTR);
                if (gone) {
                    close(source);
                    timer.set(EventLoop::now() + retry);
                }
                break;
            }
            if (from_size == sizeof from && from.nl_pid == 0) {
                changed = read({buffer.data(), static_cast<std::size_t>(size)}) || changed;
            }
        }
        if (changed) {
            sink.post(TransportNotice{});
        }
    }

    // True: something changed, nobody says where.
    bool read(scsi::Bytes bytes) {
        bool changed = false;
        while (bytes.size() >= sizeof(nlmsghdr)) {
            nlmsghdr header{};
            std::memcpy(&header, bytes.data(), sizeof header);
            if (header.nlmsg_len < sizeof header || header.nlmsg_len > bytes.size()) {
                break;
            }
            scsi::Bytes payload =
                bytes.first(header.nlmsg_len)
                    .subspan(std::min<std::size_t>(NLMSG_HDRLEN, header.nlmsg_len));
            std::vector<TransportNotice> notices = facts::parse_fc_event(payload);
            for (TransportNotice& notice : notices) {
                sink.post(std::move(notice));
            }
            changed = changed || (notices.empty() && facts::is_iscsi_change(header.nlmsg_type));
            bytes =
                bytes.subspan(std::min<std::size_t>(NLMSG_ALIGN(header.nlmsg_len), bytes.size()));
        }
        return changed;
    }

    EventLoop& loop;
    ports::EventSink& sink;
    std::shared_ptr<const SysDir> sysfs;
    Duration retry;
    std::array<Source, 2> sources{Source{NETLINK_SCSITRANSPORT, kFcGroup, "/class/fc_host", {}},
                                  Source{NETLINK_ISCSI, kIscsiGroup, "/class/iscsi_transport", {}}};
    EventLoop::Timer timer;
};

TransportEvents::TransportEvents(EventLoop& loop, ports::EventSink& sink,
                                 std::shared_ptr<const SysDir> sysfs, Duration retry)
    : impl_(std::make_unique<Impl>(loop, sink, std::move(sysfs), retry)) {}
TransportEvents::~TransportEvents() = default;

}  // namespace mp::os
