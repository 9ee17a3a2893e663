// SPDX-License-Identifier: GPL-2.0-or-later
// All paths are worth the same: 1. The default where nothing better is known; it asks the device
// nothing. Arguments are accepted and ignored, as configurations carry them along.
#include "prioritizers/constant.h"

namespace mp::prioritizers {
namespace {

class Constant final : public Prioritizer {
public:
    NextStep begin(const model::BlockDevice&) override { return Priority{.value = 1}; }
    NextStep on_reply(const model::ProbeReply&) override { return Priority{.value = 1}; }
};

Result<std::unique_ptr<Prioritizer>> create(std::string_view) {
    return std::unique_ptr<Prioritizer>(std::make_unique<Constant>());
}

}  // namespace

const PrioritizerType kConst{
    .name = "const", .doc = "Gives every path the priority 1.", .create = create};

}  // namespace mp::prioritizers
