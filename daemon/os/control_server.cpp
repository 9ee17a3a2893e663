// SPDX-License-Identifier: GPL-2.0-or-later
// Who talks to clients? One thread with one epoll and non-blocking sockets. Every client has its
// own bounded buffers and its own deadlines, so one that floods, sends garbage, or never reads its
// reply hurts only itself: it is not read from while an answer to it is outstanding, and it is
// dropped when it makes no progress, or first when the replies of all clients together are too
// many.
//
// A request that stays incomplete for too long is answered "timeout" and the connection closed; a
// length that cannot be is answered by closing alone. A client that has shut down its sending side
// still gets the answer that it waits for.
#include "daemon/os/control_server.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <map>
#include <mutex>

#include "daemon/os/frame.h"
#include "daemon/os/late_systemd.h"
#include "daemon/os/thread.h"

namespace mp::os {

namespace {

constexpr int kBacklog = 128;
constexpr std::size_t kReplyBytesMax = 32U * 1024U * 1024U;
// Rendering needs more stack than a lane.
constexpr std::size_t kQueryStackBytes = 512U * 1024U;
constexpr std::uint64_t kWakeTag = 0;
constexpr Duration kAcceptAgainAfter = milliseconds(200);
constexpr std::uint32_t kIn = EPOLLIN;
constexpr std::uint32_t kOut = EPOLLOUT;
constexpr std::uint32_t kGone = EPOLLERR | EPOLLHUP;

Result<UniqueFd> listen_on(const sockaddr_un& address, socklen_t length) {
    UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd) {
        return fail_errno(errno, "cannot make a control socket");
    }
    if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), length) != 0 ||
        ::listen(fd.get(), kBacklog) != 0) {
        return errno == EADDRINUSE
                   ? Result<UniqueFd>(fail(Errc::busy, "the control socket is in use"))
                   : Result<UniqueFd>(fail_errno(errno, "cannot listen on a control socket"));
    }
    return fd;
}

Result<UniqueFd> listen_abstract(const std::string& name) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (name.size() + 1 > sizeof address.sun_path) {
        return fail(Errc::invalid, "the abstract socket name is too long");
    }
    std::memcpy(&address.sun_path[1], name.data(), name.size());
    return listen_on(address,
                     static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size()));
}

// A socket file left by a killed daemon is in the way of bind; the pid file's lock has already made
// sure that its owner is gone.
Result<UniqueFd> listen_path(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) {
        return fail(Errc::invalid, "the socket path is too long");
    }
    std::memcpy(address.sun_path, path.data(), path.size());
    ::unlink(path.c_str());
    MP_TRY(UniqueFd fd, listen_on(address, sizeof address));
    ::chmod(path.c_str(), 0666);
    return fd;
}

bool is_listener(int fd) {
    const auto option = [fd](int name) {
        int value = -1;
        socklen_t length = sizeof value;
        return ::getsockopt(fd, SOL_SOCKET, name, &value, &length) == 0 ? value : -1;
    };
    return option(SO_DOMAIN) == AF_UNIX && option(SO_TYPE) == SOCK_STREAM &&
           option(SO_ACCEPTCONN) == 1;
}

// sd_listen_fds(3). What cannot be understood counts as nothing passed: the daemon has to run.
std::vector<UniqueFd> passed_listeners(std::vector<std::string>& problems) {
    std::vector<UniqueFd> listeners;
    int passed = sd_listen_fds(1);
    if (passed < 0) {
        problems.push_back(std::string("LISTEN_PID and LISTEN_FDS make no sense (") +
                           std::strerror(-passed) + "): no sockets are taken from them");
    }
    for (int i = 0; i < passed; ++i) {
        UniqueFd fd(SD_LISTEN_FDS_START + i);
        if (is_listener(fd.get())) {
            listeners.push_back(std::move(fd));
        } else {
            problems.push_back("descriptor " + std::to_string(fd.get()) +
                               " was passed and is not a local socket that listens: it is closed");
        }
    }
    return listeners;
}

Result<std::vector<UniqueFd>> open_listeners(const ControlServer::Options& options) {
    std::vector<UniqueFd> listeners;
    if (!options.abstract_name.empty()) {
        MP_TRY(UniqueFd fd, listen_abstract(options.abstract_name));
        listeners.push_back(std::move(fd));
    }
    if (!options.path.empty()) {
        MP_TRY(UniqueFd fd, listen_path(options.path));
        listeners.push_back(std::move(fd));
    }
    return listeners;
}

