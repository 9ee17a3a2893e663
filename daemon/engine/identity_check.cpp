// SPDX-License-Identifier: GPL-2.0-or-later
// Is the disk that answers on a path still the one that the path was taken for? The kernel and udev
// keep what they read at the last scan, so an array that maps another disk to the same LUN number
// goes unnoticed by both: only the device itself can tell.
//
// The question is INQUIRY page 0x83 with a short allocation, asked again at full length only when
// the short answer does not hold the key. The rule: the key, the designator that the WWID came from
// or the best one, must be among the designators of the logical unit again. Order, additions,
// losses of other designators and everything about ports and targets do not matter. A whole page
// without the key is another disk; so is a cut one that shows another unique id of the key's kind;
// a cut page otherwise proves nothing. The first answer is compared with the WWID itself and, when
// that cannot be related to the page (a property that an administrator made up), with the page that
// the kernel read.
//
// Without unique designators, serial number (page 0x80) and model are compared as well; of one
// with a locally assigned number, while the page stays the same, only now and then. NVMe
// namespaces and DASD have their identity in a sysfs attribute that the kernel keeps true. What has
// none of these is unverifiable. Refusals, transport errors and absent units are unreadable: the
// caller must not take them for a good answer, nor for another disk.
#include <algorithm>

#include "daemon/base/strings.h"
#include "daemon/engine/identity.h"
#include "daemon/scsi/cdb.h"
#include "daemon/scsi/inquiry.h"
#include "daemon/scsi/sense.h"

