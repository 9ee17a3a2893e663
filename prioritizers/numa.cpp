// SPDX-License-Identifier: GPL-2.0-or-later
// How near is the path's adapter to the CPUs that use it? 255 less the NUMA distance (ACPI 6.5,
// section 5.2.17: 10 is local, 254 the farthest) of the adapter's node to the nodes named in the
// arguments, on average; to all nodes without arguments. Where the kernel does not say at which
// node an adapter is, or how far that is from a node that was named, the priority is 0: the last,
// and equal among such paths. No command is sent.
//
// A priority is one for all CPUs. Path selector numa-distance decides for each; this serves where
// its module is not there, or where the program that uses the disk is bound to a node.
#include "prioritizers/numa.h"

#include <algorithm>
#include <vector>

#include "daemon/base/strings.h"

namespace mp::prioritizers {
namespace {

constexpr int kFarthest = 255;
constexpr std::uint64_t kNodesMax = 1024;
constexpr std::string_view kNodes = "nodes=";

class Numa final : public Prioritizer {
public:
    explicit Numa(std::vector<std::size_t> nodes) : nodes_(std::move(nodes)) {}

    NextStep begin(const model::BlockDevice& device) override {
        return Priority{.value = value(device.adapter)};
    }
    NextStep on_reply(const model::ProbeReply&) override { return Priority{}; }

private:
    int value(const model::Adapter& adapter) const {
        const std::vector<int>& distances = adapter.node_distance;
        int sum = 0;
        int count = 0;
        for (std::size_t node = 0; node < distances.size(); ++node) {
            bool asked = nodes_.empty() || std::ranges::find(nodes_, node) != nodes_.end();
            if (asked && distances[node] > 0) {
                sum += std::min(distances[node], kFarthest);
                ++count;
            }
        }
        bool known = adapter.numa_node >= 0 && count > 0 &&
                     (nodes_.empty() || static_cast<std::size_t>(count) == nodes_.size());
        return known ? kFarthest - sum / count : 0;
    }

    std::vector<std::size_t> nodes_;  ///< none: all
};

Result<std::unique_ptr<Prioritizer>> create(std::string_view args) {
    std::vector<std::size_t> nodes;
    for (std::string_view word : split_words(args)) {
        if (!starts_with(word, kNodes)) {
            return fail(Errc::invalid, "the argument is nodes=N[,N...]");
        }
        for (std::string_view number : split(word.substr(kNodes.size()), ',')) {
            Result<std::uint64_t> node = parse_u64(number);
            if (!node || *node >= kNodesMax) {
                return fail(Errc::invalid, "a node is a number below 1024");
            }
            nodes.push_back(static_cast<std::size_t>(*node));
        }
    }
    std::ranges::sort(nodes);
    nodes.erase(std::unique(nodes.begin(), nodes.end()), nodes.end());
    return std::unique_ptr<Prioritizer>(std::make_unique<Numa>(std::move(nodes)));
}

}  // namespace

const PrioritizerType kNuma{
    .name = "numa",
    .doc = "Rates by the NUMA distance of the adapter; argument nodes=N[,N...], all without.",
    .create = create};

}  // namespace mp::prioritizers
