// SPDX-License-Identifier: GPL-2.0-or-later
// How does a plan read for people?
//
// One line per step, the words in the order of their weight, everything that is default left out:
//   plan mpatha mpath-3600a
//     load 2097152 multipath 1 queue_if_no_path 0 1 1 service-time 0 2 1 8:16 1 8:32 1
//     resume reload
// The text is reviewed in goldens and written to debug logs; nobody parses it.
#include "daemon/dm/planner.h"
#include "daemon/dm/table_codec.h"

namespace mp::dm {
namespace {

std::string table_words(const model::MultipathTable& table) {
    return std::to_string(table.size_sectors) + " multipath " + render_table(table);
}

std::string flag_words(const model::UdevFlags& flags) {
    std::string out;
    out += flags.reload ? " reload" : "";
    out += flags.skip_kpartx ? " skip-kpartx" : "";
    out += flags.no_path ? " no-path" : "";
    return out;
}

std::string owner_words(const model::NodeOwner& owner) {
    std::string out;
    if (owner.mode) {
        std::string octal;
        for (std::uint32_t mode = *owner.mode; mode != 0; mode /= 8) {
            octal.insert(octal.begin(), static_cast<char>('0' + mode % 8));
        }
        out += " mode=0" + octal;
    }
    if (owner.uid) {
        out += " uid=" + std::to_string(*owner.uid);
    }
    if (owner.gid) {
        out += " gid=" + std::to_string(*owner.gid);
    }
    return out;
}

struct StepText {
    std::string operator()(const model::step::Create& step) const {
        return "create" + flag_words(step.flags) + owner_words(step.owner) +
               (step.read_only ? " read-only " : " ") + table_words(step.table);
    }
    std::string operator()(const model::step::Load& step) const {
        return std::string("load") + (step.read_only ? " read-only " : " ") +
               table_words(step.table);
    }
    std::string operator()(const model::step::Suspend& step) const {
        return step.flush ? "suspend flush" : "suspend";
    }
    std::string operator()(const model::step::Resume& step) const {
        return std::string("resume") + (step.flush ? " flush" : "") + flag_words(step.flags);
    }
    std::string operator()(const model::step::Clear&) const { return "clear"; }
    std::string operator()(const model::step::Rename& step) const {
        return "rename to " + step.new_name + flag_words(step.flags);
    }
    std::string operator()(const model::step::Remove& step) const {
        return step.deferred ? "remove deferred" : "remove";
    }
    std::string operator()(const model::step::Message& step) const {
        return "message " + step.text;
    }
};

}  // namespace

std::string render_step(const model::Step& step) {
    return std::visit(StepText{}, step);
}

std::string render_plan(const model::Plan& plan) {
    std::string out = "plan " + plan.map_name + " " + plan.uuid + "\n";
    for (const model::Step& step : plan.steps) {
        out += "  " + render_step(step) + "\n";
    }
    return out;
}

}  // namespace mp::dm
