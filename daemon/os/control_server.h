// SPDX-License-Identifier: GPL-2.0-or-later
// The ControlSocket port: both listening sockets, all client connections and the query thread that
// owns them. A request is handed to the injected handler on that thread; what it answers is sent
// from there, so `show` works while the reactor is busy. What it turns into a Command goes to the
// reactor as CommandReceived and comes back through reply().
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "daemon/os/event_loop.h"
#include "daemon/os/unique_fd.h"
#include "daemon/ports/ports.h"

namespace mp::os {

class ControlServer final : public ports::ControlSocket {
public:
    using Handled = std::variant<std::string, model::Command>;
    /// Called on the query thread: must only read immutable data.
    using Handler = std::function<Handled(std::string_view request, bool root)>;

    struct Options {
        std::string path = "/run/multipathd.socket";  ///< empty: not on this one
        std::string abstract_name = "/org/kernel/linux/storage/multipathd";  ///< empty: not
        Duration request_timeout{milliseconds(4000)};  ///< from a request's first byte to its last
        Duration write_patience{
            seconds(30)};  ///< a client that takes nothing for so long is dropped
        std::size_t clients_max = 1024;
        std::size_t clients_kept_for_root = 32;               ///< of clients_max
        std::size_t queued_bytes_max = 128U * 1024U * 1024U;  ///< replies of all clients together
        bool use_systemd = true;  ///< take the sockets that the service manager passes, if it does
    };

    /// Errors: busy (another daemon listens), denied, io.
    static Result<std::unique_ptr<ControlServer>> create(EventLoop& loop, ports::EventSink& sink,
                                                         Options options, Handler handler);
    ~ControlServer() override;

    void reply(ClientId client, const std::string& text) override;
    /// What was passed by the service manager and could not be used, for the log.
    const std::vector<std::string>& problems() const;
    /// From the configuration (uxsock_timeout); holds for requests that begin later.
    void set_request_timeout(Duration timeout);

private:
    struct Shared;
    explicit ControlServer(std::shared_ptr<Shared> shared);
    std::shared_ptr<Shared> shared_;
};

}  // namespace mp::os
