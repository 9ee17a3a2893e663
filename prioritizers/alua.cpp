// SPDX-License-Identifier: GPL-2.0-or-later
// In which access state is the target port group behind this path (SPC-5 5.18, 6.36)? Up to three
// questions: standard INQUIRY when sysfs did not say whether the device has groups at all, page
// 0x83 for the group of the port that we come through, REPORT TARGET PORT GROUPS for the states.
//
// The group is asked of the device each time, unless the same check has just read the page: sysfs
// keeps the page of the last scan and a port may have moved to another group since; only when the
// device does not give the page does the kernel's copy serve. The plain header of the report is
// asked for first, the extended one when the device refuses that. An answer that did not fit is
// asked for again at its full length. Unit attention, not ready and busy are tried again, three
// tries per question, within the limit of probes for one priority. Anything else leaves the
// priority undefined with a message; a guess could move I/O for nothing.
#include "prioritizers/alua.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "daemon/model/answer.h"
#include "daemon/scsi/cdb.h"
#include "daemon/scsi/designator.h"
#include "daemon/scsi/sense.h"
#include "prioritizers/alua_number.h"

namespace mp::prioritizers {
namespace {

constexpr int kTriesMax = 3;
constexpr std::uint32_t kReportAllocation = 1024;

class Alua final : public Prioritizer {
public:
    explicit Alua(bool exclusive) : exclusive_(exclusive) {}

    void hear_page83(std::span<const std::uint8_t> page) override {
        Result<scsi::DesignatorList> list = scsi::parse_designators(page);
        heard_group_ = list ? scsi::target_port_group_of(*list) : std::nullopt;
    }

    NextStep begin(const model::BlockDevice& device) override {
        probes_ = 0;
        group_ = -1;
        kernel_page_ = device.vpd_pg83;
        std::optional<std::uint16_t> heard = std::exchange(heard_group_, std::nullopt);
        if (device.tpgs && *device.tpgs == 0) {
            return unsupported();
        }
        if (device.tpgs && heard) {
            return report_on(*heard);
        }
        return device.tpgs ? ask(Stage::group, scsi::inquiry_vpd(scsi::kPageIdentification))
                           : ask(Stage::support, scsi::inquiry());
    }

    NextStep on_reply(const model::ProbeReply& reply) override {
        Result<const model::ScsiReply*> answer = model::answer_of<model::ScsiReply>(reply);
        if (!answer) {
            return stage_ == Stage::group ? group_from_kernel(answer.error().text())
                                          : undefined(answer.error().text());
        }
        scsi::Completion completion = scsi::completion_of(**answer);
        if (passing(completion) && tries_ < kTriesMax && probes_ < kProbesPerPriorityMax) {
            ++tries_;
            ++probes_;
            return question_;
        }
        bool done = completion.outcome == scsi::Outcome::done;
        switch (stage_) {
            case Stage::support:
                return done ? on_support((*answer)->data) : undefined(completion.text);
            case Stage::group:
                return done ? on_group((*answer)->data) : group_from_kernel(completion.text);
            case Stage::report:
                return done ? on_report((*answer)->data) : on_refused_report(completion);
        }
        return undefined("unknown stage");
    }

private:
    enum class Stage { support, group, report };

    static bool passing(const scsi::Completion& completion) {
        return scsi::is_passing(completion) || (completion.outcome == scsi::Outcome::sense &&
                                                completion.sense.key == scsi::SenseKey::not_ready);
    }

    NextStep ask(Stage stage, model::ScsiCommand question) {
        if (probes_ >= kProbesPerPriorityMax) {
            return undefined("too many questions");
        }
        stage_ = stage;
        question_ = std::move(question);
        tries_ = 1;
        ++probes_;
        return question_;
    }

    NextStep on_support(scsi::Bytes data) {
        Result<scsi::InquiryData> inquiry = scsi::parse_inquiry(data);
        if (!inquiry) {
            return undefined(inquiry.error().what);
        }
        return inquiry->tpgs == 0 ? unsupported()
                                  : ask(Stage::group, scsi::inquiry_vpd(scsi::kPageIdentification));
    }

    NextStep on_group(scsi::Bytes data) {
        Result<scsi::DesignatorList> list = scsi::parse_designators(data);
        if (!list) {
            return group_from_kernel(list.error().what);
        }
        std::optional<std::uint16_t> group = scsi::target_port_group_of(*list);
        if (group) {
            return report_on(*group);
        }
        if (list->declared > question_.transfer_length && list->declared <= UINT16_MAX) {
            return ask(Stage::group, scsi::inquiry_vpd(scsi::kPageIdentification,
                                                       static_cast<std::uint16_t>(list->declared)));
        }
        return group_from_kernel("page 0x83 names no target port group");
    }

    NextStep group_from_kernel(const std::string& why_not_from_device) {
        Result<scsi::DesignatorList> list = scsi::parse_designators(kernel_page_);
        std::optional<std::uint16_t> group =
            list ? scsi::target_port_group_of(*list) : std::nullopt;
        return group ? report_on(*group) : undefined(why_not_from_device);
    }

    NextStep report_on(std::uint16_t group) {
        group_ = group;
        header_ = scsi::RtpgHeader::length_only;
        return ask(Stage::report, scsi::report_target_port_groups(header_, kReportAllocation));
    }

    NextStep on_refused_report(const scsi::Completion& completion) {
        if (completion.outcome == scsi::Outcome::sense &&
            header_ == scsi::RtpgHeader::length_only &&
            scsi::is_unsupported_request(completion.sense)) {
            header_ = scsi::RtpgHeader::extended;
            return ask(Stage::report, scsi::report_target_port_groups(header_, kReportAllocation));
        }
        return undefined(completion.text);
    }

    NextStep on_report(scsi::Bytes data) {
        Result<scsi::TargetPortGroups> report = scsi::parse_target_port_groups(data);
        if (!report) {
            return undefined(report.error().what);
        }
        const scsi::TargetPortGroup* group =
            scsi::find_group(*report, static_cast<std::uint16_t>(group_));
        if (group != nullptr) {
            return Priority{.value = alua_number(group->state, group->preferred, exclusive_),
                            .target_port_group = group_};
        }
        std::uint32_t wanted = std::min(report->declared, scsi::kTransferMax);
        if (report->cut && wanted > question_.transfer_length) {
            return ask(Stage::report, scsi::report_target_port_groups(header_, wanted));
        }
        return undefined("target port group " + std::to_string(group_) + " is not in the report");
    }

    NextStep undefined(const std::string& why) const {
        return Priority{.target_port_group = group_, .message = "alua prioritizer: " + why};
    }
    NextStep unsupported() const { return undefined("device has no target port groups"); }

    bool exclusive_;
    Stage stage_ = Stage::support;
    scsi::RtpgHeader header_ = scsi::RtpgHeader::length_only;
    model::ScsiCommand question_;
    int tries_ = 0;
    int probes_ = 0;
    int group_ = -1;
    std::optional<std::uint16_t> heard_group_;
    std::vector<std::uint8_t> kernel_page_;
};

Result<std::unique_ptr<Prioritizer>> create(std::string_view args) {
    MP_TRY(bool exclusive, parse_exclusive_pref_bit(args));
    return std::unique_ptr<Prioritizer>(std::make_unique<Alua>(exclusive));
}

}  // namespace

const PrioritizerType kAlua{
    .name = "alua",
    .doc =
        "Asks for the access state of the path's target port group; argument exclusive_pref_bit.",
    .create = create};

}  // namespace mp::prioritizers
