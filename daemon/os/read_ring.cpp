// SPDX-License-Identifier: GPL-2.0-or-later
// How are sectors read without a thread each? io_uring (io_uring_setup(2)): the reactor submits all
// reads of one turn with one call and learns of completions through one registered eventfd.
//
// A read that never completes keeps its slot and its buffer and nothing else. When the daemon
// leaves, buffers of such reads are left to the process: the kernel may still write to them.
#include "daemon/os/read_ring.h"

#include <liburing.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <unordered_map>
#include <utility>
#include <vector>

#include "daemon/os/device_file.h"
#include "daemon/os/unique_fd.h"

namespace mp::os {

namespace {

struct Read {
    model::ReadBlocks what;
    std::unique_ptr<AlignedBuffer> buffer;
};

// Buffers that the kernel may still write to; reachable, so that leak checkers stay quiet.
std::vector<std::unique_ptr<AlignedBuffer>>& left_to_the_kernel() {
    static auto* const buffers = new std::vector<std::unique_ptr<AlignedBuffer>>();
    return *buffers;
}

}  // namespace

struct ReadRing::Impl : std::enable_shared_from_this<ReadRing::Impl> {
    EventLoop& loop;
    Done done;
    io_uring ring{};
    bool ring_ready = false;
    UniqueFd event;
    std::unordered_map<std::uint64_t, Read> reads;
    bool flush_deferred = false;

    Impl(EventLoop& the_loop, Done the_done) : loop(the_loop), done(std::move(the_done)) {}
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;
    ~Impl() {
        if (event) {
            loop.unwatch_fd(event.get());
        }
        if (ring_ready) {
            ::io_uring_queue_exit(&ring);
        }
        for (auto& [token, read] : reads) {
            left_to_the_kernel().push_back(std::move(read.buffer));
        }
    }

    // An entry for one request; the submission queue is flushed when it is full.
    io_uring_sqe* entry() {
        io_uring_sqe* sqe = ::io_uring_get_sqe(&ring);
        if (sqe == nullptr) {
            ::io_uring_submit(&ring);
            sqe = ::io_uring_get_sqe(&ring);
        }
        return sqe;
    }

    void flush_later() {
        if (flush_deferred) {
            return;
        }
        flush_deferred = true;
        loop.defer([weak = weak_from_this()] {
            if (const std::shared_ptr<Impl> self = weak.lock()) {
                self->flush_deferred = false;
                ::io_uring_submit(&self->ring);
            }
        });
    }

    void reap() {
        std::uint64_t count = 0;
        [[maybe_unused]] const ssize_t got = ::read(event.get(), &count, sizeof count);
        const std::shared_ptr<Impl> keep = shared_from_this();
        io_uring_cqe* cqe = nullptr;
        while (::io_uring_peek_cqe(&ring, &cqe) == 0 && cqe != nullptr) {
            const std::uint64_t token = ::io_uring_cqe_get_data64(cqe);
            const int outcome = cqe->res;
            ::io_uring_cqe_seen(&ring, cqe);
            const auto found = reads.find(token);
            if (found == reads.end()) {
                continue;  // the answer to a cancel request
            }
            const Read read = std::move(found->second);
            reads.erase(found);
            done(token, read_outcome(outcome, read.buffer->data(), read.what));
        }
    }
};

ReadRing::ReadRing(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
ReadRing::~ReadRing() = default;

Result<std::unique_ptr<ReadRing>> ReadRing::create(EventLoop& loop, Done done) {
    auto impl = std::make_shared<Impl>(loop, std::move(done));
    int rc = ::io_uring_queue_init(kReadsMax, &impl->ring, IORING_SETUP_CLAMP);
    if (rc < 0) {
        return fail_errno(-rc, "set up io_uring");
    }
    impl->ring_ready = true;
    UniqueFd event(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!event) {
        return fail_errno(errno, "eventfd of io_uring");
    }
    rc = ::io_uring_register_eventfd(&impl->ring, event.get());
    if (rc < 0) {
        return fail_errno(-rc, "register the eventfd of io_uring");
    }
    Impl* const raw = impl.get();
    MP_CHECK(loop.watch_fd(event.get(), EPOLLIN, [raw](std::uint32_t) { raw->reap(); }));
    impl->event = std::move(event);
    return std::unique_ptr<ReadRing>(new ReadRing(std::move(impl)));
}

Result<> ReadRing::submit(std::uint64_t token, int fd, const model::ReadBlocks& read) {
    if (read.length == 0 || read.length > kTransferMax) {
        return fail(Errc::invalid, "length of a direct read");
    }
    if (impl_->reads.size() >= kReadsMax) {
        return fail(Errc::limit, "all places of the ring are taken");
    }
    io_uring_sqe* const sqe = impl_->entry();
    if (sqe == nullptr) {
        return fail(Errc::limit, "the submission queue is full");
    }
    auto buffer = std::make_unique<AlignedBuffer>(read.length);
    ::io_uring_prep_read(sqe, fd, buffer->data(), read.length, read.offset_bytes);
    ::io_uring_sqe_set_data64(sqe, token);
    impl_->reads.emplace(token, Read{read, std::move(buffer)});
    impl_->flush_later();
    return {};
}

void ReadRing::cancel(std::uint64_t token) {
    if (impl_->reads.count(token) == 0) {
        return;
    }
    io_uring_sqe* const sqe = impl_->entry();
    if (sqe != nullptr) {
        ::io_uring_prep_cancel64(sqe, token, 0);
        ::io_uring_sqe_set_data64(sqe, 0);
        impl_->flush_later();
    }
}

}  // namespace mp::os