bool peer_is_root(int fd) {
    ucred credentials{};
    socklen_t length = sizeof credentials;
    return ::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0 &&
           credentials.uid == 0;
}

struct Client {
    UniqueFd fd;
    bool root = false;
    FrameReader reader;
    Instant request_ends = kNever;  ///< when an unfinished request is given up
    bool waiting = false;           ///< a command of this client is with the reactor
    bool last = false;              ///< close when everything is sent
    std::string out;                ///< the frame that the client is being sent
    std::size_t sent = 0;           ///< of `out`
    Instant progress{};             ///< when it last took something
    std::uint32_t events = 0;       ///< what epoll watches for

    std::size_t unsent() const { return out.size() - sent; }
    bool idle() const { return !waiting && unsent() == 0; }
};

}  // namespace

struct ControlServer::Shared : std::enable_shared_from_this<ControlServer::Shared> {
    Options options;
    Handler handler;
    std::atomic<Duration::rep> request_timeout_us{0};
    std::shared_ptr<TaskQueue> reactor;
    ports::EventSink* sink = nullptr;  ///< reactor thread only; null when the server is gone
    std::vector<UniqueFd> listeners;
    std::vector<std::string> problems;
    UniqueFd epoll;
    UniqueFd wake;
    Thread thread;

    std::mutex mutex;  // guards the two below
    std::vector<std::pair<ClientId, std::string>> replies;
    bool closing = false;

    // Query thread only.
    std::map<std::uint64_t, Client> clients;
    std::uint64_t next_client = 1;
    std::size_t queued_bytes = 0;
    bool listening = true;
    Instant listen_again{};  ///< while not listening

    void ring() const {
        std::uint64_t one = 1;
        [[maybe_unused]] ssize_t n = ::write(wake.get(), &one, sizeof one);
    }

    void watch(int fd, std::uint32_t events, std::uint64_t tag, int operation) const {
        epoll_event event{};
        event.events = events;
        event.data.u64 = tag;
        ::epoll_ctl(epoll.get(), operation, fd, &event);
    }

    // Listeners have the tags above 2^62.
    static std::uint64_t listener_tag(std::size_t index) { return (1ULL << 62U) + index; }

    void listen(bool wanted) {
        if (wanted == std::exchange(listening, wanted)) {
            return;
        }
        for (std::size_t i = 0; i < listeners.size(); ++i) {
            watch(listeners[i].get(), wanted ? kIn : 0U, listener_tag(i), EPOLL_CTL_MOD);
        }
    }

    // A client is read from only while nothing is owed to it; that a peer is gone is always told.
    void interest(std::uint64_t id, Client& client) const {
        std::uint32_t events = 0;
        if (client.unsent() > 0) {
            events = kOut;
        } else if (!client.waiting) {
            events = kIn;
        }
        if (events != client.events) {
            client.events = events;
            watch(client.fd.get(), events, id, EPOLL_CTL_MOD);
        }
    }

    void accept_from(int listener) {
        while (true) {
            UniqueFd fd(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
            if (!fd) {
                if (errno == EMFILE || errno == ENFILE || errno == ENOMEM) {
                    listen(false);  // the client stays in the backlog
                    listen_again = EventLoop::now() + kAcceptAgainAfter;
                }
                return;
            }
            bool root = peer_is_root(fd.get());
            std::size_t kept = root ? 0 : options.clients_kept_for_root;
            if (clients.size() + kept >= options.clients_max) {
                continue;  // closed at once: better than a client that waits for nothing
            }
            std::uint64_t id = next_client++;
            Client& client = clients[id];
            client.root = root;
            client.fd = std::move(fd);
            client.events = kIn;
            watch(client.fd.get(), kIn, id, EPOLL_CTL_ADD);
        }
    }

    void drop(std::uint64_t id) {
        auto found = clients.find(id);
        queued_bytes -= found->second.unsent();
        clients.erase(found);
        listen(true);
    }

    // The client that has gone longest without taking anything makes room for the others.
    void make_room() {
        while (queued_bytes > options.queued_bytes_max) {
            auto slowest = clients.end();
            for (auto entry = clients.begin(); entry != clients.end(); ++entry) {
                if (entry->second.unsent() > 0 &&
                    (slowest == clients.end() ||
                     entry->second.progress < slowest->second.progress)) {
                    slowest = entry;
                }
            }
            drop(slowest->first);
        }
    }

    void send(std::uint64_t id, Client& client, std::string_view text) {
        if (text.size() > kReplyBytesMax) {
            text = "fail\nthe reply is too large\n";
        }
        client.out = make_frame(text);
        client.sent = 0;
        client.progress = EventLoop::now();
        queued_bytes += client.out.size();
        flush(id, client);
        make_room();
    }

    void flush(std::uint64_t id, Client& client) {
        while (client.unsent() > 0) {
            ssize_t n = ::send(client.fd.get(), client.out.data() + client.sent, client.unsent(),
                               MSG_NOSIGNAL);
            if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) {
                break;
            }
            if (n <= 0) {
                drop(id);
                return;
            }
            client.sent += static_cast<std::size_t>(n);
            queued_bytes -= static_cast<std::size_t>(n);
            client.progress = EventLoop::now();
        }
        if (client.unsent() == 0) {
            client.out = std::string();  // gives the memory back
            client.sent = 0;
            if (client.last) {
                drop(id);
                return;
            }
        }
        interest(id, client);
    }

