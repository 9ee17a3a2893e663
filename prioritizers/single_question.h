// SPDX-License-Identifier: GPL-2.0-or-later
// A prioritizer that needs the answer to one SCSI command.
#pragma once

#include <string>
#include <string_view>

#include "daemon/scsi/bytes.h"
#include "prioritizers/prioritizer.h"

namespace mp::prioritizers {

/// Puts the question, again up to three times in all while the device is only busy or has a unit
/// attention to report, and gives the data to judge(). No data: undefined, with the reason.
class SingleQuestion : public Prioritizer {
public:
    NextStep begin(const model::BlockDevice& device) final;
    NextStep on_reply(const model::ProbeReply& reply) final;

protected:
    /// `name` lives for ever.
    SingleQuestion(std::string_view name, model::ScsiCommand question)
        : name_(name), question_(std::move(question)) {}
    virtual Priority judge(scsi::Bytes data) const = 0;
    /// "<name> prioritizer: <why>".
    Priority undefined(const std::string& why) const;

private:
    std::string_view name_;
    model::ScsiCommand question_;
    int tries_ = 0;
};

}  // namespace mp::prioritizers
