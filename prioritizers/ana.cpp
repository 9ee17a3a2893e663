// SPDX-License-Identifier: GPL-2.0-or-later
// In which asymmetric access state is the namespace through this NVMe controller (NVM Express base
// specification 2.0, 8.1)? The kernel keeps the controller's log and shows the state of the
// namespace's group in sysfs, attribute ana_state. optimized 50, non-optimized 10, inaccessible and
// change 1, persistent-loss 0. A kernel that does not show it leaves the priority undefined.
#include "prioritizers/ana.h"

#include <array>

#include "daemon/model/answer.h"
#include "daemon/scsi/bytes.h"

namespace mp::prioritizers {
namespace {

struct State {
    std::string_view word;
    int value;
};
constexpr std::array<State, 5> kStates = {{{"optimized", 50},
                                           {"non-optimized", 10},
                                           {"inaccessible", 1},
                                           {"change", 1},
                                           {"persistent-loss", 0}}};

class Ana final : public Prioritizer {
public:
    NextStep begin(const model::BlockDevice& device) override {
        if (device.bus != model::Bus::nvme || device.sys_path.empty()) {
            return Priority{.message = "ana prioritizer: not an NVMe namespace"};
        }
        return model::ReadAttribute{.path = device.sys_path + "/ana_state"};
    }

    NextStep on_reply(const model::ProbeReply& reply) override {
        Result<const model::BytesReply*> answer = model::answer_of<model::BytesReply>(reply);
        if (!answer) {
            return Priority{.message = "ana prioritizer: ana_state: " + answer.error().text()};
        }
        std::string text = scsi::text_field((*answer)->data);
        for (const State& state : kStates) {
            if (text == state.word) {
                return Priority{.value = state.value};
            }
        }
        return Priority{.message = "ana prioritizer: ana_state is \"" + text + "\""};
    }
};

Result<std::unique_ptr<Prioritizer>> create(std::string_view) {
    return std::unique_ptr<Prioritizer>(std::make_unique<Ana>());
}

}  // namespace

const PrioritizerType kAna{
    .name = "ana", .doc = "Asymmetric access state of NVMe namespaces.", .create = create};

}  // namespace mp::prioritizers
