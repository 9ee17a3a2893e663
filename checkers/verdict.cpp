// SPDX-License-Identifier: GPL-2.0-or-later
// How is a verdict worded, and what is a probe worth that never reached the device? Logs and
// scripts know the sentence "<name> checker reports path is down"; what was seen follows it after a
// colon.
#include "checkers/verdict.h"

namespace mp::checkers {

using model::PathState;

namespace {

std::string_view sentence(PathState state) {
    switch (state) {
        case PathState::up:
            return " checker reports path is up";
        case PathState::down:
            return " checker reports path is down";
        case PathState::ghost:
            return " checker reports path is ghost";
        case PathState::shaky:
            return " checker reports path is in an unreliable state";
        case PathState::pending:
            return " checker reports path is transitioning";
        case PathState::timeout:
            return " checker timed out";
        case PathState::wild:
            return " checker doesn't support this device";
        case PathState::removed:
            return " checker reports path is gone";
        case PathState::disconnected:
            return " checker reports path is disconnected";
        case PathState::delayed:
        case PathState::unchecked:
            break;
    }
    return " checker has no result";
}

}  // namespace

Verdict verdict_of(std::string_view checker, PathState state, std::string_view detail) {
    Verdict verdict;
    verdict.state = state;
    verdict.message = std::string(checker);
    verdict.message += sentence(state);
    if (!detail.empty()) {
        verdict.message += ": ";
        verdict.message += detail;
    }
    return verdict;
}

Verdict verdict_of_error(std::string_view checker, const Error& error) {
    std::string detail = error.text();
    switch (error.code) {
        case Errc::unsupported:
            return verdict_of(checker, PathState::wild, detail);
        case Errc::limit:
        case Errc::cancelled:
            return verdict_of(checker, PathState::unchecked, detail);
        case Errc::busy:
        case Errc::timeout:
            return verdict_of(checker, PathState::timeout, detail);
        case Errc::gone:
        case Errc::io:
        case Errc::denied:
        case Errc::invalid:
            break;
    }
    return verdict_of(checker, PathState::down, detail);
}

bool worth_another_try(const scsi::Completion& completion) {
    return scsi::is_passing(completion) || completion.outcome == scsi::Outcome::transport;
}

Verdict verdict_without_page(std::string_view checker, const scsi::Completion& completion) {
    bool refused = completion.outcome == scsi::Outcome::sense &&
                   completion.sense.key == scsi::SenseKey::illegal_request;
    return verdict_of(checker, refused ? model::PathState::wild : model::PathState::down,
                      completion.text);
}

void Attentions::note(const scsi::Completion& completion) {
    if (completion.outcome == scsi::Outcome::sense) {
        identity_suspect = identity_suspect || scsi::is_identity_suspect(completion.sense);
        capacity_changed = capacity_changed || scsi::is_capacity_changed(completion.sense);
    }
}

Verdict& Attentions::put_into(Verdict& verdict) const {
    verdict.identity_suspect = identity_suspect;
    verdict.capacity_changed = capacity_changed;
    return verdict;
}

}  // namespace mp::checkers
