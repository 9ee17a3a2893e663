// SPDX-License-Identifier: GPL-2.0-or-later
// Drives a checker through a scripted conversation.
#pragma once

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <vector>

#include "checkers/checker.h"

namespace mp::checkers::testing {

using Vec = std::vector<std::uint8_t>;

inline model::ProbeReply good(Vec data = {}) {
    return model::ProbeAnswer{model::ScsiReply{.data = std::move(data)}};
}
inline model::ProbeReply sense(std::uint8_t key, std::uint8_t asc, std::uint8_t ascq) {
    return model::ProbeAnswer{model::ScsiReply{
        .status = 2, .sense = {0x70, 0, key, 0, 0, 0, 0, 10, 0, 0, 0, 0, asc, ascq, 0, 0, 0, 0}}};
}
inline model::ProbeReply status(std::uint8_t value) {
    return model::ProbeAnswer{model::ScsiReply{.status = value}};
}
inline model::ProbeReply host(std::uint16_t value) {
    return model::ProbeAnswer{model::ScsiReply{.host_status = value}};
}
inline model::ProbeReply bytes(Vec data) {
    return model::ProbeAnswer{model::BytesReply{.data = std::move(data)}};
}
inline model::ProbeReply text(std::string_view value) {
    return bytes(Vec(value.begin(), value.end()));
}
inline model::ProbeReply error(Errc code) {
    return fail(code, "probe");
}

struct Conversation {
    std::vector<model::Probe> probes;
    Verdict verdict;
};

/// Gives the replies in order; the last one is repeated for as long as the checker goes on asking.
inline Conversation drive(std::string_view name, const model::BlockDevice& device,
                          std::vector<model::ProbeReply> replies) {
    const CheckerType* type = find_checker(name);
    EXPECT_NE(type, nullptr) << name;
    std::unique_ptr<Checker> checker = type->create();
    Conversation out;
    NextStep step = checker->begin(device);
    while (const model::Probe* probe = std::get_if<model::Probe>(&step)) {
        out.probes.push_back(*probe);
        if (out.probes.size() > static_cast<std::size_t>(kProbesPerCheckMax)) {
            ADD_FAILURE() << name << " asks too often";
            return out;
        }
        std::size_t at = std::min(out.probes.size(), replies.size()) - 1;
        step = checker->on_reply(replies[at]);
    }
    out.verdict = std::get<Verdict>(step);
    return out;
}

}  // namespace mp::checkers::testing
