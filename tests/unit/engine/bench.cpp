// SPDX-License-Identifier: GPL-2.0-or-later
// The workbench's devices and device-mapper.
#include "tests/unit/engine/bench.h"

#include <algorithm>

#include "conf/config.h"
#include "daemon/dm/planner.h"
#include "daemon/model/answer.h"
#include "daemon/scsi/bytes.h"

namespace mp::test {

using namespace model;  // NOLINT: the visitor names every effect

const std::string kDiskA = "6000000000000000000000000000000a";
const std::string kDiskB = "6000000000000000000000000000000b";

namespace {

std::vector<std::uint8_t> page83(const std::string& disk) {
    std::vector<std::uint8_t> page = {0x00, 0x83, 0x00, 0x14, 0x01, 0x03, 0x00, 0x10};
    for (std::size_t i = 0; i < disk.size(); i += 2) {
        page.push_back(static_cast<std::uint8_t>(std::stoul(disk.substr(i, 2), nullptr, 16)));
    }
    return page;
}

ScsiReply good(std::vector<std::uint8_t> data) {
    ScsiReply reply;
    reply.data = std::move(data);
    return reply;
}

ScsiReply check_condition(std::uint8_t key, std::uint8_t asc, std::uint8_t ascq) {
    ScsiReply reply;
    reply.status = 2;
    reply.sense = {0x70, 0, key, 0, 0, 0, 0, 10, 0, 0, 0, 0, asc, ascq, 0, 0, 0, 0};
    return reply;
}

}  // namespace

std::string wwid_of(const std::string& disk) {
    return "3" + disk;
}

Device scsi_path(const std::string& name, std::uint32_t minor, const std::string& disk,
                 const std::string& host) {
    Device device;
    device.disk = disk;
    BlockDevice& facts = device.facts;
    facts.name = name;
    facts.devt = {8, minor};
    facts.sys_path = "/devices/" + host + "/block/" + name;
    facts.disk_seq = minor + 1;
    facts.size_sectors = 2048;
    facts.bus = Bus::scsi;
    facts.protocol = Protocol::scsi_unspec;
    facts.hctl = Hctl{static_cast<std::uint32_t>(host.back() - '0'), 0, 0, minor};
    facts.vendor = "TEST";
    facts.product = "disk";
    facts.revision = "1";
    facts.kernel_state = "running";
    facts.state_attribute = facts.sys_path + "/device/state";
    facts.watch_attributes = {facts.state_attribute};
    facts.adapter.id = host;
    facts.target_port = host + ":0:0";
    facts.vpd_pg83 = page83(disk);
    facts.properties = {{"ID_SERIAL", wwid_of(disk)}, {"ID_WWN", "0x" + disk.substr(0, 16)}};
    facts.udev_initialized = true;
    return device;
}

Bench::Bench(std::string config, engine::Options options)
    : engine(std::move(options)), config_(std::move(config)) {}

void Bench::add(Device device) {
    std::string name = device.facts.name;
    devices[name] = std::move(device);
    if (started_) {
        deliver(event::DeviceSeen{devices[name].facts, false});
    }
}

void Bench::change(const std::string& name) {
    deliver(event::DeviceSeen{devices.at(name).facts, true});
}

void Bench::remove(const std::string& name) {
    DevT devt = devices.at(name).facts.devt;
    devices.erase(name);
    deliver(event::DeviceGone{devt, name});
}

void Bench::start() {
    started_ = true;
    for (const Effect& effect : engine.start(now)) {
        perform(effect);
    }
    pump();
    settle();
}

void Bench::settle() {
    advance(seconds(2));
}

void Bench::advance(Duration by) {
    Instant end = now + by;
    pump();
    for (;;) {
        Instant next = later_.empty() ? kNever : later_.begin()->first;
        if (std::min(engine.next_deadline(), next) > end) {
            break;
        }
        now = std::max(now, std::min(engine.next_deadline(), next));
        deliver(next <= now ? later_.extract(later_.begin()).mapped() : event::Tick{});
    }
    now = end;
}

CommandReply Bench::command(Verb verb, std::string target, std::string argument) {
    ClientId client{next_client_++};
    deliver(event::CommandReceived{client, Command{verb, std::move(target), std::move(argument)}});
    for (int i = 0; i < 100 && !replies_.contains(client); ++i) {
        advance(milliseconds(100));
    }
    return replies_.contains(client) ? replies_[client] : CommandReply{false, "no answer"};
}

void Bench::reload(std::string config) {
    config_ = std::move(config);
    deliver(event::ReloadRequested{});
    settle();
}

void Bench::kernel_fails(const std::string& map_name, const std::string& device) {
    for (StatusGroup& group : dm.at(map_name).status.groups) {
        for (StatusPath& path : group.paths) {
            if (path.devt == devices.at(device).facts.devt) {
                path.state = DmPathState::failed;
            }
        }
    }
    deliver(event::MapsChanged{{map_name}, false});
}

void Bench::kernel_state(const std::string& device, const std::string& state) {
    BlockDevice& facts = devices.at(device).facts;
    facts.kernel_state = state;
    std::shared_ptr<const Snapshot> now_seen = snapshot();
    for (const std::shared_ptr<const PathView>& path : now_seen->paths) {
        if (path->device->name == device) {
            deliver(event::KernelStateChanged{path->id, facts.state_attribute, state});
        }
    }
}

std::shared_ptr<const Snapshot> Bench::snapshot() {
    return engine.take_snapshot(now);
}

std::vector<std::string> Bench::table_paths(const std::string& name) const {
    std::vector<std::string> names;
    for (const TableGroup& group : dm.at(name).table.groups) {
        for (const TablePath& path : group.paths) {
            std::string found = "?";
            for (const std::pair<const std::string, Device>& entry : devices) {
                found = entry.second.facts.devt == path.devt ? entry.first : found;
            }
            names.push_back(found);
        }
    }
    return names;
}

std::string Bench::path_state(const std::string& map_name, const std::string& device) const {
    for (const StatusGroup& group : dm.at(map_name).status.groups) {
        for (const StatusPath& path : group.paths) {
            if (path.devt == devices.at(device).facts.devt) {
                return path.state == DmPathState::failed ? "F" : "A";
            }
        }
    }
    return "absent";
}

bool Bench::logged(const std::string& id) const {
    return count_log(id) > 0;
}

std::size_t Bench::count_log(const std::string& id) const {
    return static_cast<std::size_t>(std::ranges::count(logs, id, &effect::Log::id));
}

void Bench::deliver(Event event) {
    queue_.push_back(std::move(event));
    pump();
}

void Bench::pump() {
    while (!queue_.empty()) {
        Event event = std::move(queue_.front());
        queue_.pop_front();
        for (const Effect& effect : engine.on_event(now, event)) {
            perform(effect);
        }
    }
}

ProbeReply Bench::answer(Device& device, const Probe& probe) {
    ++device.commands;
    if (device.hangs) {
        return fail(Errc::timeout, "no answer");
    }
    if (const model::ReadBlocks* read = std::get_if<model::ReadBlocks>(&probe)) {
        ++device.reads;
        if (device.bad_read_every != 0 && device.reads % device.bad_read_every == 0) {
            return fail_errno(EIO, "read");
        }
        return ProbeAnswer{BytesReply{std::vector<std::uint8_t>(read->length)}};
    }
    const ScsiCommand* command = std::get_if<ScsiCommand>(&probe);
    if (command == nullptr) {
        std::string stat = std::to_string(device.io) + " 0 0 0 0 0 0 0 0 0 0\n";
        return ProbeAnswer{BytesReply{{stat.begin(), stat.end()}}};
    }
    device.inquiries += command->cdb[0] == 0x12 ? 1 : 0;
    device.tests += command->cdb[0] == 0 ? 1 : 0;
    if (command->cdb[0] != 0x12 && device.attentions > 0) {
        --device.attentions;
        return ProbeAnswer{check_condition(6, 0x29, 0)};
    }
    if (device.unmapped) {
        return ProbeAnswer{check_condition(5, 0x25, 0)};
    }
    if (!device.ready) {
        return ProbeAnswer{check_condition(2, 4, 3)};
    }
    if (command->cdb[0] == 0x12 && command->cdb[1] == 1 && command->cdb[2] == 0x83) {
        return ProbeAnswer{good(page83(device.disk))};
    }
    if (command->cdb[0] == 0x12) {
        return ProbeAnswer{check_condition(5, 0x24, 0)};
    }
    if (command->cdb[0] == 0x5e || command->cdb[0] == 0x5f) {
        return reserve(device, *command);
    }
    return ProbeAnswer{good({})};
}

// READ KEYS, and REGISTER AND IGNORE EXISTING KEY.
ProbeReply Bench::reserve(Device& device, const ScsiCommand& command) {
    if (command.cdb[0] == 0x5f) {
        if (device.refuses_registration || command.cdb[1] != 6 || command.data_out.size() != 24) {
            return ProbeAnswer{check_condition(5, 0x26, 0)};
        }
        device.reservation_key = *mp::scsi::u64_at(command.data_out, 8);
        return ProbeAnswer{good({})};
    }
    std::vector<std::uint8_t> data(8);
    for (const std::pair<const std::string, Device>& entry : devices) {
        if (entry.second.disk == device.disk && entry.second.reservation_key != 0) {
            for (unsigned shift = 64; shift > 0; shift -= 8) {
                data.push_back(
                    static_cast<std::uint8_t>(entry.second.reservation_key >> (shift - 8)));
            }
        }
    }
    data[7] = static_cast<std::uint8_t>(data.size() - 8);
    return ProbeAnswer{good(std::move(data))};
}

event::PlanDone Bench::run_plan(const effect::RunPlan& run) {
    plans.push_back(run.plan);
    event::PlanDone done;
    done.op = run.op;
    std::optional<DmMapState> actual;
    if (dm.contains(run.plan.map_name)) {
        actual = dm[run.plan.map_name];
    }
    bool removes = std::ranges::any_of(run.plan.steps, [](const Step& step) {
        return std::holds_alternative<step::Remove>(step);
    });
    if (removes && refuse_remove) {
        done.outcome = fail(Errc::busy, "in use");
        done.now = actual;
        return done;
    }
    if (refuse_numa && dm::render_plan(run.plan).find(conf::kNumaSelector) != std::string::npos) {
        done.outcome = fail_errno(EINVAL, "load");
        done.now = actual;
        return done;
    }
    Result<std::optional<DmMapState>> after = dm::apply_in_model(actual, run.plan);
    if (!after) {
        done.outcome = tl::unexpected<Error>(after.error());
        done.now = actual;
        return done;
    }
    dm.erase(run.plan.map_name);
    if (*after) {
        if (!actual) {
            (*after)->minor = next_minor_++;
            (*after)->devt = {253, (*after)->minor};
        }
        dm[(*after)->name] = **after;
    }
    done.steps_done = run.plan.steps.size();
    done.now = *after;
    return done;
}

// One overload per effect, so that a new effect is noticed here too.
struct Performer {
    Bench& bench;
    void post(Event event) const { bench.queue_.push_back(std::move(event)); }
    void operator()(const effect::EnumerateDevices&) const {
        event::EnumerationDone done;
        for (const std::pair<const std::string, Device>& entry : bench.devices) {
            post(event::DeviceSeen{entry.second.facts, false});
            done.present.push_back(entry.second.facts.devt);
        }
        post(done);
    }
    void operator()(const effect::RereadDevice& e) const {
        if (bench.devices.contains(e.name)) {
            post(event::DeviceSeen{bench.devices.at(e.name).facts, true});
        } else {
            post(event::DeviceGone{DevT{}, e.name});
        }
    }
    void operator()(const effect::RetriggerDevice& e) const {
        bench.retriggered.push_back(e.sys_path);
    }
    void operator()(const effect::StartProbe& e) const {
        if (!bench.devices.contains(e.path.name)) {
            post(event::ProbeDone{e.op, e.path.id, fail(Errc::gone, "no device")});
            return;
        }
        Device& device = bench.devices.at(e.path.name);
        ++device.rounds;
        bench.patience.push_back(e.timeout);
        event::ProbeDone done{
            e.op, e.path.id, bench.answer(device, e.questions.first), device.latency, {}};
        bool on = is_plain(done.reply) || device.answers_all;
        for (std::size_t i = 0; on && i < e.questions.foreseen.size(); ++i) {
            done.more.push_back(bench.answer(device, e.questions.foreseen[i]));
            on = is_plain(done.more.back());
        }
        if (device.takes > Duration{}) {
            bench.later_.emplace(bench.now + device.takes, std::move(done));
            return;
        }
        post(std::move(done));
    }
    void operator()(const effect::ReleasePath&) const {}
    void operator()(const effect::WatchPath&) const {}
    void operator()(const effect::LookAgain&) const { ++bench.looks; }
    void operator()(const effect::WriteAttribute& e) const {
        bench.attribute_writes.push_back(e.path);
    }
    void operator()(const effect::ApplySettings& e) const {
        event::SettingsApplied done{e.op, {}};
        for (const model::Setting& setting : e.settings) {
            bench.settings.push_back(setting);
            done.found.push_back(setting.value);
        }
        post(std::move(done));
    }
    void operator()(const effect::ListMaps&) const {
        std::vector<DmMapState> maps;
        for (const std::pair<const std::string, DmMapState>& entry : bench.dm) {
            maps.push_back(entry.second);
        }
        post(event::MapsListed{maps});
    }
    void operator()(const effect::QueryMap& e) const {
        event::MapQueried reply{e.op, e.name, fail(Errc::gone, "no such map")};
        if (bench.dm.contains(e.name)) {
            reply.state = bench.dm.at(e.name);
        }
        post(reply);
    }
    void operator()(const effect::RunPlan& e) const { post(bench.run_plan(e)); }
    void operator()(const effect::Reply& e) const { bench.replies_[e.client] = e.reply; }
    void operator()(const effect::LoadConfig&) const {
        event::ConfigLoaded loaded;
        loaded.config = conf::Config::build({{"multipath.conf", bench.config_}}, bench.environment);
        post(event::FilesLoaded{bench.bindings_file, bench.wwids_file, bench.prkeys_file});
        post(loaded);
    }
    void operator()(const effect::LoadWwids&) const { post(event::WwidsLoaded{bench.wwids_file}); }
    void operator()(const effect::ReplaceFile& e) const {
        if (e.file == StateFile::prkeys) {
            bench.prkeys_file = e.content;
        }
        post(event::FileWritten{e.op, {}});
    }
    void operator()(const effect::AppendFile& e) const {
        std::string& file = e.file == StateFile::bindings ? bench.bindings_file : bench.wwids_file;
        file += file.empty() ? e.header + e.content : e.content;
        post(event::FileWritten{e.op, {}});
    }
    void operator()(const effect::MarkFailedWwid&) const {}
    void operator()(const effect::Log& e) const { bench.logs.push_back(e); }
    void operator()(const effect::NotifyReady&) const { ++bench.ready; }
    void operator()(const effect::NotifyReloading&) const {}
    void operator()(const effect::NotifyStopping&) const {}
    void operator()(const effect::Exit& e) const { bench.exit_code = e.code; }
};

void Bench::perform(const Effect& effect) {
    std::visit(Performer{*this}, effect);
}

}  // namespace mp::test
