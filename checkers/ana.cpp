// SPDX-License-Identifier: GPL-2.0-or-later
// Would a namespace take I/O through this NVMe controller (NVM Express base specification 2.0,
// 8.1)? Three questions: the kernel's word on the controller, as checker none asks; once, whether
// the controller reports asymmetric access; then its log. A namespace that is inaccessible here or
// lost for good is down, as the controller would refuse every read and write; one whose state is
// changing is pending.
//
// The log only ever adds to what checker none knows: a controller without asymmetric access, one
// that does not answer the question, and a log that does not name the namespace leave a live
// controller's path up. I/O decides then.
#include "checkers/ana.h"

#include "checkers/gate.h"
#include "checkers/verdict.h"
#include "daemon/model/answer.h"
#include "daemon/scsi/nvme_ana.h"

namespace mp::checkers {
namespace {

using model::PathState;
using scsi::AnaState;

constexpr std::string_view kName = "ana";

class Ana final : public Checker {
public:
    NextStep begin(const model::BlockDevice& device) override {
        bus_ = device.bus;
        nsid_ = device.hctl ? static_cast<std::uint32_t>(device.hctl->lun) : 0;
        if (device.state_attribute.empty()) {
            return after_gate();
        }
        stage_ = Stage::attribute;
        return model::ReadAttribute{.path = device.state_attribute};
    }

    NextStep on_reply(const model::ProbeReply& reply) override {
        Result<const model::BytesReply*> answer = model::answer_of<model::BytesReply>(reply);
        if (!answer && answer.error().code == Errc::gone) {
            return verdict_of(kName, PathState::removed, answer.error().text());
        }
        if (!answer) {
            return stage_ == Stage::attribute ? verdict_of_error(kName, answer.error())
                                              : up(answer.error().text());
        }
        switch (stage_) {
            case Stage::attribute:
                return on_word(scsi::text_field((*answer)->data));
            case Stage::identify:
                reports_ = scsi::reports_ana((*answer)->data);
                return reports_.value_or(false) ? ask_log(scsi::kAnaLogLength) : up();
            case Stage::log:
                return on_log((*answer)->data);
        }
        return up();
    }

private:
    enum class Stage { attribute, identify, log };

    static NextStep up(std::string_view detail = {}) {
        return verdict_of(kName, PathState::up, detail);
    }

    NextStep on_word(const std::string& text) {
        std::optional<PathState> state = sysfs_gate(bus_, text);
        return state ? NextStep(verdict_of(kName, *state, text)) : after_gate();
    }

    NextStep after_gate() {
        if (bus_ != model::Bus::nvme || reports_ == false) {
            return up();
        }
        if (!reports_) {
            stage_ = Stage::identify;
            return scsi::identify_controller();
        }
        return ask_log(scsi::kAnaLogLength);
    }

    NextStep ask_log(std::uint32_t length) {
        stage_ = Stage::log;
        length_ = length;
        return scsi::ana_log(length);
    }

    NextStep on_log(scsi::Bytes log) {
        scsi::AnaFound found = scsi::find_in_ana_log(log, nsid_);
        if (found.cut && length_ < scsi::kAnaLogLengthMax) {
            return ask_log(length_ * 4);
        }
        if (!found.state) {
            return up("the controller's log does not name the namespace");
        }
        switch (*found.state) {
            case AnaState::inaccessible:
            case AnaState::persistent_loss:
                return verdict_of(kName, PathState::down, scsi::ana_word(*found.state));
            case AnaState::change:
                return verdict_of(kName, PathState::pending, scsi::ana_word(*found.state));
            case AnaState::optimized:
            case AnaState::non_optimized:
                break;
        }
        return up();
    }

    Stage stage_ = Stage::attribute;
    model::Bus bus_ = model::Bus::unknown;
    std::optional<bool> reports_;  ///< asymmetric access, once the controller has said
    std::uint32_t nsid_ = 0;
    std::uint32_t length_ = 0;
};

std::unique_ptr<Checker> create() {
    return std::make_unique<Ana>();
}

}  // namespace

const CheckerType kAna{.name = kName,
                       .doc = "As none, and whether NVMe namespaces are accessible (ANA log).",
                       .create = create};

}  // namespace mp::checkers
