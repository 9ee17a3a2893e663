// SPDX-License-Identifier: GPL-2.0-or-later
// Is it still the same disk? Against devices that re-map, reorder, cut, refuse and lie.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "daemon/engine/identity.h"
#include "daemon/scsi/cdb.h"

namespace mp::engine {
namespace {

using Vec = std::vector<std::uint8_t>;
using Kind = IdentityVerdict::Kind;

struct D {
    int association;
    int type;
    Vec value;
};

Vec bytes_of(std::string_view text) {
    return {text.begin(), text.end()};
}

Vec page83(const std::vector<D>& designators) {
    Vec body;
    for (const D& one : designators) {
        body.push_back(one.type == 1 || one.type == 8 ? 2 : 1);
        body.push_back(static_cast<std::uint8_t>(one.association << 4 | one.type));
        body.push_back(0);
        body.push_back(static_cast<std::uint8_t>(one.value.size()));
        body.insert(body.end(), one.value.begin(), one.value.end());
    }
    Vec page = {0, 0x83, static_cast<std::uint8_t>(body.size() >> 8),
                static_cast<std::uint8_t>(body.size())};
    page.insert(page.end(), body.begin(), body.end());
    return page;
}

Vec naa6(std::uint8_t disk) {
    return {0x60, 1, 0x40, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, disk};
}
Vec eui(std::uint8_t disk) {
    return {0xaa, 1, 2, 3, 4, 5, 6, disk};
}
Wwid name6(std::uint8_t disk) {
    return Wwid("36001400500000000000000000000000" + std::string(1, "0123456789"[disk]));
}

// What a LIO target shows: unit names, then names of the port that the path goes through.
Vec target_page(std::uint8_t disk, std::uint8_t port = 1) {
    return page83({{0, 3, naa6(disk)},
                   {0, 1, bytes_of("LIO-ORG disk" + std::to_string(disk) + ":x")},
                   {1, 4, {0, 0, 0, port}},
                   {1, 5, {0, 0, 0, port}},
                   {1, 8, bytes_of("iqn.2026-11.lab:t1,t,0x0001")},
                   {2, 8, bytes_of("iqn.2026-11.lab:t1")}});
}

IdentityBaseline baseline(std::uint8_t disk) {
    return *baseline_of_vpd83(target_page(disk), name6(disk));
}

Kind kind_of(const IdentityBaseline& base, const Vec& live, const Wwid& wwid = name6(1)) {
    return compare_identity(base, wwid, live).kind;
}

TEST(Baseline, HoldsOnlyNamesOfTheUnitAndTheKeyOfTheWwid) {
    IdentityBaseline base = *baseline_of_vpd83(
        page83({{0, 3, naa6(1)}, {0, 2, eui(1)}, {1, 3, naa6(7)}, {0, 6, {0, 0, 0, 1}}}),
        Wwid("2aa01020304050601"));
    EXPECT_EQ(base.unique_ids, (std::vector<std::string>{"2aa01020304050601", name6(1).str()}));
    EXPECT_TRUE(base.weak_ids.empty());
    EXPECT_EQ(base.key, "2aa01020304050601");
    EXPECT_EQ(baseline(1).key, name6(1).str());
    EXPECT_EQ(baseline(1).weak_ids.size(), 1U);
}

TEST(CompareIdentity, AnotherDiskBehindTheSameAddressIsSeen) {
    IdentityVerdict got = compare_identity(baseline(1), name6(1), target_page(2));
    EXPECT_EQ(got.kind, Kind::changed);
    EXPECT_EQ(got.found, name6(2));
    EXPECT_EQ(got.text, "found " + name6(2).str());
    EXPECT_TRUE(got.baseline.empty());
}

TEST(CompareIdentity, OrderAdditionsAndPortsDoNotMatter) {
    EXPECT_EQ(kind_of(baseline(1), target_page(1, 2)), Kind::same);
    EXPECT_EQ(kind_of(baseline(1), page83({{1, 4, {0, 0, 0, 9}},
                                           {0, 2, eui(5)},
                                           {0, 8, bytes_of("iqn.2026-11.new:name")},
                                           {0, 3, naa6(1)}})),
              Kind::same);
    IdentityBaseline two = *baseline_of_vpd83(page83({{0, 3, naa6(1)}, {0, 3, naa6(2)}}), name6(1));
    EXPECT_EQ(kind_of(two, page83({{0, 3, naa6(2)}, {0, 3, naa6(1)}})), Kind::same);
}

TEST(CompareIdentity, TheKeyAsANameOfSomethingElseDoesNotCount) {
    for (int association : {1, 2, 3}) {
        EXPECT_EQ(kind_of(baseline(1), page83({{association, 3, naa6(1)}, {0, 3, naa6(2)}})),
                  Kind::changed);
    }
    EXPECT_EQ(kind_of(baseline(1), page83({{0, 6, naa6(1)}, {0, 3, naa6(2)}})), Kind::changed);
    EXPECT_EQ(kind_of(baseline(1), page83({{0, 0, naa6(1)}})), Kind::changed);
}

TEST(CompareIdentity, ASharedLesserNameDoesNotMakeTwoDisksOne) {
    Vec one = page83({{0, 3, naa6(1)}, {0, 1, bytes_of("VENDOR  ARRAY")}, {0, 2, eui(1)}});
    Vec two = page83({{0, 3, naa6(2)}, {0, 1, bytes_of("VENDOR  ARRAY")}, {0, 2, eui(1)}});
    EXPECT_EQ(kind_of(*baseline_of_vpd83(one, name6(1)), two), Kind::changed);
}

TEST(CompareIdentity, SameNameInAnotherFormIsTheSame) {
    Vec as_string = page83({{0, 8, bytes_of("naa.60014005000000000000000000000001")}});
    EXPECT_EQ(kind_of(baseline(1), as_string), Kind::same);
}

TEST(CompareIdentity, WholePageWithoutTheKeyIsAnotherDisk) {
    EXPECT_EQ(kind_of(baseline(1), page83({})), Kind::changed);
    EXPECT_EQ(compare_identity(baseline(1), name6(1), page83({})).text,
              "found a disk whose page 0x83 names no logical unit");
}

TEST(CompareIdentity, CutAnywhereNeverReportsTheRightDiskAsChanged) {
    for (const Vec& whole : {target_page(1), page83({{1, 4, {0, 0, 0, 1}}, {0, 3, naa6(1)}})}) {
        for (std::size_t size = 0; size < whole.size(); ++size) {
            Vec cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
            EXPECT_NE(kind_of(baseline(1), cut), Kind::changed) << size;
            EXPECT_NE(kind_of({}, cut), Kind::changed) << size;
        }
    }
}

TEST(CompareIdentity, CutAnywhereNeverReportsAnotherDiskAsTheSame) {
    for (const Vec& whole : {target_page(2), page83({{1, 4, {0, 0, 0, 1}}, {0, 3, naa6(2)}})}) {
        for (std::size_t size = 0; size < whole.size(); ++size) {
            Vec cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
            EXPECT_NE(kind_of(baseline(1), cut), Kind::same) << size;
            EXPECT_NE(kind_of({}, cut), Kind::same) << size;
        }
    }
    Vec cut = target_page(2);
    cut.resize(40);
    EXPECT_EQ(kind_of(baseline(1), cut), Kind::changed);
}

TEST(CompareIdentity, LyingLengthsProveNothing) {
    Vec page = target_page(1);
    page[7] = 255;  // the first descriptor claims to run past the page
    EXPECT_EQ(kind_of(baseline(1), page), Kind::unreadable);
    EXPECT_EQ(compare_identity(baseline(1), name6(1), page).text,
              "descriptor length runs past the identification page");
}

TEST(CompareIdentity, AbsentUnitProvesNothing) {
    Vec page = target_page(2);
    page[0] = 0x7f;
    EXPECT_EQ(kind_of(baseline(1), page), Kind::unreadable);
    page[0] = 0x20;
    EXPECT_EQ(kind_of(baseline(1), page), Kind::unreadable);
}

TEST(CompareIdentity, FirstAnswerIsComparedWithTheWwidItself) {
    EXPECT_EQ(kind_of({}, target_page(1)), Kind::same);
    EXPECT_EQ(compare_identity({}, name6(1), target_page(1)).baseline, baseline(1));
    EXPECT_EQ(kind_of({}, target_page(2)), Kind::changed);
    EXPECT_EQ(kind_of({}, target_page(2), Wwid("1LIO-ORG_disk2:x")), Kind::same);
    EXPECT_EQ(kind_of({}, target_page(2), Wwid("my-own-name")), Kind::same);
}

struct Fabric {
    model::BlockDevice device;
    IdentityCheck::Depth depth = IdentityCheck::Depth::whole;
    std::vector<model::Probe> asked;
    IdentityVerdict verdict;

