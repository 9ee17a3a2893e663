// SPDX-License-Identifier: GPL-2.0-or-later
// A number from 1 to 10 that changes from one evaluation to the next: for tests of grouping and
// failback only. The sequence follows from the device number, so that a run can be repeated.
#include "prioritizers/random.h"

#include <optional>

#include "daemon/base/prng.h"

namespace mp::prioritizers {
namespace {

class Random final : public Prioritizer {
public:
    NextStep begin(const model::BlockDevice& device) override {
        if (!prng_) {
            prng_.emplace(static_cast<std::uint64_t>(device.devt.major) << 32U | device.devt.minor);
        }
        return Priority{.value = static_cast<int>(prng_->between(1, 10))};
    }
    NextStep on_reply(const model::ProbeReply&) override { return Priority{}; }

private:
    std::optional<Prng> prng_;
};

Result<std::unique_ptr<Prioritizer>> create(std::string_view) {
    return std::unique_ptr<Prioritizer>(std::make_unique<Random>());
}

}  // namespace

const PrioritizerType kRandom{
    .name = "random", .doc = "Gives a random priority from 1 to 10, for tests.", .create = create};

}  // namespace mp::prioritizers
