// SPDX-License-Identifier: GPL-2.0-or-later
// Can the first 4096 bytes be read? SCSI devices get a READ(10) (SBC-4 5.15), three tries when a
// unit attention is in the way. A device that takes no SCSI commands gets the same read as plain
// block I/O, so that the checker serves network block devices too. Any other outcome is down: data
// are what this checker is about, so a reservation conflict counts as a failure here.
#include "checkers/readsector0.h"

#include <algorithm>

#include "checkers/verdict.h"
#include "daemon/model/answer.h"
#include "daemon/scsi/cdb.h"

namespace mp::checkers {
namespace {

constexpr std::string_view kName = "readsector0";
constexpr std::uint32_t kReadBytes = 4096;
constexpr int kTriesMax = 3;

class Readsector0 final : public Checker {
public:
    NextStep begin(const model::BlockDevice& device) override {
        tries_ = 1;
        attentions_ = {};
        block_size_ = std::clamp<std::uint32_t>(device.logical_block_size, 512, scsi::kTransferMax);
        as_scsi_ = device.bus == model::Bus::scsi || device.bus == model::Bus::cciss;
        return question();
    }

    NextStep on_reply(const model::ProbeReply& reply) override {
        if (!as_scsi_) {
            Result<const model::BytesReply*> read = model::answer_of<model::BytesReply>(reply);
            return finish(read ? verdict_of(kName, model::PathState::up)
                               : verdict_of_error(kName, read.error()));
        }
        Result<const model::ScsiReply*> answer = model::answer_of<model::ScsiReply>(reply);
        if (!answer && answer.error().code == Errc::unsupported) {
            as_scsi_ = false;
            return question();
        }
        if (!answer) {
            return finish(verdict_of_error(kName, answer.error()));
        }
        scsi::Completion completion = scsi::completion_of(**answer);
        attentions_.note(completion);
        if (completion.outcome == scsi::Outcome::sense &&
            completion.sense.key == scsi::SenseKey::unit_attention && tries_ < kTriesMax) {
            ++tries_;
            return question();
        }
        return finish(completion.outcome == scsi::Outcome::done
                          ? verdict_of(kName, model::PathState::up)
                          : verdict_of(kName, model::PathState::down, completion.text));
    }

private:
    NextStep question() const {
        std::uint32_t blocks = std::max<std::uint32_t>(1, kReadBytes / block_size_);
        if (as_scsi_) {
            return scsi::read_10(0, static_cast<std::uint16_t>(blocks), block_size_);
        }
        return model::ReadBlocks{.offset_bytes = 0, .length = blocks * block_size_};
    }

    NextStep finish(Verdict verdict) const { return attentions_.put_into(verdict); }

    int tries_ = 0;
    std::uint32_t block_size_ = 512;
    bool as_scsi_ = true;
    Attentions attentions_;
};

std::unique_ptr<Checker> create() {
    return std::make_unique<Readsector0>();
}

}  // namespace

const CheckerType kReadsector0{
    .name = kName, .doc = "Reads the first 4096 bytes with READ(10).", .create = create};

}  // namespace mp::checkers
