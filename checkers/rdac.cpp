// SPDX-License-Identifier: GPL-2.0-or-later
// Which controller of an RDAC array serves the volume, and can it be reached here? One question,
// the volume access control page (INQUIRY vital product data 0xC9). A logical unit that is not
// connected is down. Where byte 8 says that target port group data follow (bit 4), a group that is
// unavailable is down, and so is one that is in transition alone: that controller starts up. A
// transition of both is a change of ownership and passes. Owned by this controller (bit 0) or
// served by both (bit 5) is up, anything else is ghost: the volume would have to be moved first.
//
// The device that refuses the page is no RDAC device: wild. A command that failed is down, never
// ghost, and so is a page that ends before the fields that decide. Busy and errors of the transport
// that may pass are tried again, five tries in all.
#include "checkers/rdac.h"

#include "checkers/verdict.h"
#include "daemon/model/answer.h"
#include "daemon/scsi/cdb.h"
#include "daemon/scsi/inquiry.h"

namespace mp::checkers {
namespace {

using model::PathState;

constexpr std::string_view kName = "rdac";
constexpr int kTriesMax = 5;
constexpr std::uint8_t kPage = 0xc9;
constexpr std::uint16_t kPageBytes = 48;
constexpr std::uint8_t kUnavailable = 0x3;
constexpr std::uint8_t kTransition = 0xf;

constexpr std::size_t kAccess = 8;
constexpr std::size_t kOwnGroup = 10;
constexpr std::size_t kOwnReason = 11;
constexpr std::size_t kOtherGroup = 12;

std::string_view reason_text(std::uint8_t reason) {
    switch (reason) {
        case 2:
            return "the controller does not respond";
        case 3:
            return "the controller is held in reset";
        case 4:
        case 5:
            return "the controller loads firmware";
        case 6:
            return "the controller was quiesced by an administrator";
        case 7:
            return "the controller is in service mode";
        default:
            return "the controller is unavailable";
    }
}

Verdict judge(scsi::Bytes data) {
    if (data.size() <= kOtherGroup) {
        return verdict_of(kName, PathState::down, "page 0xc9 is too short");
    }
    scsi::Peripheral peripheral = scsi::peripheral_of(data[0]);
    if (!peripheral.connected() || peripheral.type != 0) {
        return verdict_of(kName, PathState::down, "logical unit not connected");
    }
    if (data[1] != kPage) {
        return verdict_of(kName, PathState::wild, "another page came than 0xc9");
    }
    std::uint8_t access = data[kAccess];
    std::uint8_t own = data[kOwnGroup] & 0x0f;
    std::uint8_t other = data[kOtherGroup] & 0x0f;
    if ((access & 0x10) != 0 && own == kUnavailable) {
        return verdict_of(kName, PathState::down, reason_text(data[kOwnReason]));
    }
    if ((access & 0x10) != 0 && own == kTransition && other != kTransition) {
        return verdict_of(kName, PathState::down, "the controller starts up");
    }
    bool served = (access & 0x21) != 0;
    return verdict_of(kName, served ? PathState::up : PathState::ghost);
}

class Rdac final : public Checker {
public:
    NextStep begin(const model::BlockDevice&) override {
        tries_ = 1;
        attentions_ = {};
        return scsi::inquiry_vpd(kPage, kPageBytes);
    }

    NextStep on_reply(const model::ProbeReply& reply) override {
        Result<const model::ScsiReply*> answer = model::answer_of<model::ScsiReply>(reply);
        if (!answer) {
            return finish(verdict_of_error(kName, answer.error()));
        }
        scsi::Completion completion = scsi::completion_of(**answer);
        attentions_.note(completion);
        if (worth_another_try(completion) && tries_ < kTriesMax) {
            ++tries_;
            return scsi::inquiry_vpd(kPage, kPageBytes);
        }
        if (completion.outcome == scsi::Outcome::done) {
            return finish(judge((*answer)->data));
        }
        return finish(verdict_without_page(kName, completion));
    }

private:
    NextStep finish(Verdict verdict) const { return attentions_.put_into(verdict); }

    int tries_ = 0;
    Attentions attentions_;
};

std::unique_ptr<Checker> create() {
    return std::make_unique<Rdac>();
}

}  // namespace

const CheckerType kRdac{.name = kName,
                        .doc = "Reads which controller of an RDAC array serves the volume.",
                        .create = create};

}  // namespace mp::checkers
