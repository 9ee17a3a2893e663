// SPDX-License-Identifier: GPL-2.0-or-later
// Wording and judgement that all checkers share.
#pragma once

#include <string>
#include <string_view>

#include "checkers/checker.h"
#include "daemon/scsi/sense.h"

namespace mp::checkers {

/// "<checker> checker reports path is up" and its siblings for each state; `detail` follows a
/// colon.
Verdict verdict_of(std::string_view checker, model::PathState state, std::string_view detail = {});

/// A probe that never reached the device: unsupported is wild, a full queue or a withdrawn probe is
/// unchecked, a lane that an earlier command still holds is timeout, everything else is down.
Verdict verdict_of_error(std::string_view checker, const Error& error);

/// Busy, a transport error or a unit attention: the same question may get another answer at once.
bool worth_another_try(const scsi::Completion& completion);

/// For a vendor's page that was not given: a device that refuses it is not the vendor's (wild), any
/// other failure is down.
Verdict verdict_without_page(std::string_view checker, const scsi::Completion& completion);

/// Collects what unit attentions said during one check, which spans several tries.
struct Attentions {
    bool identity_suspect = false;
    bool capacity_changed = false;
    void note(const scsi::Completion& completion);
    Verdict& put_into(Verdict& verdict) const;
};

}  // namespace mp::checkers
