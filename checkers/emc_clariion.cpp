// SPDX-License-Identifier: GPL-2.0-or-later
// Does this storage processor of a CLARiiON serve the logical unit as it should? First the unit
// path report (INQUIRY vital product data 0xC0): an unknown form, an initiator that is not
// registered for failover, a unit that is not bound (LUNZ) or another unit than before are down,
// and a unit whose operation is restricted is shaky. Then, where this processor owns the unit, its
// first 4096 bytes are read; 5/25/01 is an inactive snapshot, which refuses data by its nature.
//
// A path to the other processor is up, not ghost: the array moves the unit at the first command. It
// is down while the unit is known as an inactive snapshot, which only a path that owns it can find
// out; each path remembers what it saw itself. A device that refuses the page is no CLARiiON: wild.
#include "checkers/emc_clariion.h"

#include <algorithm>
#include <vector>

#include "checkers/verdict.h"
#include "daemon/model/answer.h"
#include "daemon/scsi/cdb.h"

namespace mp::checkers {
namespace {

using model::PathState;

constexpr std::string_view kName = "emc_clariion";
constexpr int kTriesMax = 5;
constexpr int kReadTriesMax = 2;
constexpr std::uint8_t kPage = 0xc0;
constexpr std::uint16_t kPageBytes = 128;
constexpr std::uint32_t kReadBytes = 4096;

constexpr std::size_t kLunState = 4;
constexpr std::size_t kRevision = 9;
constexpr std::size_t kUnitName = 10;
constexpr std::size_t kUnitNameBytes = 16;
constexpr std::size_t kInitiatorType = 27;
constexpr std::size_t kFailoverMode = 28;
constexpr std::size_t kArrayCommPath = 30;
constexpr std::size_t kLunOperations = 48;
constexpr std::uint8_t kUnbound = 0;
constexpr std::uint8_t kOwnedHere = 2;

class EmcClariion final : public Checker {
public:
    NextStep begin(const model::BlockDevice& device) override {
        tries_ = 1;
        reading_ = false;
        attentions_ = {};
        block_size_ = std::clamp<std::uint32_t>(device.logical_block_size, 512, kReadBytes);
        return report();
    }

    NextStep on_reply(const model::ProbeReply& reply) override {
        Result<const model::ScsiReply*> answer = model::answer_of<model::ScsiReply>(reply);
        if (!answer) {
            return finish(verdict_of_error(kName, answer.error()));
        }
        scsi::Completion completion = scsi::completion_of(**answer);
        attentions_.note(completion);
        if (worth_another_try(completion) && tries_ < (reading_ ? kReadTriesMax : kTriesMax)) {
            ++tries_;
            return reading_ ? read() : report();
        }
        if (reading_) {
            return on_read(completion);
        }
        if (completion.outcome == scsi::Outcome::done) {
            return on_report((*answer)->data);
        }
        return finish(verdict_without_page(kName, completion));
    }

private:
    static NextStep report() { return scsi::inquiry_vpd(kPage, kPageBytes); }
    NextStep read() const {
        return scsi::read_10(0, static_cast<std::uint16_t>(kReadBytes / block_size_), block_size_);
    }

    NextStep down(std::string_view why) const {
        return finish(verdict_of(kName, PathState::down, why));
    }

    NextStep on_report(scsi::Bytes data) {
        if (data.size() <= kLunOperations || data[1] != kPage || data[kRevision] != 0) {
            return down("the unit path report has an unknown form");
        }
        std::uint8_t mode = data[kFailoverMode] & 0x07;
        bool registered = data[kInitiatorType] == 3 && (mode == 4 || mode == 6) &&
                          (data[kArrayCommPath] & 0x04) != 0;
        if (!registered) {
            return down("the initiator is not registered for failover");
        }
        if (data[kLunOperations] != 0) {
            return finish(
                verdict_of(kName, PathState::shaky, "the unit is not in normal operation"));
        }
        if (data[kLunState] == kUnbound) {
            return down("the logical unit is not bound");
        }
        scsi::Bytes name = scsi::slice(data, kUnitName, kUnitNameBytes);
        if (!unit_name_.empty() && !std::equal(name.begin(), name.end(), unit_name_.begin())) {
            attentions_.identity_suspect = true;
            return down("another logical unit answers");
        }
        unit_name_.assign(name.begin(), name.end());
        if (data[kLunState] != kOwnedHere) {
            return inactive_snapshot_ ? down("inactive snapshot")
                                      : finish(verdict_of(kName, PathState::up));
        }
        reading_ = true;
        tries_ = 1;
        return read();
    }

    NextStep on_read(const scsi::Completion& completion) {
        constexpr std::uint8_t kLunAsc = 0x25;
        inactive_snapshot_ = completion.outcome == scsi::Outcome::sense &&
                             completion.sense.is(scsi::SenseKey::illegal_request, kLunAsc, 0x01);
        if (completion.outcome == scsi::Outcome::done) {
            return finish(verdict_of(kName, PathState::up));
        }
        return down(inactive_snapshot_ ? "inactive snapshot" : completion.text);
    }

    NextStep finish(Verdict verdict) const { return attentions_.put_into(verdict); }

    int tries_ = 0;
    bool reading_ = false;
    bool inactive_snapshot_ = false;
    std::uint32_t block_size_ = 512;
    std::vector<std::uint8_t> unit_name_;
    Attentions attentions_;
};

std::unique_ptr<Checker> create() {
    return std::make_unique<EmcClariion>();
}

}  // namespace

const CheckerType kEmcClariion{
    .name = kName, .doc = "Reads the path report of EMC CLARiiON arrays.", .create = create};

}  // namespace mp::checkers
