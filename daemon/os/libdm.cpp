// SPDX-License-Identifier: GPL-2.0-or-later
// How does the single-threaded daemon do device-mapper work that may block for as long as a disk
// hangs?
//
// Two lanes of worker threads. Plans that can wait for I/O (create, load, suspend, resume, remove)
// have one of their own, wide enough that a shelf of maps starts at once and that maps which hang
// leave room for the others. Everything that is quick by nature (lists, queries, messages) has the
// other, so that a path is failed at once while fifty maps are being made.
//
// Events: the control descriptor becomes readable when any map had an event. It is armed again
// first and then the maps are listed (one ioctl) in a worker, so no event is lost; events that come
// while a list is under way cause exactly one more list. Only maps that moved are reported, and not
// those that a plan is working on: their state comes with the plan's end.
//
// Workers hold shared state and a weak pointer to the reactor's side, and hop back through the task
// queue; what they bring after the adapter is gone is dropped.
#include "daemon/os/libdm.h"

#include <sys/epoll.h>

#include <utility>
#include <variant>
#include <vector>

#include "daemon/os/libdm_control.h"
#include "daemon/os/libdm_cookies.h"
#include "daemon/os/libdm_lane.h"
#include "daemon/os/libdm_read.h"
#include "daemon/os/libdm_steps.h"
#include "daemon/os/libdm_task.h"
#include "daemon/os/libdm_watch.h"

namespace mp::os {
namespace {

using model::event::MapQueried;
using model::event::MapsListed;
using model::event::PlanDone;

// 8 to 32 creations at once were equally quick on two processors; the rest is room for maps that
// hang.
constexpr std::size_t kPlanThreads = 32;
constexpr std::size_t kQuickThreads = 8;
// More than maps can exist: the engine has one plan and one query per map at a time.
constexpr std::size_t kQueueMax = 16384;

bool may_wait_for_io(const model::Plan& plan) {
    for (const model::Step& step : plan.steps) {
        if (!std::holds_alternative<model::step::Message>(step) &&
            !std::holds_alternative<model::step::Clear>(step) &&
            !std::holds_alternative<model::step::Rename>(step)) {
            return true;
        }
    }
    return false;
}

struct ListedAll {
    std::vector<libdm::ListedMap> listed;
    Result<std::vector<model::DmMapState>> maps;
};

ListedAll list_all(const libdm::Control& control) {
    Result<std::vector<libdm::ListedMap>> listed = control.list();
    if (!listed) {
        return {{}, tl::unexpected<Error>(listed.error())};
    }
    return {*listed, libdm::read_maps(*listed)};
}

}  // namespace

/// The reactor's side: everything in here runs on the reactor thread.
class LibDm::Reactor : public std::enable_shared_from_this<Reactor> {
public:
    Reactor(EventLoop& loop, ports::EventSink& sink, LogSink log, libdm::Control control)
        : loop_(loop),
          sink_(sink),
          log_(std::move(log)),
          control_(std::make_shared<libdm::Control>(std::move(control))) {}

    Result<> start() {
        std::weak_ptr<Reactor> weak = weak_from_this();
        std::shared_ptr<TaskQueue> tasks = loop_.tasks();
        libdm::UdevCookies::Hooks hooks;
        hooks.warn = [weak, tasks](std::string text) {
            post_or_wait(*tasks, [weak, text = std::move(text)] {
                if (std::shared_ptr<Reactor> self = weak.lock()) {
                    self->log(model::LogLevel::warning, "udev-late", "", text);
                }
            });
        };
        hooks.settled = [weak, tasks] {
            post_or_wait(*tasks, [weak] {
                if (std::shared_ptr<Reactor> self = weak.lock()) {
                    self->on_settled();
                }
            });
        };
        cookies_ = std::make_shared<libdm::UdevCookies>(std::move(hooks));
        MP_CHECK(control_->arm());
        return loop_.watch_fd(control_->fd(), EPOLLIN, [this](std::uint32_t) { on_event(); });
    }

