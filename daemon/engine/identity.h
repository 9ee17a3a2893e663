// SPDX-License-Identifier: GPL-2.0-or-later
// Which disk is behind a path, and is it still that disk? Two disks in one map destroy data, so
// these rules prefer to say "not known" where a guess could join two disks.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "conf/policy.h"
#include "daemon/base/ids.h"
#include "daemon/base/result.h"
#include "daemon/model/device.h"
#include "daemon/model/probe.h"
#include "daemon/scsi/designator.h"

namespace mp::engine {

/// A longer id is refused, not cut: two long ids that differ behind the cut would become one.
constexpr std::size_t kWwidCharsMax = 127;

/// WWID out of a page 0x83 (sysfs copy or INQUIRY answer). Errors: invalid, with what was wrong:
/// not that page, no designator that names a logical unit, or a page that breaks off before one.
Result<Wwid> wwid_of_vpd83(scsi::Bytes page);

/// The WWID text that one designator gives; unset when it does not name a logical unit.
std::optional<std::string> wwid_text_of(const scsi::Designator& designator);

struct WwidDecision {
    enum class Kind {
        known,         ///< `wwid` it is, from `source`
        need_inquiry,  ///< ask the device (IdentityCheck with an empty WWID)
        wait_udev,     ///< udev has not said what it should; ask it again
        none,          ///< there is no way to identify this device; `reason` says why
    } kind = Kind::none;
    Wwid wwid;
    std::string source;  ///< "udev property ID_SERIAL", "sysfs vpd_pg83", ...
    std::string reason;  ///< for all kinds but known: one line
};

/// From facts alone. `udev_retries_used_up`: asking udev again is no use any more.
WwidDecision decide_wwid(const model::BlockDevice& device, const conf::PathPolicy& policy,
                         const conf::Globals& globals, bool udev_retries_used_up);

/// What a device said of itself when it was last known to be the right one. A value to keep beside
/// the path; empty until the first IdentityCheck has succeeded.
struct IdentityBaseline {
    /// WWID texts of designators that are unique in the world (NAA 2, 5, 6, EUI-64, names, UUID);
    /// sorted.
    std::vector<std::string> unique_ids;
    /// Other designators of the logical unit (T10, NAA 3, vendor specific), type and bytes in hex;
    /// sorted.
    std::vector<std::string> weak_ids;
    std::string key;        ///< the member of unique_ids or weak_ids that must be there again
    std::string serial;     ///< page 0x80; read only when there are no unique_ids
    std::string model;      ///< "vendor product"; as serial
    std::string attribute;  ///< text of the sysfs attribute, for buses without INQUIRY
    /// The page 0x83 of a connected unit that the ids were read from; empty if it broke off.
    std::vector<std::uint8_t> page;
    bool empty() const {
        return unique_ids.empty() && weak_ids.empty() && serial.empty() && model.empty() &&
               attribute.empty();
    }
    auto operator<=>(const IdentityBaseline&) const = default;
};

/// Designators of the logical unit only, in no order: those of ports and targets differ between
/// the paths of one disk and may change at any time. Errors: as scsi::parse_designators.
Result<IdentityBaseline> baseline_of_vpd83(scsi::Bytes page, const Wwid& wwid);

struct IdentityVerdict {
    enum class Kind {
        same,          ///< the disk is the one it was taken for
        changed,       ///< another disk answers: stop using the path before anything else
        unreadable,    ///< the question failed; proves nothing, so a path is not (re)instated on it
        unverifiable,  ///< the device has nothing to compare; worth saying once
    } kind = Kind::unreadable;
    Wwid found;        ///< WWID of the disk that answered, where it could be told
    std::string text;  ///< what was seen, one line; empty for same
    /// For same and unverifiable: to be kept with the path. Empty for the others.
    IdentityBaseline baseline;
};

/// Compares one live page 0x83 with the baseline. An empty baseline is compared by `wwid` alone.
IdentityVerdict compare_identity(const IdentityBaseline& baseline, const Wwid& wwid,
                                 scsi::Bytes live_page);

/// True when the two cannot be paths of one disk: both have unique ids of the same kind and none in
/// common. A guard for maps whose WWIDs come from configured properties.
bool identities_contradict(const IdentityBaseline& one, const IdentityBaseline& other);

/// More probes than this in one check of identity is a bug.
constexpr int kProbesPerIdentityMax = 8;

using IdentityStep = std::variant<model::Probe, IdentityVerdict>;

/// Asks the device itself who it is; a small state machine like a checker, but a plain value.
/// With an empty WWID it learns instead of comparing: Kind::same and `found` is the WWID.
/// Errors of a probe, timeouts too, may be passed to on_reply: they are unreadable.
class IdentityCheck {
public:
    /// How much is compared of a device whose only name is a locally assigned NAA number, when its
    /// page 0x83 is as it was: the page alone, or serial number and model too.
    enum class Depth { page, whole };

    IdentityStep begin(const model::BlockDevice& device, const IdentityBaseline& baseline,
                       const Wwid& wwid, Depth depth = Depth::whole);
    IdentityStep on_reply(const model::ProbeReply& reply);
    /// Page 0x83 as the device gave it since begin(); empty when it did not.
    const std::vector<std::uint8_t>& page83() const { return page83_; }

private:
    enum class Stage { page83, serial, standard, confirm, attribute };
    IdentityStep ask(Stage stage, model::Probe question);
    IdentityStep on_scsi(const model::ScsiReply& reply);
    IdentityStep on_refused(const std::string& why, bool not_supported);
    IdentityStep on_page83(scsi::Bytes data);
    IdentityStep after_page83(bool as_it_was);
    IdentityStep on_standard(scsi::Bytes data);
    IdentityStep on_confirmed(scsi::Bytes data);
    IdentityStep on_attribute(scsi::Bytes data);
    IdentityStep conclude_weak();
    IdentityStep unreadable(const std::string& why) const;

    model::Bus bus_ = model::Bus::unknown;
    Depth depth_ = Depth::whole;
    std::vector<std::uint8_t> page83_;
    std::vector<std::uint8_t> kernel_page_;
    std::string kernel_attribute_;
    IdentityBaseline baseline_;
    IdentityBaseline seen_;
    Wwid wwid_;
    Wwid found_;
    Stage stage_ = Stage::page83;
    model::Probe question_;
    int tries_ = 0;
};

}  // namespace mp::engine
