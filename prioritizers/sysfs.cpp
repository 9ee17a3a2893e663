// SPDX-License-Identifier: GPL-2.0-or-later
// What does the kernel's device handler know about access to this path? Two attributes of the SCSI
// device, access_state and preferred_path, turned into the same numbers as ALUA gives; no command
// goes to the device. Attributes that cannot be read make the priority undefined; an access state
// that is not one of the kernel's words does too, because the handler says so while it does not
// know. A missing preferred_path (old kernels) only means no preference.
#include "prioritizers/sysfs.h"

#include "daemon/model/answer.h"
#include "prioritizers/alua_number.h"

namespace mp::prioritizers {
namespace {

class Sysfs final : public Prioritizer {
public:
    explicit Sysfs(bool exclusive) : exclusive_(exclusive) {}

    NextStep begin(const model::BlockDevice& device) override {
        state_.reset();
        dir_ = device.parent_dir();
        if (device.bus != model::Bus::scsi || dir_.empty()) {
            return Priority{.message = "sysfs prioritizer: not a SCSI device"};
        }
        return model::ReadAttribute{.path = dir_ + "/access_state"};
    }

    NextStep on_reply(const model::ProbeReply& reply) override {
        Result<const model::BytesReply*> answer = model::answer_of<model::BytesReply>(reply);
        std::string text = answer ? scsi::text_field((*answer)->data) : "";
        if (state_) {
            return Priority{.value = alua_number(*state_, text == "1", exclusive_)};
        }
        if (!answer) {
            return Priority{.message = "sysfs prioritizer: access_state: " + answer.error().text()};
        }
        state_ = scsi::access_state_of_text(text);
        if (!state_) {
            return Priority{.message = "sysfs prioritizer: access_state is \"" + text + "\""};
        }
        return model::ReadAttribute{.path = dir_ + "/preferred_path"};
    }

private:
    bool exclusive_;
    std::string dir_;
    std::optional<scsi::AccessState> state_;
};

Result<std::unique_ptr<Prioritizer>> create(std::string_view args) {
    MP_TRY(bool exclusive, parse_exclusive_pref_bit(args));
    return std::unique_ptr<Prioritizer>(std::make_unique<Sysfs>(exclusive));
}

}  // namespace

const PrioritizerType kSysfs{.name = "sysfs",
                             .doc =
                                 "Reads the access state that the kernel's device handler keeps; "
                                 "argument exclusive_pref_bit.",
                             .create = create};

}  // namespace mp::prioritizers
