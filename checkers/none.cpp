// SPDX-License-Identifier: GPL-2.0-or-later
// What does the kernel think of the device? No command is sent: the state attribute in sysfs is
// read again and judged by the common gate. The default for NVMe, whose controller states are kept
// current by keep-alive. A device without such an attribute is up for as long as it exists.
#include "checkers/none.h"

#include "checkers/gate.h"
#include "checkers/verdict.h"
#include "daemon/model/answer.h"

namespace mp::checkers {
namespace {

constexpr std::string_view kName = "none";

class None final : public Checker {
public:
    NextStep begin(const model::BlockDevice& device) override {
        bus_ = device.bus;
        if (device.state_attribute.empty()) {
            return verdict_of(kName, model::PathState::up);
        }
        return model::ReadAttribute{.path = device.state_attribute};
    }

    NextStep on_reply(const model::ProbeReply& reply) override {
        Result<const model::BytesReply*> answer = model::answer_of<model::BytesReply>(reply);
        if (!answer) {
            return answer.error().code == Errc::gone
                       ? verdict_of(kName, model::PathState::removed, answer.error().text())
                       : verdict_of_error(kName, answer.error());
        }
        std::string text = scsi::text_field((*answer)->data);
        std::optional<model::PathState> state = sysfs_gate(bus_, text);
        return state ? verdict_of(kName, *state, text) : verdict_of(kName, model::PathState::up);
    }

private:
    model::Bus bus_ = model::Bus::unknown;
};

std::unique_ptr<Checker> create() {
    return std::make_unique<None>();
}

}  // namespace

const CheckerType kNone{.name = kName,
                        .doc = "Sends nothing; the kernel's own device state decides.",
                        .create = create};

}  // namespace mp::checkers
