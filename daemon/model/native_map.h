// SPDX-License-Identifier: GPL-2.0-or-later
// A disk whose paths the kernel's own NVMe multipathing handles (nvme_core.multipath=Y). It is
// shown beside the maps and never touched.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mp::model {

struct NativePath {
    std::string name;        ///< of the hidden device, "nvme0c1n1"
    std::string controller;  ///< "nvme1"
    std::string state;       ///< of the controller: "live", "connecting", ...
    std::string ana_state;   ///< "optimized", ..., empty without ANA
    std::string transport;   ///< "tcp", "fc", "pcie", ...
    std::string address;     ///< as the kernel writes it
    auto operator<=>(const NativePath&) const = default;
    /// I/O may go down it.
    bool usable() const {
        return state == "live" &&
               (ana_state.empty() || ana_state == "optimized" || ana_state == "non-optimized");
    }
};

struct NativeMap {
    std::string name;  ///< "nvme0n1"
    std::string wwid;  ///< "uuid.…", "eui.…"
    std::string subsystem_nqn;
    std::string model;
    std::string revision;
    std::string serial;
    std::string policy;  ///< "numa", "round-robin", "queue-depth"
    std::uint64_t size_sectors = 0;
    bool read_only = false;
    std::vector<NativePath> paths;
    auto operator<=>(const NativeMap&) const = default;
};

}  // namespace mp::model
