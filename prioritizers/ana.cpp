// SPDX-License-Identifier: GPL-2.0-or-later
// In which asymmetric access state is the namespace through this NVMe controller (NVM Express base
// specification 2.0, 8.1)? optimized 50, non-optimized 10, inaccessible and change 1,
// persistent-loss 0.
//
// A kernel that does the multipathing itself keeps the controller's log and shows the state of the
// namespace's group in sysfs, attribute ana_state. One that leaves it to device-mapper shows
// nothing: then the controller is asked, once whether it reports asymmetric access at all (Identify
// Controller, CMIC), and each time for the log page. Its events stay the kernel's. A controller
// without such access has the priority of const; a log that says nothing of the namespace leaves
// the priority undefined with a message.
#include "prioritizers/ana.h"

#include <array>

#include "daemon/model/answer.h"
#include "daemon/scsi/nvme_ana.h"

namespace mp::prioritizers {
namespace {

using scsi::AnaState;
using scsi::Bytes;

struct Value {
    AnaState state;
    int value;
};
constexpr std::array<Value, 5> kValues = {{{AnaState::optimized, 50},
                                           {AnaState::non_optimized, 10},
                                           {AnaState::inaccessible, 1},
                                           {AnaState::change, 1},
                                           {AnaState::persistent_loss, 0}}};
constexpr int kWithoutStates = 1;  // as const

class Ana final : public Prioritizer {
public:
    NextStep begin(const model::BlockDevice& device) override {
        if (device.bus != model::Bus::nvme || device.sys_path.empty()) {
            return undefined("not an NVMe namespace");
        }
        nsid_ = device.hctl ? static_cast<std::uint32_t>(device.hctl->lun) : 0;
        if (device.nvme_ana) {
            stage_ = Stage::attribute;
            return model::ReadAttribute{.path = device.sys_path + "/ana_state"};
        }
        if (!reports_) {
            stage_ = Stage::identify;
            return scsi::identify_controller();
        }
        return ask_log(scsi::kAnaLogLength);
    }

    NextStep on_reply(const model::ProbeReply& reply) override {
        Result<const model::BytesReply*> answer = model::answer_of<model::BytesReply>(reply);
        switch (stage_) {
            case Stage::attribute:
                return answer ? on_word(scsi::text_field((*answer)->data))
                              : undefined("ana_state: " + answer.error().text());
            case Stage::identify:
                return answer ? on_identify((*answer)->data)
                              : undefined("identify controller: " + answer.error().text());
            case Stage::log:
                return answer ? on_log((*answer)->data)
                              : undefined("ANA log: " + answer.error().text());
        }
        return undefined("unknown stage");
    }

private:
    enum class Stage { attribute, identify, log };

    static NextStep on_word(const std::string& text) {
        for (const Value& known : kValues) {
            if (text == scsi::ana_word(known.state)) {
                return Priority{.value = known.value};
            }
        }
        return undefined("ana_state is \"" + text + "\"");
    }

    NextStep on_identify(Bytes data) {
        std::optional<bool> reports = scsi::reports_ana(data);
        if (!reports) {
            return undefined("identify controller: the answer is too short");
        }
        if (!*reports) {
            return Priority{.value = kWithoutStates};
        }
        reports_ = true;
        return ask_log(scsi::kAnaLogLength);
    }

    NextStep ask_log(std::uint32_t length) {
        stage_ = Stage::log;
        length_ = length;
        return scsi::ana_log(length);
    }

    NextStep on_log(Bytes log) {
        scsi::AnaFound found = scsi::find_in_ana_log(log, nsid_);
        for (const Value& known : kValues) {
            if (found.state == known.state) {
                return Priority{.value = known.value};
            }
        }
        if (found.state) {
            return undefined("the namespace is in state " +
                             std::to_string(static_cast<int>(*found.state)));
        }
        if (found.cut && length_ < scsi::kAnaLogLengthMax) {
            return ask_log(length_ * 4);
        }
        return undefined("namespace " + std::to_string(nsid_) + " is not in the ANA log");
    }

    static NextStep undefined(const std::string& why) {
        return Priority{.message = "ana prioritizer: " + why};
    }

    Stage stage_ = Stage::attribute;
    bool reports_ = false;  ///< the controller has said that it reports states
    std::uint32_t nsid_ = 0;
    std::uint32_t length_ = 0;
};

Result<std::unique_ptr<Prioritizer>> create(std::string_view) {
    return std::unique_ptr<Prioritizer>(std::make_unique<Ana>());
}

}  // namespace

const PrioritizerType kAna{
    .name = "ana", .doc = "Asymmetric access state of NVMe namespaces.", .create = create};

}  // namespace mp::prioritizers