    void handle(std::uint64_t id, Client& client, const std::string& request) {
        Handled handled = handler(request, client.root);
        if (std::string* text = std::get_if<std::string>(&handled)) {
            send(id, client, *text);
            return;
        }
        client.waiting = true;
        std::shared_ptr<Shared> self = shared_from_this();
        bool posted = reactor->post([self, id, command = std::get<model::Command>(handled)] {
            if (self->sink != nullptr) {
                self->sink->post(model::event::CommandReceived{ClientId{id}, command});
            }
        });
        if (!posted) {
            client.waiting = false;
            send(id, client, "fail\ntimeout\n");
            return;
        }
        interest(id, client);
    }

    // Requests of one connection are handled one at a time.
    void next_request(std::uint64_t id) {
        auto found = clients.find(id);
        while (found != clients.end() && found->second.idle()) {
            Client& client = found->second;
            Result<std::optional<std::string>> request = client.reader.next();
            if (!request) {
                drop(id);
                return;
            }
            if (!*request) {
                Instant ends = EventLoop::now() + Duration(request_timeout_us.load());
                client.request_ends =
                    client.reader.empty() ? kNever : std::min(client.request_ends, ends);
                return;
            }
            client.request_ends = kNever;
            handle(id, client, **request);
            found = clients.find(id);
        }
    }

