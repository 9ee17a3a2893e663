// SPDX-License-Identifier: GPL-2.0-or-later
// Drives a prioritizer through a scripted conversation.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "prioritizers/prioritizer.h"

namespace mp::prioritizers::testing {

using Vec = std::vector<std::uint8_t>;

inline model::ProbeReply good(Vec data = {}) {
    return model::ProbeAnswer{model::ScsiReply{.data = std::move(data)}};
}
inline model::ProbeReply sense(std::uint8_t key, std::uint8_t asc, std::uint8_t ascq) {
    return model::ProbeAnswer{
        model::ScsiReply{.status = 2, .sense = {0x72, key, asc, ascq, 0, 0, 0, 0}}};
}
inline model::ProbeReply text(std::string_view value) {
    return model::ProbeAnswer{model::BytesReply{.data = Vec(value.begin(), value.end())}};
}
inline model::ProbeReply error(Errc code) {
    return fail(code, "probe");
}

struct Conversation {
    std::vector<model::Probe> probes;
    Priority priority;
};

/// Gives the replies in order; the last one is repeated for as long as the prioritizer goes on
/// asking.
inline Conversation drive(std::string_view name, std::string_view args,
                          const model::BlockDevice& device,
                          std::vector<model::ProbeReply> replies) {
    Conversation out;
    const PrioritizerType* type = find_prioritizer(name);
    Result<std::unique_ptr<Prioritizer>> made = type->create(args);
    if (!made) {
        ADD_FAILURE() << made.error().text();
        return out;
    }
    NextStep step = (*made)->begin(device);
    while (const model::Probe* probe = std::get_if<model::Probe>(&step)) {
        out.probes.push_back(*probe);
        if (out.probes.size() > static_cast<std::size_t>(kProbesPerPriorityMax)) {
            ADD_FAILURE() << name << " asks too often";
            return out;
        }
        std::size_t at = std::min(out.probes.size(), replies.size()) - 1;
        step = (*made)->on_reply(replies[at]);
    }
    out.priority = std::get<Priority>(step);
    return out;
}

}  // namespace mp::prioritizers::testing
