// SPDX-License-Identifier: GPL-2.0-or-later
// Which checker and prioritizer serve a path? Configuration names them; with detection on, what the
// device is overrides them, because hardware tables cannot know in which mode an array runs.
//
// Checker: an array that shows the RDAC page gets rdac; any other with target port groups gets tur;
// NVMe that would get none gets ana unless the kernel does the multipathing itself.
// Prioritizer: NVMe with asymmetric access gets ana. The kernel only shows that where it does the
// multipathing itself; elsewhere ana stands in for const, asks the controller and is const where
// there is no such access. SCSI with target port groups (INQUIRY TPGS not 0) gets sysfs when the
// kernel's handler keeps the access state and the array can be told to change it (or is not RDAC,
// whose own state differs), else alua. Without groups the configuration stands, but alua makes no
// sense then and becomes const. Arguments follow their prioritizer: alua and sysfs share theirs. A
// device that takes no SCSI commands and for which nobody chose gets directio, an NVMe namespace
// none.
#include "daemon/engine/detect.h"

namespace mp::engine {

using model::Bus;

namespace {

// Arguments of another prioritizer would only make the detected one refuse.
std::string detected_args(const conf::PathPolicy& policy) {
    if (policy.prio == "alua" || policy.prio == "sysfs") {
        return policy.prio_args;
    }
    return policy.device_prio_args == "exclusive_pref_bit" ? policy.device_prio_args
                                                           : std::string();
}

}  // namespace

std::string decide_checker(const model::BlockDevice& device, const conf::PathPolicy& policy,
                           std::optional<bool> rdac_page) {
    bool asks_states = device.bus == Bus::nvme && policy.detect_checker && !device.nvme_ana;
    if (asks_states && (!policy.checker_configured || policy.checker == "none")) {
        return "ana";
    }
    if (!policy.checker_configured) {
        switch (device.bus) {
            case Bus::nvme:
                return "none";
            case Bus::ccw:
            case Bus::other:
            case Bus::unknown:
                return "directio";
            case Bus::scsi:
            case Bus::cciss:
                break;
        }
    }
    if (!policy.detect_checker || device.bus != Bus::scsi) {
        return policy.checker;
    }
    if (rdac_page.value_or(false)) {
        return "rdac";
    }
    bool groups = device.tpgs.value_or(0) > 0;
    bool maybe_rdac = policy.checker == "rdac" && !rdac_page;
    return groups && !maybe_rdac ? "tur" : policy.checker;
}

PrioritizerChoice decide_prioritizer(const model::BlockDevice& device,
                                     const conf::PathPolicy& policy, bool is_rdac) {
    if (policy.detect_prio && device.bus == Bus::nvme &&
        (device.nvme_ana || policy.prio == "const")) {
        return {.name = "ana", .args = ""};
    }
    int tpgs = device.tpgs.value_or(0);
    if (policy.detect_prio && device.bus == Bus::scsi && tpgs > 0) {
        bool told = tpgs >= 2;
        bool kernel_knows = !device.access_state.empty() && (told || !is_rdac);
        return {.name = kernel_knows ? "sysfs" : "alua", .args = detected_args(policy)};
    }
    if (policy.prio == "alua" && (device.bus != Bus::scsi || device.tpgs == 0)) {
        return {.name = "const", .args = ""};
    }
    return {.name = policy.prio, .args = policy.prio_args};
}

}  // namespace mp::engine
