// SPDX-License-Identifier: GPL-2.0-or-later
// The DeviceMapper port on libdevmapper. Results and events are posted on the reactor. Plans of
// different maps run at the same time; PlanDone does not wait for udev, whose cookies are watched
// on the side (settled, when_settled).
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "daemon/base/result.h"
#include "daemon/base/time.h"
#include "daemon/os/event_loop.h"
#include "daemon/ports/ports.h"

namespace mp::os {

class LibDm final : public ports::DeviceMapper {
public:
    /// Called on the reactor, with details that do not fit into an Error.
    using LogSink = std::function<void(model::effect::Log record)>;

    /// Errors: gone, denied, unsupported: no device-mapper here. `loop` and `sink` outlive it.
    static Result<std::unique_ptr<LibDm>> create(EventLoop& loop, ports::EventSink& sink,
                                                 LogSink log);
    ~LibDm() override;

    void list() override;
    void query(OpId op, const std::string& name) override;
    void run(OpId op, const model::Plan& plan) override;

    /// From the configuration: what stands before a partition's number when its map gets another
    /// name; empty: the usual rule. Holds for plans that begin later.
    void set_partition_delimiter(std::string delimiter);

    /// udev has finished with everything that plans have changed so far.
    bool settled() const;
    /// Calls back once, from the loop: when settled, or when `limit` has passed without that.
    void when_settled(Duration limit, std::function<void(bool settled)> callback);

    struct Usage {
        std::size_t plans_running = 0;
        std::size_t plans_waiting = 0;
        std::size_t queries_waiting = 0;
        std::size_t udev_outstanding = 0;
    };
    Usage usage() const;

private:
    class Reactor;
    explicit LibDm(std::shared_ptr<Reactor> reactor);
    std::shared_ptr<Reactor> reactor_;
};

}  // namespace mp::os