    void read_from(std::uint64_t id, Client& client) {
        std::array<char, 16384> bytes;
        ssize_t n = ::recv(client.fd.get(), bytes.data(), bytes.size(), 0);
        if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
            return;
        }
        if (n <= 0) {
            drop(id);
            return;
        }
        client.reader.feed({bytes.data(), static_cast<std::size_t>(n)});
        next_request(id);
    }

    void take_replies() {
        std::uint64_t count = 0;
        [[maybe_unused]] ssize_t n = ::read(wake.get(), &count, sizeof count);
        std::vector<std::pair<ClientId, std::string>> taken;
        {
            std::lock_guard<std::mutex> lock(mutex);
            taken.swap(replies);
        }
        for (const std::pair<ClientId, std::string>& entry : taken) {
            auto found = clients.find(entry.first.value);
            if (found == clients.end() || !found->second.waiting) {
                continue;  // the client left before its answer
            }
            found->second.waiting = false;
            send(entry.first.value, found->second, entry.second);
            next_request(entry.first.value);
        }
    }

    void give_up_request(std::uint64_t id) {
        auto found = clients.find(id);
        if (found != clients.end()) {
            found->second.request_ends = kNever;
            found->second.last = true;
            send(id, found->second, "fail\ntimeout\n");
        }
    }

    // Drops who has made no progress; returns how long epoll may sleep, in ms.
    int enforce_deadlines() {
        Instant now = EventLoop::now();
        Instant next = kNever;
        std::vector<std::uint64_t> late;
        std::vector<std::uint64_t> slow;
        for (const std::pair<const std::uint64_t, Client>& entry : clients) {
            const Client& client = entry.second;
            if (client.unsent() > 0) {
                Instant end = client.progress + options.write_patience;
                (end <= now ? slow.push_back(entry.first) : void(next = std::min(next, end)));
            } else if (client.request_ends <= now) {
                late.push_back(entry.first);
            } else {
                next = std::min(next, client.request_ends);
            }
        }
        for (std::uint64_t id : slow) {
            drop(id);
        }
        for (std::uint64_t id : late) {
            give_up_request(id);
        }
        if (!listening && listen_again <= now) {
            listen(true);
        } else if (!listening) {
            next = std::min(next, listen_again);
        }
        if (next == kNever) {
            return -1;
        }
        return static_cast<int>(std::chrono::duration_cast<milliseconds>(next - now).count()) + 1;
    }

    bool finished() {
        std::lock_guard<std::mutex> lock(mutex);
        return closing;
    }

    void on_event(const epoll_event& event) {
        std::uint64_t tag = event.data.u64;
        if (tag == kWakeTag) {
            take_replies();
            return;
        }
        if (tag >= listener_tag(0)) {
            accept_from(listeners[static_cast<std::size_t>(tag - listener_tag(0))].get());
            return;
        }
        auto found = clients.find(tag);
        if (found == clients.end()) {
            return;
        }
        if ((event.events & kOut) != 0) {
            flush(tag, found->second);
            next_request(tag);
        } else if ((event.events & kIn) != 0) {
            read_from(tag, found->second);
        } else if ((event.events & kGone) != 0) {
            drop(tag);
        }
    }

    void run() {
        watch(wake.get(), kIn, kWakeTag, EPOLL_CTL_ADD);
        for (std::size_t i = 0; i < listeners.size(); ++i) {
            watch(listeners[i].get(), kIn, listener_tag(i), EPOLL_CTL_ADD);
        }
        std::array<epoll_event, 64> events;
        while (!finished()) {
            int n = ::epoll_wait(epoll.get(), events.data(), static_cast<int>(events.size()),
                                 enforce_deadlines());
            for (int i = 0; i < n; ++i) {
                on_event(events[static_cast<std::size_t>(i)]);
            }
        }
        take_replies();  // who asked for the end is told so
        clients.clear();
    }
};

ControlServer::ControlServer(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}

Result<std::unique_ptr<ControlServer>> ControlServer::create(EventLoop& loop,
                                                             ports::EventSink& sink,
                                                             Options options, Handler handler) {
    std::shared_ptr<Shared> shared = std::make_shared<Shared>();
    if (options.use_systemd) {
        shared->listeners = passed_listeners(shared->problems);
    }
    if (shared->listeners.empty()) {
        MP_TRY(shared->listeners, open_listeners(options));
    } else {
        options.path.clear();  // the service manager's: the next client connects to it too
    }
    for (const UniqueFd& listener : shared->listeners) {
        int flags = ::fcntl(listener.get(), F_GETFL);
        ::fcntl(listener.get(), F_SETFL, flags | O_NONBLOCK);
    }
    shared->request_timeout_us = options.request_timeout.count();
    shared->options = std::move(options);
    shared->handler = std::move(handler);
    shared->reactor = loop.tasks();
    shared->sink = &sink;
    shared->epoll = UniqueFd(::epoll_create1(EPOLL_CLOEXEC));
    shared->wake = UniqueFd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!shared->epoll || !shared->wake) {
        return fail_errno(errno, "cannot start the query thread");
    }
    MP_TRY(Thread thread, Thread::start("query", kQueryStackBytes, [shared] { shared->run(); }));
    shared->thread = std::move(thread);
    return std::unique_ptr<ControlServer>(new ControlServer(std::move(shared)));
}

ControlServer::~ControlServer() {
    shared_->sink = nullptr;
    {
        std::lock_guard<std::mutex> lock(shared_->mutex);
        shared_->closing = true;
    }
    shared_->ring();
    shared_->thread.join();
    if (!shared_->options.path.empty()) {
        ::unlink(shared_->options.path.c_str());
    }
}

const std::vector<std::string>& ControlServer::problems() const {
    return shared_->problems;
}

void ControlServer::set_request_timeout(Duration timeout) {
    shared_->request_timeout_us = timeout.count();
}

void ControlServer::reply(ClientId client, const std::string& text) {
    {
        std::lock_guard<std::mutex> lock(shared_->mutex);
        shared_->replies.emplace_back(client, text);
    }
    shared_->ring();
}

}  // namespace mp::os