    void stop() { loop_.unwatch_fd(control_->fd()); }

    void list() {
        bool queued = work(
            quick_, [control = control_] { return list_all(*control); },
            [](Reactor& self, ListedAll all) {
                if (all.maps) {
                    self.watch_.know_all(all.listed);
                }
                self.sink_.post(MapsListed{std::move(all.maps)});
            });
        if (!queued) {
            sink_.post(MapsListed{fail(Errc::limit, "too much device-mapper work is waiting")});
        }
    }

    void query(OpId op, const std::string& name) {
        bool queued = work(
            quick_, [name] { return libdm::read_map_by_name(name); },
            [op, name](Reactor& self, Result<model::DmMapState> state) {
                if (state) {
                    self.watch_.know(*state);
                }
                self.sink_.post(MapQueried{op, name, std::move(state)});
            });
        if (!queued) {
            sink_.post(
                MapQueried{op, name, fail(Errc::limit, "too much device-mapper work is waiting")});
        }
    }

    void run(OpId op, const model::Plan& plan) {
        watch_.begin_plan(plan.uuid, plan.map_name);
        libdm::Lane& lane = may_wait_for_io(plan) ? plans_ : quick_;
        bool queued = work(
            lane,
            [plan, cookies = cookies_, delimiter = delimiter_] {
                return libdm::run_plan(plan, *cookies, delimiter);
            },
            [op, plan](Reactor& self, libdm::PlanOutcome done) {
                self.end_plan(op, plan, std::move(done));
            });
        if (!queued) {
            libdm::PlanOutcome refused;
            refused.outcome = fail(Errc::limit, "too much device-mapper work is waiting");
            end_plan(op, plan, std::move(refused));
        }
    }

    void set_partition_delimiter(std::string delimiter) { delimiter_ = std::move(delimiter); }

    bool settled() const { return cookies_->outstanding() == 0; }

    void when_settled(Duration limit, std::function<void(bool)> callback) {
        std::shared_ptr<Waiter> waiter = std::make_shared<Waiter>();
        waiter->callback = std::move(callback);
        waiters_.push_back(waiter);
        if (settled()) {
            loop_.defer([weak = weak_from_this()] {
                if (std::shared_ptr<Reactor> self = weak.lock()) {
                    self->on_settled();
                }
            });
            return;
        }
        std::weak_ptr<Waiter> weak = waiter;
        waiter->timer = std::make_unique<EventLoop::Timer>(loop_, [this, weak] {
            if (std::shared_ptr<Waiter> late = weak.lock()) {
                std::erase(waiters_, late);
                late->callback(false);
            }
        });
        waiter->timer->set(EventLoop::now() + limit);
    }

    Usage usage() const {
        libdm::Lane::Usage plans = plans_.usage();
        return {plans.running, plans.queued, quick_.usage().queued, cookies_->outstanding()};
    }

private:
    struct Waiter {
        std::function<void(bool)> callback;
        std::unique_ptr<EventLoop::Timer> timer;
    };

    /// `call` in a worker, then `done` with its value on the reactor.
    template <class Call, class Done>
    bool work(libdm::Lane& lane, Call call, Done done) {
        std::weak_ptr<Reactor> weak = weak_from_this();
        std::shared_ptr<TaskQueue> tasks = loop_.tasks();
        return lane.submit([weak, tasks, call, done] {
            auto value = std::make_shared<decltype(call())>(call());
            post_or_wait(*tasks, [weak, value, done] {
                if (std::shared_ptr<Reactor> self = weak.lock()) {
                    done(*self, std::move(*value));
                }
            });
        });
    }

