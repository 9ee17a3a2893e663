// SPDX-License-Identifier: GPL-2.0-or-later
// The contract of a prioritizer: like a checker, it names questions and judges answers, and ends
// with a number. Higher is better; -1 is "undefined", which keeps a path usable but last.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "daemon/base/result.h"
#include "daemon/base/time.h"
#include "daemon/model/device.h"
#include "daemon/model/probe.h"

namespace mp::prioritizers {

constexpr int kProbesPerPriorityMax = 8;
constexpr int kUndefinedPriority = -1;

struct Priority {
    int value = kUndefinedPriority;
    int target_port_group = -1;  ///< learnt on the way (ALUA), -1 unknown
    std::string message;         ///< why it is undefined; empty when all is well
};

using NextStep = std::variant<model::Probe, Priority>;

class Prioritizer {
public:
    virtual ~Prioritizer() = default;
    /// The device's page 0x83 as the same check has just read it: before begin(), for that one
    /// only.
    virtual void hear_page83(std::span<const std::uint8_t> /*page*/) {}
    /// How long the answer took that on_reply() is about to get; only if measures().
    virtual void hear_latency(Duration /*latency*/) {}
    /// Its question is asked by itself, never along with others.
    virtual bool measures() const { return false; }
    virtual NextStep begin(const model::BlockDevice& device) = 0;
    virtual NextStep on_reply(const model::ProbeReply& reply) = 0;
};

struct PrioritizerType {
    std::string_view name;
    std::string_view doc;
    /// Creates one with its `prio_args` text. Errors: invalid, with what was wrong in Error::what.
    Result<std::unique_ptr<Prioritizer>> (*create)(std::string_view args);
};

/// All prioritizers of this build, sorted by name.
std::span<const PrioritizerType* const> all_prioritizers();
const PrioritizerType* find_prioritizer(std::string_view name);

}  // namespace mp::prioritizers