namespace mp::engine {
namespace {

using Kind = IdentityVerdict::Kind;

constexpr int kTriesMax = 3;
constexpr std::size_t kInquiryNamesEnd = 32;    ///< vendor and product, SPC-5 6.6.2
constexpr std::string_view kLocalNaa = "03:3";  // as a weak id: designator type, value

bool has(const std::vector<std::string>& sorted, const std::string& id) {
    return std::ranges::binary_search(sorted, id);
}

bool same_kind(const std::string& one, const std::string& other) {
    return one[0] == other[0] && one.size() == other.size();
}

bool shows_other_of_kind(const IdentityBaseline& baseline, const IdentityBaseline& live,
                         const std::string& key) {
    return std::ranges::any_of(live.unique_ids, [&](const std::string& id) {
        return same_kind(id, key) && !has(baseline.unique_ids, id);
    });
}

Wwid found_in(scsi::Bytes page) {
    Result<Wwid> wwid = wwid_of_vpd83(page);
    return wwid ? *wwid : Wwid{};
}

IdentityVerdict same(IdentityBaseline baseline) {
    return {.kind = Kind::same, .baseline = std::move(baseline)};
}

IdentityVerdict changed(scsi::Bytes page) {
    Wwid found = found_in(page);
    std::string text = found.empty()
                           ? std::string("found a disk whose page 0x83 names no logical unit")
                           : "found " + found.str();
    return {.kind = Kind::changed, .found = std::move(found), .text = std::move(text)};
}

IdentityVerdict cannot_tell(std::string why) {
    return {.kind = Kind::unreadable, .text = std::move(why)};
}

// The text of an EUI-64 or NAA designator: nobody makes up such a name.
bool is_page83_name(const Wwid& wwid) {
    const std::string& text = wwid.str();
    bool hex = text.find_first_not_of("0123456789abcdef", 1) == std::string::npos;
    return hex && ((text[0] == '2' && (text.size() == 17 || text.size() == 25)) ||
                   ((text[0] == '2' || text[0] == '3') && text.size() == 33) ||
                   (text[0] == '3' && text.size() == 17));
}

// How a WWID and a page stand to each other when nothing else is known.
enum class Relation { named, other, unrelated };

Relation relation_of(const Wwid& wwid, const IdentityBaseline& live, scsi::Bytes page) {
    if (has(live.unique_ids, wwid.str())) {
        return Relation::named;
    }
    Result<scsi::DesignatorList> list = scsi::parse_designators(page);
    bool weak =
        list && std::ranges::any_of(list->designators, [&](const scsi::Designator& designator) {
            return wwid_text_of(designator) == wwid.str();
        });
    if (weak) {
        return Relation::named;
    }
    bool hex = wwid.str().find_first_not_of("0123456789abcdef", 1) == std::string::npos;
    bool other = std::ranges::any_of(
        live.unique_ids, [&](const std::string& id) { return hex && same_kind(id, wwid.str()); });
    // A whole page that names the unit otherwise and has no designator of this kind at all.
    other = other || (list && !list->defect && !live.unique_ids.empty() && is_page83_name(wwid));
    return other ? Relation::other : Relation::unrelated;
}

// Both texts are of one scheme ("eui.", "nvme.", a DASD uid) and name different things. The short
// form of a DASD uid is a prefix of the whole one.
bool attribute_contradicts(const std::string& wwid, const std::string& text) {
    if (wwid == text || starts_with(text, wwid + ".") || text.size() > kWwidCharsMax) {
        return false;
    }
    for (std::string_view scheme : {"eui.", "uuid.", "nvme.", "naa."}) {
        if (starts_with(wwid, scheme)) {
            return true;
        }
    }
    return std::ranges::count(wwid, '.') >= 3 && std::ranges::count(text, '.') >= 3;
}

}  // namespace

IdentityVerdict compare_identity(const IdentityBaseline& baseline, const Wwid& wwid,
                                 scsi::Bytes live_page) {
    Result<scsi::DesignatorList> list = scsi::parse_designators(live_page);
    if (!list) {
        return cannot_tell(list.error().what);
    }
    if (!list->peripheral.connected()) {
        return cannot_tell("no logical unit answers at this address");
    }
    IdentityBaseline live = *baseline_of_vpd83(live_page, wwid);
    if (baseline.key.empty()) {
        switch (relation_of(wwid, live, live_page)) {
            case Relation::named:
                return same(std::move(live));
            case Relation::other:
                return changed(live_page);
            case Relation::unrelated:
                break;
        }
        return list->defect ? cannot_tell(list->defect->what) : same(std::move(live));
    }
    if (has(live.unique_ids, baseline.key) || has(live.weak_ids, baseline.key)) {
        // Only a whole page may replace the baseline; the key stays what it was.
        live.key = baseline.key;
        live.serial = baseline.serial;
        live.model = baseline.model;
        return same(list->defect ? baseline : std::move(live));
    }
    if (!list->defect || shows_other_of_kind(baseline, live, baseline.key)) {
        return changed(live_page);
    }
    return cannot_tell(list->defect->what);
}

IdentityStep IdentityCheck::begin(const model::BlockDevice& device,
                                  const IdentityBaseline& baseline, const Wwid& wwid, Depth depth) {
    *this = IdentityCheck{};
    depth_ = depth;
    bus_ = device.bus;
    baseline_ = baseline;
    wwid_ = wwid;
    std::string attribute;
    switch (bus_) {
        case model::Bus::scsi:
        case model::Bus::cciss:
            kernel_page_ = device.vpd_pg83;
            return ask(Stage::page83, scsi::inquiry_vpd(scsi::kPageIdentification));
        case model::Bus::nvme:
            kernel_attribute_ = device.sysfs_wwid;
            attribute = device.sys_path + "/wwid";
            break;
        case model::Bus::ccw:
            kernel_attribute_ = device.ccw_uid;
            attribute = device.parent_dir() + "/uid";
            break;
        case model::Bus::unknown:
        case model::Bus::other:
            break;
    }
    if (kernel_attribute_.empty() || device.sys_path.empty()) {
        return IdentityVerdict{
            .kind = Kind::unverifiable,
            .text = "this kind of device has nothing to verify its identity with"};
    }
    return ask(Stage::attribute, model::ReadAttribute{.path = attribute});
}

IdentityStep IdentityCheck::ask(Stage stage, model::Probe question) {
    stage_ = stage;
    question_ = std::move(question);
    tries_ = 1;
    return question_;
}

IdentityStep IdentityCheck::unreadable(const std::string& why) const {
    return cannot_tell("identity could not be read: " + why);
}

IdentityStep IdentityCheck::on_reply(const model::ProbeReply& reply) {
    if (!reply) {
        return on_refused(reply.error().text(), reply.error().code == Errc::unsupported);
    }
    if (const model::BytesReply* bytes = std::get_if<model::BytesReply>(&*reply)) {
        return on_attribute(bytes->data);
    }
    return on_scsi(std::get<model::ScsiReply>(*reply));
}

IdentityStep IdentityCheck::on_scsi(const model::ScsiReply& reply) {
    scsi::Completion completion = scsi::completion_of(reply);
    if (scsi::is_passing(completion) && tries_ < kTriesMax) {
        ++tries_;
        return question_;
    }
    if (completion.outcome != scsi::Outcome::done) {
        return on_refused(completion.text, completion.outcome == scsi::Outcome::sense &&
                                               scsi::is_unsupported_request(completion.sense));
    }
    switch (stage_) {
        case Stage::page83:
            return on_page83(reply.data);
        case Stage::serial: {
            Result<std::string> serial = scsi::parse_serial(reply.data);
            if (!serial) {
                return on_refused(serial.error().what, true);
            }
            seen_.serial = *serial;
            return ask(Stage::standard, scsi::inquiry());
        }
        case Stage::standard:
            return on_standard(reply.data);
        case Stage::confirm:
            return on_confirmed(reply.data);
        case Stage::attribute:
            break;
    }
    return unreadable("an attribute was answered by a command");
}

IdentityStep IdentityCheck::on_refused(const std::string& why, bool not_supported) {
    // A device that had the page and refuses it now is in no state to be trusted.
    if (stage_ == Stage::page83 && not_supported && baseline_.key.empty()) {
        return ask(Stage::serial, scsi::inquiry_vpd(scsi::kPageSerial));
    }
    if (stage_ == Stage::serial && not_supported && baseline_.serial.empty()) {
        return ask(Stage::standard, scsi::inquiry());
    }
    return unreadable(why);
}

IdentityStep IdentityCheck::on_page83(scsi::Bytes data) {
    // The same bytes again, as nearly always: nothing in them needs a second reading.
    if (!wwid_.empty() && !data.empty() && std::ranges::equal(data, baseline_.page)) {
        page83_ = baseline_.page;
        seen_ = baseline_;
        return after_page83(true);
    }
    Result<scsi::DesignatorList> list = scsi::parse_designators(data);
    if (!list) {
        return on_refused(list.error().what, true);
    }
    if (!list->peripheral.connected()) {
        return unreadable("no logical unit answers at this address");
    }
    page83_.assign(data.begin(), data.end());
    const model::ScsiCommand& command = std::get<model::ScsiCommand>(question_);
    bool more = list->declared > command.transfer_length && list->declared <= UINT16_MAX;
    model::Probe whole = scsi::inquiry_vpd(
        scsi::kPageIdentification,
        static_cast<std::uint16_t>(std::min<std::size_t>(list->declared, UINT16_MAX)));
    if (list->defect && more && baseline_.key.empty()) {
        return ask(Stage::page83, whole);  // what becomes the baseline must be complete
    }
    if (wwid_.empty()) {
        Result<Wwid> found = wwid_of_vpd83(data);
        if (!found) {
            return unreadable(found.error().what);
        }
        found_ = *found;
        seen_ = *baseline_of_vpd83(data, found_);
    } else {
        IdentityBaseline known = baseline_;
        Result<IdentityBaseline> live = baseline_of_vpd83(data, wwid_);
        if (known.key.empty() && relation_of(wwid_, *live, data) == Relation::unrelated) {
            Result<IdentityBaseline> kernel = baseline_of_vpd83(kernel_page_, wwid_);
            known = kernel ? *kernel : IdentityBaseline{};
        }
        IdentityVerdict verdict = compare_identity(known, wwid_, data);
        if (verdict.kind != Kind::same && list->defect && more) {
            return ask(Stage::page83, whole);
        }
        if (verdict.kind != Kind::same) {
            return verdict;
        }
        seen_ = verdict.baseline;
    }
    return after_page83(false);
}

IdentityStep IdentityCheck::after_page83(bool as_it_was) {
    // A number that the array made up tells its own disks apart; a text often does not.
    bool page_will_do = depth_ == Depth::page && as_it_was && starts_with(seen_.key, kLocalNaa);
    if (seen_.unique_ids.empty() && !page_will_do) {
        return ask(Stage::serial, scsi::inquiry_vpd(scsi::kPageSerial));
    }
    return IdentityVerdict{.kind = Kind::same, .found = found_, .baseline = seen_};
}

IdentityStep IdentityCheck::on_standard(scsi::Bytes data) {
    Result<scsi::InquiryData> inquiry = scsi::parse_inquiry(data);
    if (!inquiry) {
        return unreadable(inquiry.error().what);
    }
    if (!inquiry->peripheral.connected()) {
        return unreadable("no logical unit answers at this address");
    }
    // Cut short on its way: an empty name would be remembered as the disk's own.
    if (data.size() < std::min(static_cast<std::size_t>(data[4]) + 5, kInquiryNamesEnd)) {
        return unreadable("the standard INQUIRY data is cut short");
    }
    seen_.model = inquiry->vendor + " " + inquiry->product;
    bool first = baseline_.key.empty() && baseline_.serial.empty() && baseline_.model.empty();
    if (first && !seen_.weak_ids.empty()) {
        return ask(Stage::confirm, scsi::inquiry_vpd(scsi::kPageIdentification));
    }
    return conclude_weak();
}

// Three answers are only one identity if the disk stayed the same meanwhile.
IdentityStep IdentityCheck::on_confirmed(scsi::Bytes data) {
    Result<IdentityBaseline> again = baseline_of_vpd83(data, wwid_.empty() ? found_ : wwid_);
    if (!again || again->weak_ids != seen_.weak_ids || !again->unique_ids.empty()) {
        return unreadable("the disk changed while it was asked");
    }
    return conclude_weak();
}

IdentityStep IdentityCheck::conclude_weak() {
    bool serial_differs = !baseline_.serial.empty() && seen_.serial != baseline_.serial;
    bool model_differs = !baseline_.model.empty() && seen_.model != baseline_.model;
    if (serial_differs || model_differs) {
        return IdentityVerdict{.kind = Kind::changed,
                               .found = Wwid{},
                               .text = "found " + seen_.model + " with serial number \"" +
                                       seen_.serial + "\" instead of " + baseline_.model +
                                       " with \"" + baseline_.serial + "\""};
    }
    if (seen_.serial.empty() && seen_.key.empty()) {
        return IdentityVerdict{.kind = Kind::unverifiable,
                               .text = "the device has neither page 0x83 nor a serial number",
                               .baseline = seen_};
    }
    if (wwid_.empty() && found_.empty()) {
        return unreadable("the device has no page 0x83");
    }
    return IdentityVerdict{.kind = Kind::same, .found = found_, .baseline = seen_};
}

IdentityStep IdentityCheck::on_attribute(scsi::Bytes data) {
    std::string text = scsi::text_field(data);
    if (text.empty()) {
        return unreadable("the attribute is empty");
    }
    const std::string& expected =
        baseline_.attribute.empty() ? kernel_attribute_ : baseline_.attribute;
    bool first = baseline_.attribute.empty() && !wwid_.empty();
    if (text != expected || (first && attribute_contradicts(wwid_.str(), text))) {
        return IdentityVerdict{.kind = Kind::changed, .found = Wwid(text), .text = "found " + text};
    }
    IdentityBaseline seen;
    seen.attribute = text;
    return IdentityVerdict{.kind = Kind::same,
                           .found = wwid_.empty() ? Wwid(text) : Wwid{},
                           .baseline = std::move(seen)};
}

}  // namespace mp::engine
