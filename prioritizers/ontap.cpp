// SPDX-License-Identifier: GPL-2.0-or-later
// How does this path reach a NetApp array: directly, through the partner, over iSCSI? A vendor
// command (operation code 0xC0, page 0x41) names the initiator driver: "ism_sw" and "iswt" are
// iSCSI in software (2), "ism_sn" an iSCSI adapter (3). Everything else is Fibre Channel, and bit 1
// of byte 19 of vital product data page 0xC1 tells a path through the partner (1) from a direct one
// (4). A device that refuses the vendor command has 0; one that refuses the page counts as direct.
#include "prioritizers/ontap.h"

#include <array>

#include "daemon/base/strings.h"
#include "daemon/model/answer.h"
#include "daemon/scsi/cdb.h"
#include "daemon/scsi/sense.h"

namespace mp::prioritizers {
namespace {

constexpr int kTriesMax = 3;
constexpr std::uint8_t kInitiatorPage = 0x41;
constexpr std::uint8_t kProxyPage = 0xc1;
constexpr std::uint8_t kAllocation = 128;
constexpr std::array<std::uint8_t, 4> kReportMark = {0x0a, 0x98, 0x0a, 0x01};
constexpr std::array<std::uint8_t, 6> kProxyMark = {0x0a, 0x98, 0x0a, 0x00, 0xc1, 0x00};
constexpr int kRefused = 0;
constexpr int kThroughPartner = 1;
constexpr int kIscsiSoftware = 2;
constexpr int kIscsiAdapter = 3;
constexpr int kDirect = 4;

template <std::size_t Size>
bool marked(scsi::Bytes data, std::size_t at, const std::array<std::uint8_t, Size>& mark) {
    scsi::Bytes found = scsi::slice(data, at, Size);
    return std::equal(found.begin(), found.end(), mark.begin(), mark.end());
}

model::ScsiCommand initiator_report() {
    return {.cdb = {0xc0, 0, 0x01, 0x0a, 0x98, 0x0a, kInitiatorPage, kAllocation, 0, 0},
            .transfer_length = kAllocation};
}

class Ontap final : public Prioritizer {
public:
    NextStep begin(const model::BlockDevice&) override {
        proxy_stage_ = false;
        return ask(initiator_report());
    }

    NextStep on_reply(const model::ProbeReply& reply) override {
        Result<const model::ScsiReply*> answer = model::answer_of<model::ScsiReply>(reply);
        if (!answer) {
            return Priority{.message = "ontap prioritizer: " + answer.error().text()};
        }
        scsi::Completion completion = scsi::completion_of(**answer);
        bool sense = completion.outcome == scsi::Outcome::sense;
        if (scsi::is_passing(completion) && tries_ < kTriesMax) {
            ++tries_;
            return question_;
        }
        bool done = completion.outcome == scsi::Outcome::done;
        if (!done && !sense) {
            return Priority{.message = "ontap prioritizer: " + completion.text};
        }
        scsi::Bytes data = done ? scsi::Bytes((*answer)->data) : scsi::Bytes();
        return proxy_stage_ ? on_proxy(data) : on_initiator(data);
    }

private:
    NextStep ask(model::ScsiCommand question) {
        question_ = std::move(question);
        tries_ = 1;
        return question_;
    }

    NextStep on_initiator(scsi::Bytes data) {
        if (!marked(data, 4, kReportMark)) {
            return Priority{.value = kRefused};
        }
        constexpr std::size_t kHeader = 8;
        constexpr std::size_t kName = 12;
        if (*scsi::u32_at(data, 0) > kHeader && scsi::u8_at(data, kHeader) == kInitiatorPage) {
            std::string name = scsi::text_field(scsi::slice(data, kName, 6));
            if (name == "ism_sw" || starts_with(name, "iswt")) {
                return Priority{.value = kIscsiSoftware};
            }
            if (name == "ism_sn") {
                return Priority{.value = kIscsiAdapter};
            }
        }
        proxy_stage_ = true;
        return ask(scsi::inquiry_vpd(kProxyPage, kAllocation));
    }

    NextStep on_proxy(scsi::Bytes data) const {
        constexpr std::size_t kFlags = 19;
        bool known = scsi::u8_at(data, 1) == kProxyPage && marked(data, 8, kProxyMark);
        bool proxy = known && (scsi::u8_at(data, kFlags).value_or(0) & 0x02) != 0;
        return Priority{.value = proxy ? kThroughPartner : kDirect};
    }

    model::ScsiCommand question_;
    bool proxy_stage_ = false;
    int tries_ = 0;
};

Result<std::unique_ptr<Prioritizer>> create(std::string_view) {
    return std::unique_ptr<Prioritizer>(std::make_unique<Ontap>());
}

}  // namespace

const PrioritizerType kOntap{.name = "ontap",
                             .doc = "Direct or partner path and protocol of NetApp arrays.",
                             .create = create};

}  // namespace mp::prioritizers