    void end_plan(OpId op, const model::Plan& plan, libdm::PlanOutcome done) {
        if (!done.outcome) {
            log(model::LogLevel::info, "plan-failed", plan.map_name, done.detail);
        }
        if (done.now) {
            watch_.know(*done.now);
        } else {
            watch_.forget(plan.uuid);
        }
        if (watch_.end_plan(plan.uuid, plan.map_name)) {
            look();
        }
        sink_.post(PlanDone{op, std::move(done.outcome), done.steps_done, std::move(done.now)});
    }

    void on_event() {
        Result<> armed = control_->arm();
        if (!armed) {
            log(model::LogLevel::error, "dm-poll", "", armed.error().text());
            loop_.unwatch_fd(control_->fd());
            return;
        }
        look();
    }

    void look() {
        if (looking_) {
            look_again_ = true;
            return;
        }
        looking_ = work(
            quick_, [control = control_] { return control->list(); },
            [](Reactor& self, Result<std::vector<libdm::ListedMap>> listed) {
                self.looked(std::move(listed));
            });
        if (!looking_) {
            log(model::LogLevel::warning, "dm-poll", "", "device-mapper events could not be read");
        }
    }

    void looked(Result<std::vector<libdm::ListedMap>> listed) {
        looking_ = false;
        if (!listed) {
            log(model::LogLevel::warning, "dm-poll", "", listed.error().text());
        } else if (std::optional<model::event::MapsChanged> news = watch_.compare(*listed)) {
            sink_.post(std::move(*news));
        }
        if (std::exchange(look_again_, false)) {
            look();
        }
    }

    void on_settled() {
        if (!settled()) {
            return;
        }
        std::vector<std::shared_ptr<Waiter>> waiters;
        waiters.swap(waiters_);
        for (const std::shared_ptr<Waiter>& waiter : waiters) {
            waiter->timer.reset();
            waiter->callback(true);
        }
    }

    void log(model::LogLevel level, const char* id, const std::string& map,
             const std::string& text) {
        if (!text.empty()) {
            log_(model::effect::Log{level, id, map, "", text});
        }
    }

    EventLoop& loop_;
    ports::EventSink& sink_;
    LogSink log_;
    std::shared_ptr<libdm::Control> control_;
    std::shared_ptr<libdm::UdevCookies> cookies_;
    libdm::MapWatch watch_;
    std::vector<std::shared_ptr<Waiter>> waiters_;
    std::string delimiter_;
    bool looking_ = false;
    bool look_again_ = false;
    // Last, so that they end first: their jobs hold the members above by shared_ptr.
    libdm::Lane plans_{"dm-plan", kPlanThreads, kQueueMax};
    libdm::Lane quick_{"dm-query", kQuickThreads, kQueueMax};
};

LibDm::LibDm(std::shared_ptr<Reactor> reactor) : reactor_(std::move(reactor)) {}

LibDm::~LibDm() {
    reactor_->stop();
}

Result<std::unique_ptr<LibDm>> LibDm::create(EventLoop& loop, ports::EventSink& sink, LogSink log) {
    MP_CHECK(libdm::prepare());
    MP_TRY(libdm::Control control, libdm::Control::open());
    std::shared_ptr<Reactor> reactor =
        std::make_shared<Reactor>(loop, sink, std::move(log), std::move(control));
    MP_CHECK(reactor->start());
    return std::unique_ptr<LibDm>(new LibDm(std::move(reactor)));
}

void LibDm::list() {
    reactor_->list();
}

void LibDm::query(OpId op, const std::string& name) {
    reactor_->query(op, name);
}

void LibDm::run(OpId op, const model::Plan& plan) {
    reactor_->run(op, plan);
}

void LibDm::set_partition_delimiter(std::string delimiter) {
    reactor_->set_partition_delimiter(std::move(delimiter));
}

bool LibDm::settled() const {
    return reactor_->settled();
}

void LibDm::when_settled(Duration limit, std::function<void(bool)> callback) {
    reactor_->when_settled(limit, std::move(callback));
}

LibDm::Usage LibDm::usage() const {
    return reactor_->usage();
}

}  // namespace mp::os