    /// Gives the replies in order; the last is repeated.
    Kind run(const IdentityBaseline& base, const Wwid& wwid,
             std::vector<model::ProbeReply> replies) {
        asked.clear();
        IdentityCheck check;
        IdentityStep step = check.begin(device, base, wwid, depth);
        while (const model::Probe* probe = std::get_if<model::Probe>(&step)) {
            asked.push_back(*probe);
            if (asked.size() > static_cast<std::size_t>(kProbesPerIdentityMax)) {
                ADD_FAILURE() << "asks too often";
                return Kind::unreadable;
            }
            step = check.on_reply(replies[std::min(asked.size(), replies.size()) - 1]);
        }
        verdict = std::get<IdentityVerdict>(step);
        return verdict.kind;
    }
};

model::ProbeReply good(Vec data) {
    return model::ProbeAnswer{model::ScsiReply{.data = std::move(data)}};
}
model::ProbeReply sense(std::uint8_t key, std::uint8_t asc, std::uint8_t ascq) {
    return model::ProbeAnswer{model::ScsiReply{.status = 2, .sense = {0x72, key, asc, ascq}}};
}
model::ProbeReply text(std::string_view value) {
    return model::ProbeAnswer{model::BytesReply{.data = Vec(value.begin(), value.end())}};
}
Vec serial_page(std::string_view serial) {
    Vec page = {0, 0x80, 0, static_cast<std::uint8_t>(serial.size())};
    page.insert(page.end(), serial.begin(), serial.end());
    return page;
}
Vec standard(std::string_view product) {
    Vec data = {0, 0, 6, 2, 31, 0, 0, 0};
    std::string names = "VENDOR  " + std::string(product);
    names.resize(28, ' ');
    data.insert(data.end(), names.begin(), names.end());
    return data;
}

Fabric scsi() {
    Fabric fabric;
    fabric.device.bus = model::Bus::scsi;
    fabric.device.sys_path = "/devices/host2/target2:0:0/2:0:0:0/block/sda";
    fabric.device.vpd_pg83 = target_page(1);  // the kernel keeps the old answer for ever
    return fabric;
}

TEST(IdentityCheck, ReMappedUnitIsSeenAlthoughSysfsKeepsTheOldAnswer) {
    Fabric fabric = scsi();
    EXPECT_EQ(fabric.run({}, name6(1), {good(target_page(1))}), Kind::same);
    IdentityBaseline base = fabric.verdict.baseline;
    EXPECT_EQ(fabric.asked, (std::vector<model::Probe>{scsi::inquiry_vpd(0x83)}));
    EXPECT_EQ(fabric.run(base, name6(1), {good(target_page(2))}), Kind::changed);
    EXPECT_EQ(fabric.verdict.found, name6(2));
    EXPECT_EQ(fabric.run(base, name6(1), {good(target_page(1))}), Kind::same);
}

TEST(IdentityCheck, OnlyTheVerySamePageIsTakenAsRead) {
    Fabric fabric = scsi();
    const IdentityBaseline base = baseline(1);
    EXPECT_EQ(fabric.run(base, name6(1), {good(target_page(1))}), Kind::same);
    EXPECT_EQ(fabric.verdict.baseline, base);
    Vec absent = target_page(1);
    absent[0] = 0x20;
    EXPECT_EQ(fabric.run(base, name6(1), {good(absent)}), Kind::unreadable);
    Vec shorter = target_page(1);
    shorter.pop_back();
    EXPECT_EQ(baseline_of_vpd83(shorter, name6(1))->page, Vec{}) << "it may hide something";
    for (std::size_t at : {0, 1, 4, 5, 6, 8, 11, 15, 16, 19}) {  // all but lengths
        Vec other = target_page(1);
        other[at] ^= 0x01;
        EXPECT_FALSE(fabric.run(base, name6(1), {good(other)}) == Kind::same &&
                     fabric.verdict.baseline == base)
            << "byte " << at;
    }
}

TEST(IdentityCheck, ReMappedBeforeTheFirstCheckIsSeenToo) {
    Fabric fabric = scsi();
    EXPECT_EQ(fabric.run({}, name6(1), {good(target_page(2))}), Kind::changed);
    // A made-up name says nothing about the page; what the kernel read at the scan does.
    EXPECT_EQ(fabric.run({}, Wwid("my-own-name"), {good(target_page(2))}), Kind::changed);
    EXPECT_EQ(fabric.run({}, Wwid("my-own-name"), {good(target_page(1))}), Kind::same);
}

TEST(IdentityCheck, ReMappedToADiskWithNamesOfAnotherKindIsSeenEvenWhenTheKernelHasReadItAgain) {
    Fabric fabric = scsi();
    Wwid old("2aa01020304050601");
    EXPECT_EQ(fabric.run({}, old, {good(target_page(1))}), Kind::changed);
    EXPECT_EQ(fabric.run({}, old, {good(page83({{0, 2, eui(1)}}))}), Kind::same);
}

TEST(IdentityCheck, UdevThatIsNewerThanTheKernelsPageIsBelieved) {
    Fabric fabric = scsi();
    EXPECT_EQ(fabric.run({}, name6(2), {good(target_page(2))}), Kind::same);
}

TEST(IdentityCheck, LearnsTheWwidWhenThereIsNone) {
    Fabric fabric = scsi();
    EXPECT_EQ(fabric.run({}, {}, {good(target_page(3))}), Kind::same);
    EXPECT_EQ(fabric.verdict.found, name6(3));
    EXPECT_EQ(fabric.verdict.baseline, baseline(3));
    EXPECT_EQ(fabric.run({}, {}, {good(page83({}))}), Kind::unreadable);
    EXPECT_EQ(fabric.verdict.text,
              "identity could not be read: identification page names no logical unit");
}

TEST(IdentityCheck, PageLongerThanTheShortAllocationIsReadWholeOnlyWhenNeeded) {
    std::vector<D> many(8, D{1, 8, Vec(40, 'x')});
    many.push_back({0, 3, naa6(1)});
    Vec late = page83(many);
    Vec cut(late.begin(), late.begin() + 252);
    Fabric fabric = scsi();
    EXPECT_EQ(fabric.run(baseline(1), name6(1), {good(cut), good(late)}), Kind::same);
    ASSERT_EQ(fabric.asked.size(), 2U);
    EXPECT_EQ(fabric.asked[1],
              model::Probe(scsi::inquiry_vpd(0x83, static_cast<std::uint16_t>(late.size()))));
    EXPECT_EQ(fabric.run(baseline(1), name6(1), {good(cut)}), Kind::unreadable);

    std::rotate(many.begin(), many.end() - 1, many.end());
    Vec early = page83(many);
    cut.assign(early.begin(), early.begin() + 252);
    EXPECT_EQ(fabric.run(baseline(1), name6(1), {good(cut)}), Kind::same);
    EXPECT_EQ(fabric.asked.size(), 1U);
    EXPECT_EQ(fabric.run({}, name6(1), {good(cut), good(early)}), Kind::same);
    EXPECT_EQ(fabric.asked.size(), 2U);
}

TEST(IdentityCheck, AttentionAndBusyAreTriedAgainThreeTimes) {
    Fabric fabric = scsi();
    EXPECT_EQ(fabric.run(baseline(1), name6(1),
                         {sense(6, 0x3f, 3), sense(6, 0x29, 0), good(target_page(1))}),
              Kind::same);
    EXPECT_EQ(fabric.run(baseline(1), name6(1), {sense(6, 0x3f, 3)}), Kind::unreadable);
    EXPECT_EQ(fabric.asked.size(), 3U);
    EXPECT_EQ(fabric.verdict.text, "identity could not be read: sense 6/3f/03");
}

TEST(IdentityCheck, FailuresProveNothing) {
    Fabric fabric = scsi();
    const std::vector<model::ProbeReply> replies = {
        fail(Errc::timeout, "ioctl"),
        fail(Errc::gone, "open"),
        fail(Errc::unsupported, "ioctl"),
        sense(5, 0x25, 0),
        sense(5, 0x24, 0),
        sense(2, 4, 3),
        model::ProbeAnswer{model::ScsiReply{.host_status = 1}},
        good({}),
        good(serial_page("x"))};
    for (const model::ProbeReply& reply : replies) {
        EXPECT_EQ(fabric.run(baseline(1), name6(1), {reply}), Kind::unreadable);
        EXPECT_EQ(fabric.asked.size(), 1U);
    }
}

TEST(IdentityCheck, WithoutPage83SerialAndModelAreCompared) {
    Fabric fabric = scsi();
    fabric.device.vpd_pg83.clear();
    Wwid wwid("my-own-name");
    EXPECT_EQ(
        fabric.run({}, wwid, {sense(5, 0x24, 0), good(serial_page("A1")), good(standard("DISK"))}),
        Kind::same);
    IdentityBaseline base = fabric.verdict.baseline;
    EXPECT_EQ(base.serial, "A1");
    EXPECT_EQ(base.model, "VENDOR DISK");
    EXPECT_EQ(fabric.run(base, wwid,
                         {sense(5, 0x24, 0), good(serial_page("A2")), good(standard("DISK"))}),
              Kind::changed);
    EXPECT_EQ(fabric.verdict.text,
              "found VENDOR DISK with serial number \"A2\" instead of VENDOR DISK with \"A1\"");
    EXPECT_EQ(fabric.run(base, wwid,
                         {sense(5, 0x24, 0), good(serial_page("A1")), good(standard("ELSE"))}),
              Kind::changed);
    EXPECT_EQ(fabric.run(base, wwid, {sense(5, 0x24, 0), sense(5, 0x24, 0)}), Kind::unreadable);
    Vec cut = serial_page("A1");
    cut.pop_back();
    EXPECT_EQ(fabric.run(base, wwid, {sense(5, 0x24, 0), good(cut)}), Kind::unreadable);
}

TEST(IdentityCheck, DisksThatShareATextNameAreToldApartBySerial) {
    Fabric fabric = scsi();
    Vec page = page83({{0, 1, bytes_of("VENDOR  MODEL")}});
    fabric.device.vpd_pg83 = page;
    Wwid wwid("1VENDOR_MODEL");
    EXPECT_EQ(
        fabric.run({}, wwid,
                   {good(page), good(serial_page("A1")), good(standard("MODEL")), good(page)}),
        Kind::same);
    IdentityBaseline base = fabric.verdict.baseline;
    EXPECT_EQ(
        fabric.run(base, wwid, {good(page), good(serial_page("A1")), good(standard("MODEL"))}),
        Kind::same);
    EXPECT_EQ(
        fabric.run(base, wwid, {good(page), good(serial_page("B7")), good(standard("MODEL"))}),
        Kind::changed);
}

TEST(IdentityCheck, AnswersOfTwoDisksAreNotTakenForOne) {
    Fabric fabric = scsi();
    Vec page = page83({{0, 1, bytes_of("VENDOR  MODEL")}});
    Vec other = page83({{0, 1, bytes_of("VENDOR  OTHER")}});
    fabric.device.vpd_pg83 = page;
    EXPECT_EQ(
        fabric.run({}, Wwid("1VENDOR_MODEL"),
                   {good(page), good(serial_page("B7")), good(standard("MODEL")), good(other)}),
        Kind::unreadable);
    EXPECT_TRUE(fabric.verdict.baseline.empty());
}

TEST(IdentityCheck, AnUnchangedPageWithALocalNumberIsEnoughForAWhile) {
    Fabric fabric = scsi();
    Vec page = page83({{0, 3, {0x33, 0x33, 0, 0, 0, 0, 7, 1}}});
    Vec other = page83({{0, 3, {0x33, 0x33, 0, 0, 0, 0, 7, 2}}});
    Wwid wwid("33333000000000701");
    fabric.device.vpd_pg83 = page;
    fabric.depth = IdentityCheck::Depth::page;
    std::vector<model::ProbeReply> replies = {good(page), good(serial_page("A1")),
                                              good(standard("MODEL")), good(page)};
    EXPECT_EQ(fabric.run({}, wwid, replies), Kind::same);
    EXPECT_EQ(fabric.asked.size(), 4U) << "the first time everything is asked";
    IdentityBaseline base = fabric.verdict.baseline;
    EXPECT_EQ(fabric.run(base, wwid, replies), Kind::same);
    EXPECT_EQ(fabric.asked.size(), 1U);
    EXPECT_EQ(fabric.verdict.baseline, base);
    EXPECT_EQ(fabric.run(base, wwid, {good(other)}), Kind::changed);
    fabric.depth = IdentityCheck::Depth::whole;
    EXPECT_EQ(fabric.run(base, wwid, replies), Kind::same);
    EXPECT_EQ(fabric.asked.size(), 3U);
}

TEST(IdentityCheck, DeviceWithNeitherIsUnverifiableButItsModelStillCounts) {
    Fabric fabric = scsi();
    fabric.device.vpd_pg83.clear();
    Wwid wwid("my-own-name");
    EXPECT_EQ(fabric.run({}, wwid, {sense(5, 0x20, 0), sense(5, 0x20, 0), good(standard("OLD"))}),
              Kind::unverifiable);
    EXPECT_EQ(fabric.verdict.text, "the device has neither page 0x83 nor a serial number");
    IdentityBaseline base = fabric.verdict.baseline;
    EXPECT_EQ(fabric.run(base, wwid, {sense(5, 0x20, 0), sense(5, 0x20, 0), good(standard("NEW"))}),
              Kind::changed);
}

TEST(IdentityCheck, NvmeAndDasdAreComparedByTheirAttribute) {
    Fabric fabric;
    fabric.device.bus = model::Bus::nvme;
    fabric.device.sys_path = "/devices/pci0000:00/0000:00:04.0/nvme/nvme0/nvme0n1";
    fabric.device.sysfs_wwid = "eui.01";
    EXPECT_EQ(fabric.run({}, Wwid("eui.01"), {text("eui.01\n")}), Kind::same);
    IdentityBaseline base = fabric.verdict.baseline;
    EXPECT_EQ(fabric.asked[0],
              model::Probe(model::ReadAttribute{
                  .path = "/devices/pci0000:00/0000:00:04.0/nvme/nvme0/nvme0n1/wwid"}));
    EXPECT_EQ(fabric.run(base, Wwid("eui.01"), {text("eui.02\n")}), Kind::changed);
    EXPECT_EQ(fabric.verdict.found.str(), "eui.02");
    EXPECT_EQ(fabric.run(base, Wwid("eui.01"), {fail(Errc::gone, "read")}), Kind::unreadable);
    EXPECT_EQ(fabric.run({}, Wwid("eui.77"), {text("eui.01\n")}), Kind::changed);
    EXPECT_EQ(fabric.run({}, Wwid("my-own-name"), {text("eui.01\n")}), Kind::same);

    fabric.device.bus = model::Bus::ccw;
    fabric.device.sys_path = "/devices/css0/0.0.0002/0.0.0121/block/dasdb";
    fabric.device.ccw_uid = "IBM.75000000092461.e900.10.0aaa";
    EXPECT_EQ(fabric.run({}, Wwid(fabric.device.ccw_uid), {text(fabric.device.ccw_uid)}),
              Kind::same);
    EXPECT_EQ(fabric.asked[0],
              model::Probe(model::ReadAttribute{.path = "/devices/css0/0.0.0002/0.0.0121/uid"}));
    EXPECT_EQ(fabric.run({}, Wwid("IBM.75000000092461.e900.10"), {text(fabric.device.ccw_uid)}),
              Kind::same);
    EXPECT_EQ(fabric.run({}, Wwid("IBM.75000000092461.e900.11"), {text(fabric.device.ccw_uid)}),
              Kind::changed);
}

TEST(IdentityCheck, DevicesWithoutAnIdentityAreUnverifiableWithoutAsking) {
    Fabric fabric;
    fabric.device.bus = model::Bus::other;
    EXPECT_EQ(fabric.run({}, Wwid("export1"), {good({})}), Kind::unverifiable);
    EXPECT_TRUE(fabric.asked.empty());
}

TEST(IdentitiesContradict, OnlyWhenBothHaveIdsOfOneKindAndNoneInCommon) {
    Wwid none;
    IdentityBaseline a = *baseline_of_vpd83(page83({{0, 3, naa6(1)}, {0, 2, eui(1)}}), none);
    IdentityBaseline b = *baseline_of_vpd83(page83({{0, 3, naa6(2)}}), none);
    IdentityBaseline c = *baseline_of_vpd83(page83({{0, 2, eui(1)}, {0, 3, naa6(2)}}), none);
    IdentityBaseline d = *baseline_of_vpd83(page83({{0, 3, {0x50, 1, 2, 3, 4, 5, 6, 7}}}), none);
    EXPECT_TRUE(identities_contradict(a, b));
    EXPECT_FALSE(identities_contradict(a, c));
    EXPECT_FALSE(identities_contradict(a, d));
    EXPECT_FALSE(identities_contradict(a, a));
    EXPECT_FALSE(identities_contradict(a, {}));
}

}  // namespace
}  // namespace mp::engine
