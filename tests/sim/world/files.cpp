// SPDX-License-Identifier: GPL-2.0-or-later
// The FileStore port in memory. A replacement becomes visible and durable at one instant, when its
// rename is done. An append is visible at once and durable when it was synced; cut short by a power
// failure it leaves a prefix of itself.
#include "tests/sim/world/files.h"

#include <cerrno>

namespace mp::sim {
namespace {

const char* file_name(model::StateFile file) {
    switch (file) {
        case model::StateFile::bindings:
            return "bindings";
        case model::StateFile::wwids:
            return "wwids";
        case model::StateFile::prkeys:
            return "prkeys";
    }
    return "?";
}

}  // namespace

bool SimFiles::refused() {
    return (fail_when_ && fail_when_()) || prng_.chance(weather_.file_fails);
}

std::vector<ports::FileStore::Loaded> SimFiles::read_config() {
    return {Loaded{"multipath.conf", config_, std::nullopt}};
}

ports::FileStore::Loaded SimFiles::read_state(model::StateFile file) {
    return Loaded{file_name(file), slot(file).seen, std::nullopt};
}

void SimFiles::set_state(model::StateFile file, std::string content) {
    slot(file).seen = content;
    slot(file).durable = std::move(content);
}

void SimFiles::replace(OpId op, model::StateFile file, const std::string& content) {
    const std::uint64_t session = outbox_.session();
    loop_.after(weather_.file_delay.pick(prng_), [this, session, op, file, content] {
        if (!outbox_.is_current(session)) {
            return;
        }
        if (refused()) {
            trace_.note(std::string("file ") + file_name(file) + " not replaced");
            outbox_.post_to(session, model::event::FileWritten{op, fail_errno(ENOSPC, "replace")});
            return;
        }
        set_state(file, content);
        outbox_.post_to(session, model::event::FileWritten{op, {}});
    });
}

void SimFiles::append(OpId op, model::StateFile file, const std::string& header,
                      const std::string& content) {
    const std::uint64_t session = outbox_.session();
    if (refused()) {
        loop_.after(weather_.file_delay.pick(prng_), [this, session, op] {
            outbox_.post_to(session, model::event::FileWritten{op, fail_errno(ENOSPC, "append")});
        });
        return;
    }
    Slot& target = slot(file);
    target.seen = target.seen.value_or(header) + content;
    loop_.after(weather_.file_delay.pick(prng_), [this, session, op, file] {
        slot(file).durable = slot(file).seen;
        outbox_.post_to(session, model::event::FileWritten{op, {}});
    });
}

void SimFiles::mark_failed_wwid(const std::string& wwid, bool failed) {
    if (failed) {
        failed_wwids_.insert(wwid);
    } else {
        failed_wwids_.erase(wwid);
    }
}

void SimFiles::write_attribute(const std::string& path, const std::string& value,
                               const std::string&) {
    loop_.after(weather_.file_delay.pick(prng_),
                [this, path, value] { host_.write_attribute(path, value); });
}

Result<std::string> SimFiles::apply_one(const model::Setting& setting) {
    if (refused()) {
        return fail_errno(EIO, "write an attribute");
    }
    const std::size_t slash = setting.attribute.rfind('/') + 1;
    FcPort& port = ports_[setting.attribute.substr(0, slash)];
    const std::string name = setting.attribute.substr(slash);
    MP_TRY(std::string found, port.read(name));
    if (!model::stands(setting, found)) {
        trace_.note("setting " + setting.attribute + " = " + setting.value);
        MP_CHECK(port.write(name, setting.value));
    }
    return port.read(name);
}

void SimFiles::apply(OpId op, const std::vector<model::Setting>& settings) {
    const std::uint64_t session = outbox_.session();
    loop_.after(weather_.file_delay.pick(prng_), [this, session, op, settings] {
        model::event::SettingsApplied done{op, {}};
        for (const model::Setting& setting : settings) {
            done.found.push_back(apply_one(setting));
        }
        outbox_.post_to(session, std::move(done));
    });
}

void SimFiles::power_cut() {
    for (Slot& each : slots_) {
        const std::string durable = each.durable.value_or("");
        const std::string seen = each.seen.value_or("");
        if (seen.size() > durable.size()) {
            each.durable =
                seen.substr(0, durable.size() + prng_.below(seen.size() - durable.size()));
        }
        each.seen = each.durable;
    }
    failed_wwids_.clear();
}

}  // namespace mp::sim
